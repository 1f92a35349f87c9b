"""An author's files as a bundle, for verbs that only look at it.

What nobody says about probes is not known and no fault: looking at a runbook needs no executors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from interlock.engine.bundle import MANIFEST, Bundle, manifest
from interlock.language.document import load_documents
from interlock.language.expression import OPEN
from interlock.language.values import YamlValue
from interlock.server.cli.checking import read


def compiled(paths: Iterable[Path], *, probes: str | None = None, env: str | None = None) -> Bundle:
    """Return the bundle that files make.

    Args:
        paths: files, and folders with all below them.
        probes: the manifest that says what probes see; None: that is not known.
        env: the environment whose parameters count; None: their defaults.

    Raises:
        InputRejected: a path cannot be read, or there is no file.
        DefinitionError: with every fault of every file.
    """
    texts = {name: content.decode(errors="replace") for name, content in read(paths).items()}
    if probes is None:
        probes = manifest(dict.fromkeys(sorted(asked(texts)), OPEN))
    return Bundle.compile({**texts, MANIFEST: probes}, env)


def asked(texts: Mapping[str, str]) -> set[str]:
    """Return the probes that the actions of some files ask, whatever their shape."""
    documents = [one for name, text in texts.items() for one in load_documents(text, name)]
    return {name for one in documents if one.kind == "actions/v1" for name in _probes(one.data)}


def _probes(data: YamlValue) -> Iterator[str]:
    below: Iterable[YamlValue] = ()
    if isinstance(data, Mapping):
        probe = data.get("probe")
        if isinstance(probe, str):
            yield probe
        below = data.values()
    elif isinstance(data, Sequence) and not isinstance(data, str):
        below = data
    for part in below:
        yield from _probes(part)
