"""The cage: durable-rules answers one evaluation and forgets everything.

The only importer of ``durable_rules_engine``.  Six raw calls of it are used and nothing of its
Python layer, which brings threads, clocks and swallowed errors.  Every evaluation opens the one
fixed session, asserts its facts under fixed identifiers, reads out the matches and deletes the
session; nothing is ever retracted.  So an answer is a function of (plan, rows, focus) alone.

A crash or an endless loop in C code cannot be caught here: the cage belongs in a process of its own
(:mod:`.worker`) with someone watching it (:mod:`interlock.engine.crosscheck`).  Not thread-safe.
"""

from __future__ import annotations

import importlib.util
import sys
from collections import OrderedDict
from collections.abc import Sequence
from typing import ClassVar, Final, Protocol

import orjson

from interlock.errors import InterlockError
from interlock.rules.caged import vocabulary
from interlock.rules.caged.limits import MAX_FACTS, MAX_MATCHES, MAX_NUMBER, Uncageable
from interlock.rules.caged.plan import Cells, Column, NumberedMatch, Plan, Reading, Ruleset

_NOT_MET: Final = 1
"""The highest return code of an assertion that is no fault: the fact meets no pattern."""

_MAX_COMPILED: Final = 1_000
"""Rulesets kept compiled at once, 0.1 to 0.5 MB each."""


class CageBroken(InterlockError):
    """The engine reported an error; its memory is not to be trusted, end the process."""

    code: ClassVar[str] = "cage_broken"


class _Engine(Protocol):
    """The six calls of ``durable_rules_engine`` that are used."""

    error: type[Exception]

    def create_ruleset(self, name: str, rules: str) -> int: ...
    def delete_ruleset(self, handle: int) -> None: ...
    def assert_fact(self, handle: int, fact: str) -> tuple[int, int]: ...
    def start_action_for_state(self, handle: int, state: int) -> tuple[str, str] | None: ...
    def complete_and_start_action(self, handle: int, state: int) -> str | None: ...
    def delete_state(self, handle: int, session: str) -> None: ...


def available() -> str | None:
    """Return None when durable-rules can be used here, else why not; does not load it."""
    if sys.version_info >= (3, 13):
        return "durable-rules 2.0.28 cannot be imported on Python 3.13 and later"
    if importlib.util.find_spec("durable_rules_engine") is None:
        return "durable-rules is not installed"
    return None


class Compiled:
    """The rulesets one process holds compiled; the least used goes when there are too many."""

    def __init__(self) -> None:
        """Load the engine into this process."""
        self.engine = _load()
        self._handles: OrderedDict[str, int] = OrderedDict()

    def handle(self, text: str) -> int:
        """Return the engine's handle of a ruleset, compiled now if need be."""
        if text not in self._handles:
            if len(self._handles) >= _MAX_COMPILED:
                self.engine.delete_ruleset(self._handles.popitem(last=False)[1])
            self._handles[text] = self.engine.create_ruleset("caged", text)
        self._handles.move_to_end(text)
        return self._handles[text]

    def close(self) -> None:
        """Free them all."""
        while self._handles:
            self.engine.delete_ruleset(self._handles.popitem()[1])


