"""Half-written documents are filled until their model takes them, and sound ones left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.language.document import load_documents
from interlock.language.values import YamlValue
from interlock.server.kinds import known_kinds
from interlock.server.lsp.data import at, copied, parts
from interlock.server.lsp.filling import filled
from tests.pages import ROOT

SOUND = sorted((ROOT / "tests" / "e2e" / "bundle").glob("*.yaml"))
TEXTS = [path.read_text() for path in SOUND]


def places(data: YamlValue) -> list[tuple[str | int, ...]]:
    """Return the way to everything in some content."""
    found: list[tuple[str | int, ...]] = []
    waiting: list[tuple[tuple[str | int, ...], YamlValue]] = [((), data)]
    while waiting:
        loc, value = waiting.pop()
        found.append(loc)
        waiting += [((*loc, part), one) for part, one in parts(value)]
    return found[1:]


@pytest.mark.parametrize("path", SOUND, ids=lambda path: str(path.stem))
def test_a_sound_document_is_left_alone(path: Path) -> None:
    for document in load_documents(path.read_text(), path.name):
        assert filled(document) is document


@given(st.sampled_from(TEXTS), st.data())
def test_what_is_taken_away_or_wrong_is_made_up(text: str, data: st.DataObject) -> None:
    """Whatever key or value is missing, or stands where it cannot, the model takes the rest."""
    document = load_documents(text, "x")[0]
    content = copied(document.data)
    for _ in range(data.draw(st.integers(1, 3))):
        loc = data.draw(st.sampled_from([one for one in places(content) if one != ("interlock",)]))
        around = at(content, loc[:-1])
        if isinstance(loc[-1], str) and data.draw(st.booleans()):
            del around[loc[-1]]
        else:
            around[loc[-1]] = data.draw(st.sampled_from([None, "", "?", 7, [], {}, {"oops": None}]))
    document.data = content

    found = filled(document)

    known_kinds()[str(document.kind)].model_validate(found.data, by_alias=True, by_name=False)
