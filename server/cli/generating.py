"""``interlock test --generate``: scenarios for what none reaches, as files or on the screen."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.engine.bundle import Bundle
from interlock.engine.probes import MANIFEST, manifest
from interlock.errors import InvariantBroken
from interlock.language.document import load_documents
from interlock.server.cli.exits import Exit
from interlock.server.cli.harmless import harmless, harmless_json
from interlock.server.cli.manifests import stated_probes
from interlock.server.cli.options import Report
from interlock.server.cli.printer import counted
from interlock.server.cli.reading import read
from interlock.server.cli.showing import uses
from interlock.server.inputs import InputRejected, holds_only_tests
from interlock.server.kinds import known_kinds
from interlock.server.layout import laid_out
from interlock.testing.generate import Generated, generate
from interlock.testing.generate.probes import expected_probes
from interlock.testing.record.text import document_text
from interlock.testing.scenario import (
    KIND,
    Scenario,
    inferred_probes,
    judge,
    load_scenarios,
    play,
    read_shape,
)

_HEAD = "# Written by interlock test --generate, which writes it anew unless it is edited: {}\n"
_OURS = re.compile(re.escape(_HEAD).replace(re.escape("{}"), "([0-9a-f]{16})"))


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        executors: where it stands what probes there are; None: beside the bundle, or what
            contracts expect of them.
        environment: whose parameters count; None: the defaults.
        folder: where the scenarios go; None: standard output.
    """

    executors: Path | None
    environment: str | None
    folder: Path | None


def report_on(paths: Sequence[Path], asked: Asked, report: Report) -> Exit:
    """Make scenarios for a bundle, and say what they reach and what they do not.

    Args:
        paths: the bundle's files, and test documents whose scenarios are not made again.
        asked: what for, and where to.
        report: how to print.

    Raises:
        InputRejected: a path cannot be read or written, or the form is none of these.
        DefinitionError: the bundle or a test document has faults.
    """
    if report not in {Report.TEXT, Report.JSON}:
        raise InputRejected("--generate prints text or json")
    texts = {name: content.decode(errors="replace") for name, content in read(paths).items()}
    bundle, scenarios = _read(texts, paths, asked)
    found = generate(bundle, scenarios)
    files = _files(found, bundle, _holding(paths, bundle), asked)
    kept = [] if asked.folder is None else _write(files, asked.folder)
    if report is Report.JSON:
        print(harmless_json(_record(found, files, kept), indent=2))
    elif asked.folder is None:
        print("---\n".join(files.values()), end="")
    _tell(found, scenarios)
    return Exit.FOUND if kept else Exit.OK


def _read(
    texts: Mapping[str, str], paths: Sequence[Path], asked: Asked
) -> tuple[Bundle, list[Scenario]]:
    """Return the bundle, and the scenarios about it that people have written."""
    files = {name: text for name, text in texts.items() if not holds_only_tests(text)}
    tests = [
        one
        for name, text in sorted(texts.items())
        if name not in files and _OURS.match(text) is None
        for one in load_documents(text, name)
    ]
    shapes = [(one, read_shape(one)) for one in tests if one.kind == KIND]
    documents = [one for name, text in files.items() for one in load_documents(text, name)]
    stated = stated_probes(list(paths), asked.executors)
    if stated is None:
        inferred = inferred_probes(shape for _, shape in shapes)
        stated = manifest({**expected_probes(documents), **inferred})
    bundle = Bundle.compile({**files, MANIFEST: stated}, asked.environment)
    ours = [(one, shape) for one, shape in shapes if shape.env == asked.environment]
    return bundle, [one for read in ours for one in load_scenarios(*read, bundle)]


def _holding(paths: Sequence[Path], bundle: Bundle) -> list[Path]:
    """Return the paths that lead to files of a bundle, not to tests alone."""
    files = [Path(name) for name in bundle.files]
    homes = [(path, Path(os.path.normpath(path))) for path in paths]
    return [path for path, home in homes if any(file.is_relative_to(home) for file in files)]


def _files(found: Generated, bundle: Bundle, paths: Sequence[Path], asked: Asked) -> dict[str, str]:
    """Return the text of each file by its name; every one has been played."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for made in found.made:
        stem = Path(made.about).name.split(".")[0]
        groups.setdefault(f"{stem}.generated.test.yaml", []).append(made.scenario)
    used = uses(paths, asked.folder or Path())
    environment = {} if asked.environment is None else {"env": asked.environment}
    files = {}
    for name, scenarios in sorted(groups.items()):
        document = {"interlock": KIND, "uses": used, **environment, "scenarios": scenarios}
        text = laid_out(document_text(document), known_kinds())
        _try(text, name, bundle)
        files[name] = _HEAD.format(_mark(text)) + text
    return files


def _try(text: str, name: str, bundle: Bundle) -> None:
    """Play a file as it is to be written."""
    (document,) = load_documents(text, name)
    for scenario in load_scenarios(document, read_shape(document), bundle):
        misses = [one for one in judge(play(scenario, bundle)).misses if one.severity == "error"]
        if misses:
            raise InvariantBroken(f"a scenario that was made does not pass: {misses[0]}")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_ours(text: str) -> bool:
    """Return whether a file is as it was written here, by nobody edited since."""
    found = _OURS.match(text)
    return found is not None and found[1] == _mark(text[found.end() :])


def _write(files: Mapping[str, str], folder: Path) -> list[str]:
    """Write files; return the names of those that stay because somebody edited them."""
    kept = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = folder / name
            if path.exists() and not _is_ours(path.read_text(errors="replace")):
                kept.append(name)
                why = "somebody has edited it; remove it, or give it another name"
                print(harmless(f"kept {path}: {why}"), file=sys.stderr)
            else:
                path.write_text(text)
                print(harmless(f"wrote {path}"), file=sys.stderr)
    except OSError as error:
        raise InputRejected(f"cannot write to {folder}: {error.strerror}") from error
    return kept


def _tell(found: Generated, scenarios: Sequence[Scenario]) -> None:
    """Say what is reached and what is not, beside the documents."""
    made = counted(len(found.made), "scenario")
    besides = f" with {counted(len(scenarios), 'scenario')} of yours" if scenarios else ""
    said = f"{made} made, {found.coverage.percent} % covered{besides}"
    end = "; not reached:" if found.unreached else ""
    print(f"{said}{end}", file=sys.stderr)
    for one in found.unreached:
        way = "" if one.way == "hit" else f" {one.way}"
        print(harmless(f"  {one.item.place}: {one.item.said}{way}: {one.reason}"), file=sys.stderr)


def _record(found: Generated, files: Mapping[str, str], kept: Sequence[str]) -> dict[str, object]:
    return {
        "made": [{"about": one.about, "name": one.scenario["name"]} for one in found.made],
        "percent": found.coverage.percent,
        "files": sorted(files),
        "kept": list(kept),
        "unreached": [
            {
                "path": one.item.path,
                "line": one.item.span.line,
                "col": one.item.span.col,
                "said": one.item.said,
                "way": one.way,
                "reason": one.reason,
            }
            for one in found.unreached
        ],
    }
