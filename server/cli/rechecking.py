"""``interlock check``: at once where the same files were checked before, else by checking them.

What was found depends on the files and their names, the probes there are, the environment, the
day (exceptions and suppressions end with one), and the program; all of that is the key.  Probes
are asked for anew each time, of plugins too, whose answer may rest on anything on this machine.
Kept are the findings, and checked again when they are read; printing is the same either way.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import get_args

import orjson

from interlock.engine.clock import SystemClock
from interlock.language.diagnostics import Diagnostic, Severity, Span
from interlock.server.cli.cache import Cache, folder_of
from interlock.server.cli.exits import Exit
from interlock.server.cli.findings import Findings, print_findings
from interlock.server.cli.manifests import Stated, stated_or_faulty
from interlock.server.cli.options import Report
from interlock.server.cli.program import identity
from interlock.server.cli.reading import read

_DAY_MS = 86_400_000


def check(
    paths: Iterable[Path],
    executors: Path | None,
    report: Report,
    environment: str | None = None,
    *,
    cached: bool = True,
) -> Exit:
    """Check files as one bundle and print what is wrong with them.

    Args:
        paths: files, and folders with all below them.
        executors: where it stands what probes there are; None: unknown probes are no error.
        report: how to print.
        environment: whose parameters count; None: their defaults.
        cached: whether to believe what was found in the same files before, and keep it.

    Raises:
        InputRejected: a path cannot be read, or there is no file.
        DefinitionError: the executors' files are wrong.
    """
    paths = list(paths)
    files = read(paths)
    probes = stated_or_faulty(paths, executors)
    is_sound = probes is None or isinstance(probes, str)  # else they must be mended first
    cache = Cache(folder_of(os.environ) if cached and is_sound else None)
    key = _key(files, probes, environment)
    found: Sequence[Diagnostic] | None = _read(cache.find(key))
    if found is None:
        from interlock.server.cli import checking

        found = checking.findings(files, probes, environment)
        _keep(cache, key, found)
    texts = {name: content.decode(errors="replace") for name, content in files.items()}
    shown = Findings(texts, found)
    print_findings(shown, report, "interlock check")
    return Exit.FOUND if shown.count("error") else Exit.OK


def _key(files: Mapping[str, bytes], probes: Stated, environment: str | None) -> str:
    asked = {
        "files": {name: hashlib.sha256(one).hexdigest() for name, one in files.items()},
        "probes": probes,
        "environment": environment,
        "day": SystemClock().now_ms() // _DAY_MS,
        "program": identity(),
    }
    # Names of files need not be UTF-8; JSON shows what is not.
    written = repr(sorted(asked.items(), key=lambda one: one[0])).encode(errors="backslashreplace")
    return hashlib.sha256(written).hexdigest()


def _keep(cache: Cache, key: str, found: Sequence[Diagnostic]) -> None:
    """Keep findings, unless one quotes text that UTF-8 cannot write."""
    with suppress(orjson.JSONEncodeError):
        cache.keep(key, orjson.dumps([one.to_json() for one in found]))


def _read(content: bytes | None) -> list[Diagnostic] | None:
    """Return the findings that were kept; None when that is no list of findings."""
    if content is None:
        return None
    try:
        found = orjson.loads(content)
        return [_finding(one) for one in found] if isinstance(found, list) else None
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


_TEXTS = ("path", "severity", "code", "message", "about")
_PLACES = ("line", "col", "end_line", "end_col")


def _finding(one: Mapping[str, object]) -> Diagnostic:
    places = [one[name] for name in _PLACES]
    hint = one["hint"]
    is_sound = all(isinstance(one[name], str) for name in _TEXTS) and (
        hint is None or isinstance(hint, str)
    )
    if not is_sound or not all(type(place) is int and place > 0 for place in places):
        raise ValueError("no finding")
    if one["severity"] not in get_args(Severity):
        raise ValueError("no severity")
    path, severity, code, message, about = (one[name] for name in _TEXTS)
    return Diagnostic(path, Span(*places), severity, code, message, hint, about)  # type: ignore[arg-type]  # as checked
