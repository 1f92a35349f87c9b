"""What is known of probes where nobody says what they see: that some files ask them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from interlock.engine.probes import Probes, manifest
from interlock.language.document import load_documents
from interlock.language.expression import OPEN
from interlock.language.values import YamlValue

UNSTATED = manifest({})
"""The manifest of a service without settings, whose only executor sees nothing."""


def unseen(texts: Mapping[str, str], seen: Probes | None = None) -> str:
    """Return a manifest by which nobody knows what the probes see that some files ask.

    Args:
        texts: the author's files.
        seen: what is known of some probes all the same.
    """
    documents = [one for name, text in texts.items() for one in load_documents(text, name)]
    asked = {name for one in documents if one.kind == "actions/v1" for name in _asked(one.data)}
    return manifest({**dict.fromkeys(sorted(asked), OPEN), **(seen or {})})


def _asked(data: YamlValue) -> Iterator[str]:
    below: Iterable[YamlValue] = ()
    if isinstance(data, Mapping):
        probe = data.get("probe")
        if isinstance(probe, str):
            yield probe
        below = data.values()
    elif isinstance(data, Sequence) and not isinstance(data, str):
        below = data
    for part in below:
        yield from _asked(part)
