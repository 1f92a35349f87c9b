"""A simulated service that lets signals come, says states again, and lets time pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from interlock.engine.bundle import Bundle
from interlock.language.expression import Row
from interlock.language.values import Field
from interlock.language.values import Kind as Sort
from interlock.rules.network import ElementKind
from interlock.testing.generate.grounds import Coming, Ground
from interlock.testing.harness import Harness
from interlock.testing.record.write import written
from interlock.testing.scenario.givens import wire
from interlock.testing.scripts import Scripts

MOST_STEPS: Final = 4_000
"""Timers and answers of one run; what needs more goes in circles."""

LONGEST_MS: Final = 40 * 24 * 3_600_000

SENT: Final = ("subject", "severity", "source")
"""What a sender says besides the declared fields."""


class Astray(Exception):
    """An incident did not go the way it was led; says where it went."""


@dataclass(slots=True)
class Series:
    """A signal that is said again and again: what, from when, how often."""

    told: dict[str, Any]
    coming: Coming
    at: int
    every: int
    times: int = 1

    @property
    def due(self) -> int:
        """When it is said next, ms."""
        return self.at + self.every * self.times


class World:
    """One run.

    Args:
        bundle: what decides.
        scripts: how executors and probes answer.
        read_of_senders: which of what senders say besides somebody reads.

    Attributes:
        harness: the service.
        start: when it began, ms.
        given: what came, as a scenario says it, by time; times in ms from the start.
    """

    def __init__(
        self, bundle: Bundle, scripts: Scripts, read_of_senders: frozenset[str] = frozenset()
    ) -> None:
        self.bundle = bundle
        self.harness = Harness(bundle, scripts=scripts, violated=lambda _: None)
        self.start = self.harness.now
        self.given: list[dict[str, Any]] = []
        self._read_of_senders = read_of_senders
        self._series: dict[tuple[Any, ...], Series] = {}
        self._last: dict[tuple[Any, ...], Row] = {}
        self._steps = 0
        ages = [one.evidence_max_age_ms for one in bundle.machinebase.actions.values()]
        self._fresh = min([age // 2 for age in ages if age is not None], default=LONGEST_MS)

    # --- what comes ----------------------------------------------------------------------

    def let(self, ground: Ground) -> None:
        """Let come what a rule needs, and last as long as it must."""
        began = self.harness.now
        for one in ground.coming:
            self.wait_until(began + one.at)
            self.come(self._shifted(one), lasts=True)
        self.wait_until(self.harness.now + ground.lasting_ms)

    def _shifted(self, coming: Coming) -> Coming:
        """Return what comes with its moments counted from the start of the run."""
        fields = self._fields(coming)
        moments = {
            name: value + self.start
            for name, value in coming.row.items()
            if name in fields
            and fields[name].type.kind is Sort.TIMESTAMP
            and isinstance(value, int)
        }
        return replace(coming, row={**coming.row, **moments})

    def _fields(self, coming: Coming) -> Mapping[str, Field]:
        rulebase = self.bundle.rulebase
        if coming.kind is ElementKind.FACT:
            return rulebase.fact_types[coming.name].fields
        return rulebase.signal_types[coming.name].fields

    def come(self, coming: Coming, *, lasts: bool = False, status: str = "firing") -> None:
        """Let a signal come, or a fact be set.

        Args:
            coming: what; its ``at`` is of no account.
            lasts: whether it is said again before it ages.
            status: ``firing`` or ``resolved``.
        """
        fields = self._fields(coming)
        data = {n: written(one.type, coming.row[n]) for n, one in fields.items() if n in coming.row}
        at = {"at": self.moment}
        if coming.kind is ElementKind.FACT:
            self.given.append({**at, "fact": coming.name, "data": data})
            self._say(coming)
            return
        said = {} if status == "firing" else {"status": status}
        told = {**at, "signal": coming.name, **self._sent(coming), **said, "data": data}
        self.given.append(told)
        self._signal(coming, status)
        declared, key = self.bundle.rulebase.signal_types[coming.name], self._key(coming)
        self._last[key] = coming.row
        self._series.pop(key, None)
        if lasts and declared.keep_latest and status == "firing":
            every = max(1, min(declared.ttl_ms * 9 // 10, self._fresh))
            self._series[key] = Series(told, coming, self.harness.now, every)

    def _key(self, coming: Coming) -> tuple[Any, ...]:
        declared = self.bundle.rulebase.signal_types[coming.name]
        return coming.name, *(str(coming.row.get(name, "")) for name in declared.key)

    def is_news(self, name: str, row: Row) -> bool:
        """Return whether a signal says anything else than the last of its key did."""
        coming = Coming(ElementKind.SIGNAL, name, row, 0)
        last, fields = self._last.get(self._key(coming)), self._fields(coming)
        return last is None or any(row.get(one) != last.get(one) for one in fields)

    def _signal(self, coming: Coming, status: str) -> None:
        named = {"name": coming.name, "status": status, **self._sent(coming)}
        self.harness.send({**named, "values": self._carried(coming)})

    def _sent(self, coming: Coming) -> dict[str, str]:
        """Return what a sender says besides the declared fields, where somebody reads it."""
        declared = self.bundle.rulebase.signal_types[coming.name]
        read = self._read_of_senders | {*declared.key, *declared.correlate}
        said = ((name, coming.row.get(name)) for name in SENT if name in read)
        return {name: str(value) for name, value in said if value}

    def _say(self, coming: Coming) -> None:
        what = {"fact": coming.name, "values": self._carried(coming), "labels": {}, "stands": True}
        who = {"kind": "fact", "actor": "test", "reason": "a test"}
        self.harness.record({**who, **what})

    def _carried(self, coming: Coming) -> dict[str, Any]:
        row = coming.row
        return {n: wire(one.type, row[n]) for n, one in self._fields(coming).items() if n in row}

    @property
    def moment(self) -> int:
        """The time since the beginning, ms."""
        return self.harness.now - self.start

    def _say_again(self, series: Series) -> None:
        self._signal(series.coming, "firing")
        series.times += 1
        series.told |= {"every": series.every, "times": series.times}

    def resolve(self) -> None:
        """Let everything that is said again be over."""
        for one in list(self._series.values()):
            self.come(one.coming, status="resolved")
        self.fall_silent()

    def fall_silent(self) -> None:
        """Say nothing again."""
        self._series.clear()

    # --- time ------------------------------------------------------------------------------

    def wait_until(self, until: int) -> None:
        """Let time pass; states are said again before they age."""
        while (due := self.next_due()) is not None and due <= until:
            self.step(due)
        self.harness.now = max(self.harness.now, until)

    def next_due(self) -> int | None:
        """Return when something happens next, ms; None: never."""
        dues = [one.due for one in self._series.values()]
        mine = self.harness.next_due()
        return min([*dues, *([] if mine is None else [mine])], default=None)

    def step(self, due: int) -> None:
        """Let the one thing happen that is due next.

        Raises:
            Astray: it has been too much, or too long.
        """
        self._steps += 1
        if self._steps > MOST_STEPS or due > self.start + LONGEST_MS:
            raise Astray("it does not come to an end")
        again = next((one for one in self._series.values() if one.due <= due), None)
        mine = self.harness.next_due()
        if again is not None and (mine is None or again.due < mine):
            self.harness.now = max(self.harness.now, again.due)
            self._say_again(again)
        else:
            self.harness.step(due)
