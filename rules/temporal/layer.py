"""One step of the temporal layer: runs begin, go on, end and come due as elements come and go.

A run whose element is replaced within the step goes on with the new one: it keeps its beginning,
and what stands for it is made anew, so that rules read the latest values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from interlock.language.values import Value, format_value
from interlock.rules.elements import Element
from interlock.rules.model import Basis
from interlock.rules.plan import Alpha
from interlock.rules.state import State
from interlock.rules.temporal.derived import ORIGIN, Derived, timed_id
from interlock.rules.temporal.lulls import Lull
from interlock.rules.temporal.runs import Run
from interlock.rules.temporal.tallies import Counted, Group, Tally
from interlock.rules.temporal.watches import COUNT, SINCE, Count, Hold, Slot

MOST_TOLD: Final = 16
"""So many of the elements behind a number are named in explanations, the latest of them."""


class Layer:
    """What one step changes about time.

    Attributes:
        begun: what may come due, in the order it began.
    """

    def __init__(
        self, state: State, *, position: int, now: int, carried: Mapping[Slot, Run]
    ) -> None:
        """Begin a step.

        Args:
            state: what is changed.
            position: the journal position of the step.
            now: the journal's time, ms.
            carried: runs of other rules that go on under these.
        """
        self.begun: list[Run | Counted | Lull] = []
        self._state = state
        self._position = position
        self._now = now
        self._ended = dict(carried)
        self._made: set[str] = set()
        self._changed: dict[Group, None] = {}
        self._fresh: list[Run] = []

    def is_new(self, derived: Derived) -> bool:
        """Return whether an element was made in this step."""
        return derived.id in self._made

    def entered(self, hold: Hold, element: Element) -> Derived | None:
        """Note that an element passes; return what now stands for its run."""
        before = self._ended.pop(hold.slot(element), None)
        if before is not None and before.element is element:
            run = before  # it only seemed to go
        elif before is not None:
            run = replace(before, hold=hold, element=element, held=None)
            if before.held is not None or (run.is_open and run.due <= self._now):
                run = self._held(run)
        else:
            run = Run(hold, element, self._now, self._now + hold.lasts_ms)
            if hold.answers:
                self._fresh.append(run)
        self._put(run)
        return run.held

    def left(self, hold: Hold, element: Element) -> Derived | None:
        """Note that an element has gone; return what stood for its run and must go, too."""
        run = self._state.runs.of(hold.slot(element))
        if run is None or run.element is not element:
            return None
        self._ended[run.slot] = run
        self._state.runs.end(run)
        return run.held

    def came_due(self, run: Run) -> Derived | None:
        """Let something stand for a run that has lasted long enough, if it still goes on."""
        if self._state.runs.of(run.slot) is not run or not run.is_open:
            return None
        run = self._held(run)
        self._put(run)
        return run.held

    def answer(self, element: Element) -> None:
        """Let an element that came or was said again answer the runs that wait for it."""
        for alpha in element.alphas:
            for hold, number in alpha.awaited:
                for run in self._state.runs.answered_by(hold, number, element):
                    if self._is_in_time(run, number, element):
                        self._state.runs.put(replace(run, answered=True))

    def _is_in_time(self, run: Run, number: int, element: Element) -> bool:
        """Whether an answer came in time, or was sent in time while nobody was there to hear."""
        deadline = run.since + run.hold.answers[number].within_ms
        return self._now < deadline or (run.is_put_off and element.seen_at < deadline)

    def begin_waiting(self, entered: Iterable[Element]) -> None:
        """At the end of a step, when it is clear what came in it, let that be the answers.

        What came earlier counts for a run that began in this step if it was observed no earlier
        than what began it: the two may have been delivered in the wrong order.
        """
        for run in self._fresh:
            if self._state.runs.of(run.slot) is run and self._is_answered(run):
                self._state.runs.put(replace(run, answered=True))
        for element in entered:
            if element.position == self._position:
                self.answer(element)

    def _is_answered(self, run: Run) -> bool:
        return any(
            element is not run.element
            and element.seen_at >= run.element.seen_at
            and answer.forbids(element, run.element)
            for number, answer in enumerate(run.hold.answers)
            for element in self._candidates(run, number)
        )

    def _candidates(self, run: Run, number: int) -> Collection[Element]:
        equalities = run.hold.answers[number].equalities
        values = tuple([run.element.row[join.other] for join in equalities])
        alpha = self._state.rulebase.awaited[run.hold.name, number]
        key = values[0] if len(values) == 1 else values
        index = run.hold.answers[number].index
        return self._state.matcher.memories[alpha].find(index, key)

    def count(self, count: Count, element: Element) -> None:
        """Let an element count, unless what it says is too long ago or it counts already."""
        one = Counted(count, element)
        if one.expiry > self._now and self._state.tallies.counted(count, element) is None:
            self._state.tallies.add(one)
            self._changed[count.group_of(element)] = None
            self.begun.append(one)

    def discount(self, count: Count, element: Element) -> None:
        """Let an element count no more, if it does."""
        one = self._state.tallies.counted(count, element)
        if one is not None:
            self._state.tallies.remove(one)
            self._changed[count.group_of(element)] = None

    def listen(self, before: Mapping[Slot, Lull]) -> Iterator[Derived]:
        """Begin to listen for everything that may be missed; yield what is missed already.

        Args:
            before: what is known of it under the rules of before.
        """
        for slot, absence in sorted(self._state.rulebase.missable.items(), key=repr):
            known = before.get(slot)
            if known is None:
                lull = Lull(absence, slot[1], self._now, self._now + absence.after_start_ms)
            else:
                lull = replace(known, absence=absence, held=None)
            self._state.lulls.put(lull)
            missed = self.missed(lull)
            if missed is not None:
                yield missed
            else:
                self.begun.append(lull)

    def heard(self, alpha: Alpha, element: Element) -> list[Derived]:
        """Note that a signal was heard; return what stood for its absence and must go."""
        gone = []
        for absence in alpha.absences:
            lull = self._state.lulls.of(absence.slot_of(element))
            if lull is None:  # nobody listens any more, or yet
                continue
            if lull.held is not None:
                gone.append(lull.held)
                lull = replace(lull, held=None)
                self._state.lulls.put(lull)
                self.begun.append(lull)
            self._state.lulls.hear(lull, element, self._now)
        return gone

    def missed(self, lull: Lull) -> Derived | None:
        """Let something stand for a lull that has lasted long enough, if it still goes on."""
        is_open = self._state.lulls.of(lull.slot) is lull and lull.held is None
        if not is_open or lull.due > self._now:
            return None
        held = stand_for_lull(self._state, lull, self._new_id())
        self._state.lulls.put(replace(lull, held=held))
        return held

    def told(self) -> Iterator[tuple[Derived | None, Derived | None]]:
        """Yield what stood for each number that has changed, and what stands for it now."""
        for group in sorted(self._changed, key=repr):
            tally = self._state.tallies.of(group)
            if tally is None:
                continue
            old, new = tally.shown, None
            if old is not None and old.row[COUNT] == tally.number:
                continue
            if tally.number:
                new = self._number(group, tally)
            self._state.tallies.show(group, new)
            yield old, new
        self._changed.clear()

    def _number(self, group: Group, tally: Tally) -> Derived:
        last = tuple((e.id, e.type, e.position) for e in tally.elements[-MOST_TOLD:])
        basis = Basis("count", tally.since, last, tally.number)
        return stand_for_number(self._state, tally.count, group, self._new_id(), basis)

    def _put(self, run: Run) -> None:
        self._state.runs.put(run)
        if run.is_open:
            self.begun.append(run)

    def _held(self, run: Run) -> Run:
        return replace(run, held=stand_for(self._state, run, self._new_id()))

    def _new_id(self) -> str:
        derived_id = timed_id(self._position, self._state.count("facts", self._position))
        self._made.add(derived_id)
        return derived_id


def stand_for(state: State, run: Run, derived_id: str) -> Derived:
    """Return the element that stands for a run."""
    element = run.element
    derived = Derived(
        derived_id,
        run.hold.name,
        state.rulebase,
        row={**element.row, "since": run.since, ORIGIN: element.id},
        basis=Basis(
            "within" if run.hold.answers else "for",
            run.since,
            ((element.id, element.type, element.position),),
        ),
        at=element.seen_at,
    )
    derived.sources = (element,)
    return derived


def stand_for_number(
    state: State, count: Count, group: Group, derived_id: str, basis: Basis
) -> Derived:
    """Return the element that stands for a number."""
    fields = dict(zip(count.group, group[1], strict=True))
    row = {**fields, COUNT: basis.count or 0}
    derived = Derived(derived_id, count.name, state.rulebase, row=row, basis=basis, at=basis.since)
    derived.key = group[1]
    return derived


def stand_for_lull(state: State, lull: Lull, derived_id: str) -> Derived:
    """Return the element that stands for a lull."""
    row = lull_row(lull)
    types = {test.field: test.type for test in lull.absence.listed}
    about = [f"{name}={format_value(row[name], type_)}" for name, type_ in types.items()]
    of = () if lull.last is None else (lull.last,)
    basis = Basis("absent", lull.since, of, about=", ".join(about))
    derived = Derived(
        derived_id, lull.absence.name, state.rulebase, row=row, basis=basis, at=lull.since
    )
    derived.key = lull.values
    return derived


def stand_ins(state: State, name: str) -> list[Derived]:
    """Return what stands for each value an absence listens for, however short its silence.

    One that is not long enough to be matched is no element of memory: it has an expiry, when it
    will be, and the position of the signal last heard, 0 where there was none.
    """
    found = []
    for number, lull in enumerate(lull for lull in state.lulls if lull.absence.name == name):
        position = 0 if lull.last is None else lull.last[2]
        one = lull.held or stand_for_lull(state, lull, timed_id(position, _IN_NO_STEP + number))
        one.expiry = lull.expiry
        found.append(one)
    return found


_IN_NO_STEP: Final = 1_000_000
"""No step derives so many elements."""


def lull_row(lull: Lull) -> dict[str, Value]:
    """Return what may be read of a lull."""
    return {**dict(zip(lull.absence.key, lull.values, strict=True)), SINCE: lull.since}
