"""Small changes of a condition that stands alone, and which of them change nothing."""

from __future__ import annotations

from interlock.language.document import load_documents
from interlock.language.expression import Scope
from interlock.language.values import INT, Field
from interlock.testing.mutation.conditions import condition_mutants
from interlock.testing.mutation.model import Mutant, Site

SCOPE = Scope({"tries": Field(INT, min=0, max=9)})
BOTH = "tries > 3 && tries > 2"


def mutants(text: str, scope: Scope | None = None) -> list[Mutant]:
    """Return the changes of a guard that is written so."""
    (document,) = load_documents(f"interlock: machine/v1\nguard: '{text}'\n", "m.yaml")
    return list(condition_mutants(Site(document), ("guard",), scope))


def test_what_certainly_decides_as_before_is_told_apart_by_what_may_be_read() -> None:
    found = {one.change: one.is_same for one in mutants(BOTH, SCOPE)}

    assert found[f"{BOTH} → tries > 3"]
    assert not found[f"{BOTH} → tries > 2"]
    assert sum(found.values()) < len(found)


def test_where_nothing_is_known_nothing_is_the_same() -> None:
    found = mutants(BOTH)

    assert len(found) == len(mutants(BOTH, SCOPE)) > 5
    assert not any(one.is_same for one in found)


def test_each_is_an_edit_of_the_place_it_names() -> None:
    for one in mutants(BOTH, SCOPE):
        assert one.edit.loc == ("guard",)
        assert one.change == f"{BOTH} → {one.edit.value}"
        assert one.place == "m.yaml:2:8"


def test_what_is_no_expression_has_none() -> None:
    assert mutants("tries >") == []
