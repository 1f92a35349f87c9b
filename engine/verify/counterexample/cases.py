"""Which findings can be shown, and how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from interlock.engine.verify.counterexample.drive import Script, drive
from interlock.engine.verify.counterexample.led import by_fork
from interlock.engine.verify.counterexample.signals import (
    HOSTILE,
    Beginning,
    Given,
    beginnings,
    begun_by,
    given,
    is_told_by_signals,
    kept,
    signal,
    words_of,
)
from interlock.engine.verify.counterexample.text import Counterexample
from interlock.engine.verify.loops import Cause, Loop, Standing, find_causes, loops, standing_rules
from interlock.engine.verify.untyped import Reach, untyped_inputs
from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic
from interlock.language.expression import Row
from interlock.language.regions import NOWHERE
from interlock.language.values import format_duration
from interlock.machines.definition import Trigger
from interlock.machines.verify import MachineSubject
from interlock.machines.verify.approvals import approval_gaps
from interlock.machines.verify.invariants import breaches
from interlock.machines.verify.rings import Ring, rings
from interlock.machines.verify.routes import Edge, routes
from interlock.rules.declarations import SignalType
from interlock.rules.verify import Subject
from interlock.rules.verify.certainties import certain_conditions
from interlock.rules.verify.rivals import rival_rules
from interlock.rules.verify.shadows import shadowed_rules
from interlock.rules.verify.witness import Laid, Rows, witness

_LASTING_MS = 30 * 60_000
"""How long what begins an incident lasts."""

_PAUSE_MS = 30_000
"""Between what a machine does and what comes next."""


def counterexamples(whole: Whole) -> Iterator[Counterexample]:
    """Yield a scenario for each finding that can be shown by one."""
    yield from _silent(whole)
    yield from _rivals(whole)
    for machine in whole.machines:
        for gap in approval_gaps(machine):
            never: Given = {"never": {"action": gap.action.name}}
            yield from _along(whole, machine, gap.way, gap.finding(machine), [never])
        for breach in breaches(machine):
            there: Given = {"state": breach.path}
            yield from _along(whole, machine, breach.way, breach.finding(machine), [there])
        for ring in rings(machine):
            yield from _round(whole, machine, ring)
    for reach in untyped_inputs(whole):
        yield from _reached(whole, reach)
    causes = find_causes(whole)
    for loop in loops(whole, causes):
        yield from _over_again(whole, loop)
    for standing in standing_rules(whole, causes):
        yield from _still_standing(whole, standing)


def _lasting(*subjects: Subject) -> int:
    """Return how long something must have lasted for these rules to match, and some more, ms."""
    waits = [
        getattr(getattr(pattern, "watch", None), "lasts_ms", 0)
        for subject in subjects
        for pattern in subject.rule.patterns
    ]
    return max(waits) + _PAUSE_MS if any(waits) else 0


def _types(subject: Subject) -> dict[str, str]:
    return {pattern.alias: pattern.declared for pattern in subject.rule.patterns}


def silent_rules(whole: Whole) -> Iterator[tuple[Diagnostic, Subject]]:
    """Yield what is found about rules that never act, and what a history has to match.

    That is the rule itself where another always beats it; where a condition is never true, the
    rule without what keeps it from matching.
    """
    for subject in whole.subjects:
        never = [one for one in certain_conditions(subject) if one.code == "RV302"]
        if never and subject.region == NOWHERE:
            patterns = tuple(
                tuple(one for number, one in enumerate(group) if number in chosen)
                for group, chosen in zip(subject.patterns, kept(subject), strict=True)
            )
            yield never[0], replace(subject, patterns=patterns, negations=())
    for shadow in shadowed_rules(whole.subjects):
        yield shadow.finding(), shadow.under


def _silent(whole: Whole) -> Iterator[Counterexample]:
    for finding, subject in silent_rules(whole):
        rows = witness((Laid(subject, {}),), subject.region, words_of(whole))
        if rows is not None and is_told_by_signals(subject):
            expect = {"fired": subject.rule.id}
            yield _by_signals(whole, [subject], rows, finding, [expect])


def _rivals(whole: Whole) -> Iterator[Counterexample]:
    for pair in rival_rules(whole.subjects, words_of(whole)):
        if is_told_by_signals(pair.one) and is_told_by_signals(pair.other):
            expect: list[Given] = [
                {"never": {"started": machine}} for machine in sorted(pair.other.machines)
            ]
            yield _by_signals(whole, [pair.one, pair.other], pair.rows, pair.finding(), expect)


def _by_signals(
    whole: Whole,
    rules: Sequence[Subject],
    rows: Rows,
    finding: Diagnostic,
    expect: Sequence[Given],
) -> Counterexample:
    """Return a scenario in which signals come, and last as long as the rules want them to."""
    lasting = _lasting(*rules)
    types = {alias: str(row["name"]) for alias, row in rows.items()}
    told = given(whole, types, rows, lasting_ms=lasting)
    return Counterexample(finding, told, expect, until_ms=lasting + 60_000)


def _along(
    whole: Whole,
    machine: MachineSubject,
    way: Sequence[Edge],
    finding: Diagnostic,
    expect: Sequence[Given],
) -> Iterator[Counterexample]:
    """Yield a scenario in which a machine goes a way, for each rule that can begin it."""
    rude = {Trigger.ABORT, Trigger.WITHDRAWN}
    if any(edge.event in rude for edge in way) or by_fork(way, machine):
        return
    for start in beginnings(whole, machine.machine.id):
        script = drive(whole, machine, start, way)
        yield _told(whole, start, script, finding, expect)


def _told(
    whole: Whole,
    start: Beginning,
    script: Script,
    finding: Diagnostic,
    expect: Sequence[Given],
) -> Counterexample:
    lasting = min(_LASTING_MS, script.now + 120_000)
    first = given(whole, _types(start.subject), start.rows, lasting_ms=lasting)
    return Counterexample(
        finding,
        [*first, *script.given],
        expect,
        script.executors,
        script.probes,
        script.humans,
        until_ms=script.now + 120_000,
    )


def _round(whole: Whole, machine: MachineSubject, ring: Ring) -> Iterator[Counterexample]:
    """Show that a machine comes back to where it was."""
    way = routes(machine.machine.initial, machine.edges).get(ring.states[0])
    if way is not None:
        expect: Given = {"state": ring.states[0], "times": 1}
        yield from _along(whole, machine, [*way, *ring.edges], ring.finding(machine), [expect])


def _reached(whole: Whole, reach: Reach) -> Iterator[Counterexample]:
    """Show a label of somebody's choice at an input."""
    machine = reach.machine
    name, _, part = reach.origin.rpartition(".")
    way = routes(machine.machine.initial, machine.edges).get(reach.leaf.path)
    if way is None or machine.around or by_fork(way, machine):
        return
    for start in beginnings(whole, machine.machine.id):
        types = _types(start.subject)
        rows = {
            alias: {**row, part: HOSTILE} if types[alias] == name and part in row else row
            for alias, row in start.rows.items()
        }
        begun = begun_by(start.subject, machine.machine.id, rows)
        if begun is not None:
            script = drive(whole, machine, begun, way)
            never: Given = {"action": reach.action.name, "with": {reach.name: HOSTILE}}
            yield _told(whole, begun, script, reach.finding(), [{"never": never}])


