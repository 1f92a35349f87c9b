"""The tables of names are those of the models: no slot is made up, and none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.server.kinds import known_kinds
from interlock.server.lsp import naming
from interlock.server.lsp.shapes import Shape, Slot, grammar_of

TABLES = (
    naming.DECLARING_KEYS,
    naming.DECLARING_VALUES,
    naming.NAMING_KEYS,
    naming.NAMING_VALUES,
    naming.MEMBERS,
)
REFERRING = {"signal", "fact", "run", "notify", "probe", "action", "start", "started", "machine"}
"""Keys that name something wherever they stand."""


def slots() -> set[Slot]:
    """Return every key of every model that a document can hold."""
    found: set[Slot] = set()
    for kind in known_kinds():
        grammar = grammar_of(kind)
        assert grammar is not None
        waiting = grammar.inner(Shape({"items": grammar.schema}), 0)
        waiting = [Shape(one.schema, one.model or grammar.model) for one in waiting]
        while waiting:
            shape = waiting.pop()
            for key in shape.keys:
                if (shape.model, key) not in found:
                    found.add((shape.model, key))
                    waiting += _models(grammar.inner(shape, key), grammar.inner)
    return found


def _models(shapes: list[Shape], inner: object, depth: int = 0) -> Iterator[Shape]:
    for one in shapes if depth < 5 else ():
        if one.keys:
            yield one
        elif one.model != "YamlValue":
            for part in (0, "x"):
                yield from _models(inner(one, part), inner, depth + 1)  # type: ignore[operator]


def test_every_slot_of_the_tables_is_a_key_of_a_model() -> None:
    known = slots()

    made_up = {slot for table in TABLES for slot in table} - known

    assert made_up == set()


def test_no_key_that_names_something_is_forgotten() -> None:
    told = {slot for table in TABLES for slot in table}

    forgotten = {slot for slot in slots() if slot[1] in REFERRING} - told

    assert forgotten == {("ScenariosDocument", "start")}  # which is a moment
