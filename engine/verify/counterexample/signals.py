"""Elements as the signals that bring them, and the rule that begins with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from interlock.engine.verify.counterexample.text import written
from interlock.engine.verify.whole import Whole
from interlock.language.expression import Row
from interlock.language.regions import meet
from interlock.language.values import Unknown, Value, YamlValue, format_duration
from interlock.rules.declarations import SignalType
from interlock.rules.network import ElementKind, StartSpec
from interlock.rules.verify import Subject
from interlock.rules.verify.witness import Laid, Rows, witness

Given = Mapping[str, YamlValue]

_SENT = ("subject", "severity", "source")
"""What a sender says besides the declared fields."""

HOSTILE = "x; reboot"
"""What somebody might write into a label."""

AGAIN_MS = 10_000
"""How often a state is said again, so that it stays what it is and fresh."""


@dataclass(frozen=True)
class Beginning:
    """Signals with which one rule starts one machine.

    Attributes:
        subject: the rule.
        rows: its elements by alias.
        key: what the incident is called.
        context: what the machine starts with.
    """

    subject: Subject
    rows: Rows
    key: str
    context: Row


def is_told_by_signals(subject: Subject) -> bool:
    """Whether a rule needs nothing but signals to match."""
    return all(
        pattern.kind is ElementKind.SIGNAL and subject.binds_element(pattern)
        for pattern in subject.rule.patterns
    )


def words_of(whole: Whole) -> list[str]:
    """Return texts that mean something in a bundle: what may be acted on."""
    return sorted(whole.machinebase.inventory.targets)


def beginnings(whole: Whole, machine: str) -> Iterator[Beginning]:
    """Yield, for each rule that starts a machine, signals with which it does."""
    for subject in whole.subjects:
        if subject.rule.shadow or not is_told_by_signals(subject):
            continue
        rows = witness((Laid(subject, {}),), subject.region, words_of(whole))
        begun = None if rows is None else begun_by(subject, machine, rows)
        if begun is not None:
            yield begun


def begun_by(subject: Subject, machine: str, rows: Rows) -> Beginning | None:
    """Return how a rule starts a machine with these elements; None where it does not."""
    if not Laid(subject, {}).matches(rows):
        return None
    for spec in subject.rule.consequences:
        if isinstance(spec, StartSpec) and spec.machine == machine:
            key = spec.incident.value({}, rows)
            values = {name: one.value({}, rows) for name, one in spec.inputs.items()}
            known = {n: v for n, v in values.items() if not isinstance(v, Unknown)}
            return Beginning(subject, rows, str(key), known)
    return None


def given(
    whole: Whole, types: Mapping[str, str], rows: Rows, *, lasting_ms: int = 0
) -> list[Given]:
    """Return the signals that bring some elements, in order.

    Args:
        whole: the bundle.
        types: the signal type of each alias.
        rows: what each carries.
        lasting_ms: how long states are said again and again.
    """
    first = min(_moment(row) for row in rows.values())
    ordered = sorted(rows, key=lambda alias: _moment(rows[alias]))
    return [
        signal(
            whole.rulebase.signal_types[types[alias]],
            rows[alias],
            at=_moment(rows[alias]) - first,
            lasting_ms=lasting_ms,
        )
        for alias in ordered
    ]


def signal(declared: SignalType, row: Row, *, at: int, lasting_ms: int = 0) -> Given:
    """Return one signal, or a series of it while a state is to last."""
    fields = declared.fields.items()
    data = {name: written(row[name], field.type) for name, field in fields if name in row}
    sent = {name: row[name] for name in _SENT if isinstance(row.get(name), str) and row[name]}
    again = min(AGAIN_MS, max(declared.ttl_ms // 2, 1))
    series: Given = {}
    if declared.keep_latest and lasting_ms > again:
        series = {"every": format_duration(again), "times": min(lasting_ms // again + 1, 10_000)}
    return {
        "at": format_duration(at),
        **series,
        "signal": declared.name,
        **_plain(sent),
        "data": data,
    }


def _plain(values: Mapping[str, Value]) -> Given:
    return {name: str(value) for name, value in values.items()}


def _moment(row: Row) -> int:
    at = row.get("at", 0)
    return at if isinstance(at, int) else 0


def kept(subject: Subject) -> Sequence[frozenset[int]]:
    """Return which conjuncts of each pattern can hold together; the others are never true."""
    region = meet()
    found = []
    for group in subject.patterns:
        chosen = set()
        for number, statement in enumerate(group):
            if narrower := meet(region, statement.truth.true):
                region = narrower
                chosen.add(number)
        found.append(frozenset(chosen))
    return found
