"""Runbooks of the starter library as projects of their own.

::

    names ─► test documents ─ uses ─► files ─► bundle/  tests/
                                        └ what they need done ─► executors.toml  operations/

What is written is what the library holds; only where a test document looks is another place.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

from interlock.language.document import Document, load_documents
from interlock.server.inputs import InputRejected
from interlock.server.starter.needs import executors
from interlock.server.starter.project import SCHEMA, below, schema

MANIFEST = "executors.json"
_MODELINE = "# yaml-language-server: $schema=../schemas/interlock.schema.json\n"
_USES = re.compile(r"^uses:.*\n(?:  - .*\n)*", re.MULTILINE)


def library() -> dict[str, str]:
    """Return the files of the starter library, by path."""
    return {
        f"{room}/library/{path}": text
        for room in ("machines", "rules")
        for path, text in below(files(f"interlock.{room}") / "library").items()
    }


def names(texts: Mapping[str, str]) -> list[str]:
    """Return the names of the runbooks there are, sorted."""
    ends = ".machine.yaml"
    return sorted(posixpath.basename(p).removesuffix(ends) for p in texts if p.endswith(ends))


def taken(wanted: Sequence[str]) -> dict[str, str]:
    """Return a project of some runbooks, by path.

    Args:
        wanted: their names.

    Raises:
        InputRejected: there is no such runbook.
    """
    texts = library()
    known = names(texts)
    for name in wanted:
        if name not in known:
            raise InputRejected(f"there is no runbook {name!r}; there are: {', '.join(known)}")
    tests = [path for path in texts if _runbook(path) in wanted]
    used = sorted({one for path in tests for one in _used(path, texts[path])})
    bundle = {f"bundle/{posixpath.basename(one)}": _MODELINE + texts[one] for one in used}
    probes = _probes(used, texts)
    return {
        **bundle,
        **{f"tests/{posixpath.basename(one)}": _moved(texts[one]) for one in tests},
        f"bundle/{MANIFEST}": json.dumps(probes, indent=2, sort_keys=True) + "\n",
        **executors(_documents(used, texts), probes),
        SCHEMA: schema(),
    }


def _runbook(path: str) -> str:
    name = posixpath.basename(path)
    return name.removesuffix(".test.yaml") if name.endswith(".test.yaml") else ""


def _used(path: str, text: str) -> list[str]:
    """Return the files that a test document of the library says its runbook consists of."""
    data = load_documents(text, path)[0].data
    listed = data.get("uses", ()) if isinstance(data, Mapping) else ()
    home = posixpath.dirname(path)
    assert isinstance(listed, Sequence)  # the library's own, held by its tests
    return [posixpath.normpath(posixpath.join(home, str(one))) for one in listed]


def _moved(text: str) -> str:
    return _MODELINE + _USES.sub("uses: [../bundle]\n", text, count=1)


def _documents(used: Iterable[str], texts: Mapping[str, str]) -> list[Document]:
    return [one for path in used for one in load_documents(texts[path], path)]


def _probes(used: Iterable[str], texts: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """Return what the probes see that some files ask, stated beside them."""
    stated = dict[str, Mapping[str, str]]()
    for folder in sorted({posixpath.dirname(one) for one in used}):
        stated |= json.loads(texts.get(f"{folder}/{MANIFEST}", "{}"))
    everything = "\n".join(texts[one] for one in used)
    return {n: f for n, f in stated.items() if re.search(rf"\bprobe: {re.escape(n)}\b", everything)}