class Cage:
    """One plan, ready to answer; close it after use."""

    def __init__(self, plan: Plan, compiled: Compiled | None = None) -> None:
        """Prepare a plan; its rulesets are compiled when first needed.

        Args:
            plan: what to answer for.
            compiled: shared by the cages of a process; absent, the cage has its own.
        """
        self._compiled = compiled or Compiled()
        self._plan = plan
        self._words = {word: number for number, word in enumerate(plan.words)}

    def evaluate(self, rows: Sequence[Cells], focus: int) -> list[NumberedMatch]:
        """Return every match that contains the focus, sorted.

        Args:
            rows: the facts, at most 512, none twice.
            focus: place among them of the element that is new.

        Raises:
            Uncageable: a row is not as the plan says, there are too many, or they give more than
                10,000 matches; the cage stays usable.
            CageBroken: the engine failed; end the process.
        """
        if len(rows) > MAX_FACTS:
            raise Uncageable(f"{len(rows)} facts; at most {MAX_FACTS}")
        rulesets = self._plan.rulesets.get(_kind(rows[focus]), ())
        if not rulesets:
            return []
        facts = self._write_facts(rows, focus)
        matches: list[NumberedMatch] = []
        try:
            for ruleset in rulesets:
                self._run(ruleset, facts, matches)
        except (self._compiled.engine.error, MemoryError) as error:
            raise CageBroken(f"durable-rules: {error}") from error
        return sorted(matches)

    def close(self) -> None:
        """Free the compiled rulesets, also those of cages that share them."""
        self._compiled.close()

    def _run(
        self, ruleset: Ruleset, facts: Sequence[tuple[int, str]], matches: list[NumberedMatch]
    ) -> None:
        engine, handle = self._compiled.engine, self._compiled.handle(ruleset.text)
        # The session must have fired once before delete_state, or that frees a wild pointer.
        _, session = engine.assert_fact(handle, vocabulary.OPENING_FACT)
        engine.start_action_for_state(handle, session)
        engine.complete_and_start_action(handle, session)
        for kind, fact in facts:
            if kind in ruleset.kinds:
                code, _ = engine.assert_fact(handle, fact)
                if code > _NOT_MET:
                    raise CageBroken(f"durable-rules took a fact for another (code {code})")
        started = engine.start_action_for_state(handle, session)
        found = started[1] if started else None
        while found and len(matches) <= MAX_MATCHES:
            matches.append(_read(found))
            found = engine.complete_and_start_action(handle, session)
        engine.delete_state(handle, vocabulary.SESSION)
        if len(matches) > MAX_MATCHES:
            raise Uncageable(f"more than {MAX_MATCHES} matches")

    def _write_facts(self, rows: Sequence[Cells], focus: int) -> list[tuple[int, str]]:
        """Return kind and JSON of each fact."""
        numbers = dict(self._words)
        facts = []
        for place, row in enumerate(rows):
            kind = _kind(row)
            columns = self._plan.columns.get(kind, ())
            if len(row) != len(columns) + 1:
                raise Uncageable(f"a row of {len(row)} places for {len(columns)} columns")
            body = [f'{{"id":"{vocabulary.FACT_IDS[place]}","sid":"w","k":{kind}']
            if place == focus:
                body.append(f',"{vocabulary.FOCUS}":1')
            for column, value in zip(columns, row[1:], strict=True):
                if value is not None:
                    body.append(f',"{column.name}":{_number(column, value, numbers)}')
            facts.append((kind, "".join(body) + "}"))
        return facts


def _kind(row: Cells) -> int:
    kind = row[0]
    if type(kind) is not int or kind < vocabulary.FIRST_KIND:
        raise Uncageable("a row without a kind")
    return kind


def _number(column: Column, value: str | int, numbers: dict[str, int]) -> int:
    """Return the number that stands for a value; the engine is shown nothing else."""
    if column.reading is Reading.TEXT and isinstance(value, str):
        return numbers.setdefault(value, len(numbers))
    if column.reading is Reading.FLAG and isinstance(value, bool):
        return int(value)
    if column.reading is Reading.NUMBER and type(value) is int and abs(value) <= MAX_NUMBER:
        return value
    raise Uncageable(f"column {column.name} holds no {column.reading.value} within bounds")


def _read(found: str) -> NumberedMatch:
    """Return the match that the engine describes as {"r1": {"p0": {"id": "f3", …}, …}}."""
    ((rule, facts),) = orjson.loads(found).items()
    places = tuple(
        int(facts[vocabulary.alias_name(place)]["id"][1:]) for place in range(len(facts))
    )
    return int(rule[1:]), places


def _load() -> _Engine:
    import durable_rules_engine  # noqa: PLC0415  # C code; only a process that needs it loads it

    engine: _Engine = durable_rules_engine
    return engine