def _over_again(whole: Whole, loop: Loop) -> Iterator[Counterexample]:
    """Show that a ring of rules comes back to the machine it began with."""
    script = _lead(whole, loop.ring, loop.ring[-1].rows[0])
    if script is not None:
        once: Given = {"started": loop.ring[0].machine.machine.id, "times": 1}
        yield _led(script, loop.finding(), once)


def _still_standing(whole: Whole, standing: Standing) -> Iterator[Counterexample]:
    """Show that a rule still holds where its machine has stopped waiting."""
    cause = standing.cause
    script = _lead(whole, [cause], cause.rows[0])
    if script is not None:
        later = format_duration(script.now + _PAUSE_MS)
        yield _led(script, standing.finding(), {"at": later, "not_fired": cause.rule})


def _lead(whole: Whole, causes: Sequence[Cause], first: Row) -> Script | None:
    """Return a script in which each cause follows from the one before; None where it cannot."""
    subjects = {one.rule.id: one for one in whole.subjects}
    kind = whole.rulebase.signal_types.get(str(first["name"]))
    script, row = Script(), first
    for cause in causes:
        subject, machine = subjects[cause.rule], cause.machine
        way = routes(machine.machine.initial, machine.edges).get(cause.path)
        alone = len(subject.rule.patterns) == 1 and is_told_by_signals(subject)
        begun = begun_by(subject, machine.machine.id, {subject.rule.patterns[0].alias: row})
        if kind is None or way is None or begun is None or not alone or by_fork(way, machine):
            return None
        script.given.append(signal(kind, row, at=script.now))
        script = drive(whole, machine, begun, way, script)
        script.now += _PAUSE_MS
        rows = ({**one, **_keys(kind, first)} for one in cause.rows)
        row = next((one for one in rows if one != row), row)  # the same again would be no news
    if kind is not None:
        script.given.append(signal(kind, row, at=script.now))
    return script


def _led(script: Script, finding: Diagnostic, expect: Given) -> Counterexample:
    said = (script.executors, script.probes, script.humans)
    return Counterexample(finding, script.given, [expect], *said, until_ms=script.now + 120_000)


def _keys(kind: SignalType, row: Row) -> Row:
    return {name: row[name] for name in kind.key if name in row}
