"""Silences on the screen: a rule's nearest miss, test by test, or an action that did not run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text
from rich.tree import Tree

from interlock.engine.model import PARTITION
from interlock.engine.notrun import not_run
from interlock.engine.whynot import Silence, why_not
from interlock.rules.model import Suppressed
from interlock.rules.nearmiss import ConditionMade, ConjunctMade, Verdict
from interlock.server.cli import offline, reasons, records
from interlock.server.cli.looking import read_time
from interlock.server.cli.pairs import read_pairs
from interlock.server.cli.printer import Printer, counted, styled

_MARKS = {
    Verdict.TRUE: ("✓", "green"),
    Verdict.FALSE: ("✗", "bold red"),
    Verdict.UNKNOWN: ("?", "bold yellow"),
    Verdict.OPEN: ("·", "dim"),
}
_SAID = {Verdict.UNKNOWN: " is unknown", Verdict.OPEN: " could not be tested", Verdict.FALSE: ""}


def show_rule(printer: Printer, url: str, rule: str, *, at: str, where: Iterable[str]) -> None:
    """Print why a rule is silent.

    Raises:
        InputRejected: the store, the time or a pair cannot be read.
        NotFound, RequestRejected: as ``whynot.why_not``.
    """
    moment = round(read_time(at, "--at").timestamp() * 1000) if at else None
    wanted = read_pairs("--where", where)
    with offline.opened(url) as reader:
        silence = why_not(reader, rule, at=moment, where=wanted)
    if printer.is_json:
        printer.document(record(silence))
    else:
        printer.tree(tree(silence))


def show_action(printer: Printer, url: str, action: str, incident: str) -> None:
    """Print why an incident did not run an action.

    Raises:
        InputRejected: the store cannot be read.
        NotFound: there is no such incident or action.
    """
    with offline.opened(url) as reader:
        found = reasons.of_reason(not_run(reader, incident, action))
    if printer.is_json:
        printer.document(found)
    else:
        printer.tree(reasons.tree(found))


def tree(silence: Silence) -> Tree:
    """Return the drawing of a silence."""
    drawn = Tree(_head(silence), guide_style="dim")
    _grow(drawn, silence)
    return drawn


def record(silence: Silence) -> records.Json:
    """Return a silence as JSON."""
    miss, rule = silence.miss, silence.rule
    return {
        "rule": rule.id,
        "file": rule.path,
        "line": rule.line,
        "branch": miss.rule.branch,
        "at": records.moment(silence.at),
        "position": _place(silence.seq),
        "shadow": rule.shadow,
        "fired": silence.firing,
        "fired_before": _moment(silence.fired_before),
        "held_by": silence.holder,
        "suppressed": _suppressed(silence.suppressed),
        "missed": miss.missed,
        "complete": miss.is_complete,
        "conditions": [
            _condition(silence, one, lines)
            for one, lines in zip(miss.conditions, silence.lines, strict=True)
        ],
    }


def _condition(silence: Silence, one: ConditionMade, lines: Mapping[str, int]) -> records.Json:
    below = () if one.element is not None or one.negated else silence.below.get(one.type, ())
    return {
        "kind": one.kind.value,
        "name": one.type,
        "as": one.alias,
        "negated": one.negated,
        "verdict": one.verdict.value,
        "element": None if one.element is None else one.element.id,
        "position": None if one.element is None else _place(one.element.position),
        "candidates": one.candidates,
        "last": _moment(silence.last.get(one.type)),
        "tests": [
            {
                "text": test.text,
                "line": lines.get(test.text),
                "verdict": test.verdict.value,
                "seen": dict(test.seen),
            }
            for test in one.tests
        ],
        "because": [record(below_it) for below_it in below],
    }


def _moment(when: tuple[int, int] | None) -> records.Json | None:
    if when is None:
        return None
    return {"position": _place(when[0]), "at": records.moment(when[1])}


def _suppressed(held: Suppressed | None) -> records.Json | None:
    if held is None:
        return None
    return {
        "kind": held.kind,
        "by": held.by,
        "until": None if held.until is None else records.moment(held.until),
        "reason": held.reason,
    }


def _place(seq: int) -> records.Place:
    return {"partition": PARTITION, "seq": seq}


def _head(silence: Silence) -> Text:
    rule, miss = silence.rule, silence.miss
    held = len(miss.conditions) - miss.missed
    said = f"nearest, {held} of {counted(len(miss.conditions), 'condition')}"
    if miss.missed == 0:
        said = "every condition holds"
    said += f" (branch {miss.rule.branch})" if miss.rule.branch else ""
    place = f"  {records.moment(silence.at)}  {rule.path}:{rule.line}"
    return styled((rule.id, "bold"), f": {said}", (place, "dim"))


def _grow(drawn: Tree, silence: Silence) -> None:
    for condition, lines in zip(silence.miss.conditions, silence.lines, strict=True):
        branch = drawn.add(_line(silence, condition))
        for test in condition.tests:
            branch.add(_test(test, lines.get(test.text)))
        if condition.element is None and not condition.negated:
            for below in silence.below.get(condition.type, ()):
                _grow(branch.add(_head(below)), below)
    for note in _notes(silence):
        drawn.add(styled(note))


def _line(silence: Silence, one: ConditionMade) -> Text:
    name = f"{one.kind.value} {one.type}"
    name = f"no {name}" if one.negated else f"{name} as {one.alias}"
    said, entry = "", ""
    if one.element is not None:
        entry = f" #{one.element.position}"
    if one.negated:
        said = _forbidding(one)
    elif one.element is None:
        said = ": none is live" if one.kind.value == "signal" else ": none stands"
        said = f"{said} that was asked for ({one.candidates} others)" if one.candidates else said
        if one.type in silence.last:
            seq, at = silence.last[one.type]
            entry = f" last came #{seq} {records.moment(at)}"
    return styled(_MARKS[one.verdict], f" {name}{said}", (entry, "dim"))


def _forbidding(one: ConditionMade) -> str:
    if one.verdict is Verdict.TRUE:
        return f" ({counted(one.candidates, 'candidate')})"
    return ": there is one" if one.verdict is Verdict.FALSE else ": there may be one"


def _test(test: ConjunctMade, line: int | None) -> Text:
    seen = ", ".join(f"{name} {value}" for name, value in test.seen.items())
    said = _SAID.get(test.verdict, "")
    at = f"   line {line}" if line is not None and test.verdict is not Verdict.TRUE else ""
    return styled(
        _MARKS[test.verdict],
        f" {test.text}{said}",
        (f"   {seen}" if seen else "", "cyan"),
        (at, "dim"),
    )


def _held_back(held: Suppressed) -> str:
    until = "" if held.until is None else f" until {records.moment(held.until)}"
    match held.kind:
        case "except":
            return f"excepted by {held.by}{until}: {held.reason}"
        case "cooldown":
            return f"in cooldown{until}, since {held.by} fired"
        case _:
            return f"once_per: {held.by} fires for the same already"


def _notes(silence: Silence) -> Iterator[str]:
    miss = silence.miss
    if miss.missed == 0:
        if silence.firing is not None:
            yield f"it did fire: {silence.firing} is in force"
        elif silence.suppressed is not None:
            yield _held_back(silence.suppressed)
        elif silence.holder is not None:
            yield f"without effect: {silence.holder} holds exclusive group {miss.rule.exclusive!r}"
        else:
            yield "and yet it is not in force: the step that should have fired it gave up"
        if miss.rule.shadow:
            yield "status: shadow, so it is judged and takes no effect"
    elif silence.fired_before is not None:
        seq, at = silence.fired_before
        yield f"for any element, it last fired at #{seq} {records.moment(at)}"
    if not miss.is_complete:
        yield "too much is live to look at all of it; say --where FIELD=VALUE"
