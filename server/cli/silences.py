"""Silences on the screen: a rule's nearest miss, test by test, or an action that did not run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text
from rich.tree import Tree

from interlock.server.cli import offline, online, reasons, records
from interlock.server.cli.looking import read_time
from interlock.server.cli.pairs import read_pairs
from interlock.server.cli.printer import Printer, counted, styled
from interlock.server.convert_nearness import read_not_fired
from interlock.server.live.beside import answer
from interlock.server.nearness import (
    ConditionMade,
    ConjunctMade,
    NotFired,
    NotFiredQuestion,
    NotRunQuestion,
    Occurrence,
    Restraint,
)
from interlock.server.views import Explanation

_MARKS = {
    "true": ("✓", "green"),
    "false": ("✗", "bold red"),
    "unknown": ("?", "bold yellow"),
    "open": ("·", "dim"),
}
_SAID = {"unknown": " is unknown", "open": " could not be tested"}


def show_rule(
    printer: Printer, rule: str, *, at: str, where: Iterable[str], store: str, server: str
) -> None:
    """Print why a rule is silent.

    Args:
        printer: where to.
        rule: its id.
        at: the moment asked about, RFC 3339; empty for the end.
        where: ``field=value`` pairs.
        store: URL of a store on disk; empty to ask the service.
        server: gRPC address of the service.

    Raises:
        InputRejected: the store, the time or a pair cannot be read.
        NotReady: the service does not answer.
        NotFound, RequestRejected: as ``whynot.why_not``.
    """
    moment = read_time(at, "--at") if at else None
    wanted = read_pairs("--where", where)
    if store:
        ms = None if moment is None else round(moment.timestamp() * 1000)
        pairs = tuple(sorted(wanted.items()))
        with offline.opened(store) as reader:
            found = answer(reader, NotFiredQuestion(rule, ms, pairs))
        assert isinstance(found, NotFired)
    else:
        with online.connected(server) as client:
            found = read_not_fired(
                client.run(lambda c: c.audit.explain_not_fired(rule, at=moment, where=wanted))
            )
    if printer.is_json:
        printer.document(record(found))
    else:
        printer.tree(tree(found))


def show_action(printer: Printer, action: str, incident: str, *, store: str, server: str) -> None:
    """Print why an incident did not run an action.

    Raises:
        InputRejected: the store cannot be read.
        NotReady: the service does not answer.
        NotFound: there is no such incident or action.
    """
    if store:
        with offline.opened(store) as reader:
            told = answer(reader, NotRunQuestion(incident, action))
        assert isinstance(told, Explanation)
        found = reasons.of_view(told)
    else:
        with online.connected(server) as client:
            root = client.run(lambda c: c.audit.explain_not_run(incident, action))
        found = reasons.of_message(root)
    if printer.is_json:
        printer.document(found)
    else:
        printer.tree(reasons.tree(found))


def tree(silence: NotFired) -> Tree:
    """Return the drawing of a silence."""
    drawn = Tree(_head(silence), guide_style="dim")
    _grow(drawn, silence)
    return drawn


def record(silence: NotFired) -> records.Json:
    """Return a silence as JSON."""
    return {
        "rule": silence.rule,
        "file": silence.file,
        "line": silence.line,
        "branch": silence.branch,
        "at": records.moment(silence.at),
        "position": silence.position._asdict(),
        "shadow": silence.shadow,
        "fired": silence.firing or None,
        "fired_before": _occurrence(silence.fired_before),
        "held_by": silence.held_by or None,
        "suppressed": _restraint(silence.restraint),
        "missed": silence.missed,
        "complete": silence.complete,
        "conditions": [_condition(one) for one in silence.conditions],
    }


def _condition(one: ConditionMade) -> records.Json:
    return {
        "kind": one.kind,
        "name": one.name,
        "as": one.alias,
        "negated": one.negated,
        "absent": one.absent,
        "verdict": one.verdict,
        "element": one.element or None,
        "position": None if one.position is None else one.position._asdict(),
        "candidates": one.candidates,
        "last": _occurrence(one.last),
        "tests": [
            {
                "text": made.text,
                "line": made.line,
                "verdict": made.verdict,
                "seen": dict(made.seen),
            }
            for made in one.conjuncts
        ],
        "because": [record(below) for below in one.because],
    }


def _occurrence(one: Occurrence | None) -> records.Json | None:
    if one is None:
        return None
    return {"position": one.position._asdict(), "at": records.moment(one.at)}


def _restraint(held: Restraint | None) -> records.Json | None:
    if held is None:
        return None
    return {
        "kind": held.kind,
        "by": held.by,
        "until": None if held.until is None else records.moment(held.until),
        "reason": held.reason,
    }


def _head(silence: NotFired) -> Text:
    count = len(silence.conditions)
    said = f"nearest, {count - silence.missed} of {counted(count, 'condition')}"
    if silence.missed == 0:
        said = "every condition holds"
    said += f" (branch {silence.branch})" if silence.branch else ""
    place = f"  {records.moment(silence.at)}  {silence.file}:{silence.line}"
    return styled((silence.rule, "bold"), f": {said}", (place, "dim"))


def _grow(drawn: Tree, silence: NotFired) -> None:
    for condition in silence.conditions:
        branch = drawn.add(_line(condition))
        for made in condition.conjuncts:
            branch.add(_conjunct(made))
        for below in condition.because:
            _grow(branch.add(_head(below)), below)
    for note in _notes(silence):
        drawn.add(styled(note))


def _line(one: ConditionMade) -> Text:
    name = f"{one.kind} {one.name}"
    name = f"no {name}" if one.negated else f"{name} as {one.alias}"
    said, entry = "", ""
    if one.position is not None:
        entry = f" #{one.position.seq}"
    if one.absent:
        name, said, entry = f"absent {name}", *_silence(one, entry)
    elif one.negated:
        said = _forbidding(one)
    elif one.position is None:
        said = ": none is live" if one.kind == "signal" else ": none stands"
        said = f"{said} that was asked for ({one.candidates} others)" if one.candidates else said
        if one.last is not None:
            entry = f" last came #{one.last.position.seq} {records.moment(one.last.at)}"
    return styled(_MARKS[one.verdict], f" {name}{said}", (entry, "dim"))


def _silence(one: ConditionMade, entry: str) -> tuple[str, str]:
    """Return what is said of an absence, and of the signal last heard."""
    if not one.conjuncts:
        return f": no value that was asked for is listed ({one.candidates} others)", ""
    return "", entry if one.element or not entry else f" last heard{entry}"


def _forbidding(one: ConditionMade) -> str:
    if one.verdict == "true":
        return f" ({counted(one.candidates, 'candidate')})"
    return ": there is one" if one.verdict == "false" else ": there may be one"


def _conjunct(made: ConjunctMade) -> Text:
    seen = ", ".join(f"{name} {value}" for name, value in made.seen.items())
    said = _SAID.get(made.verdict, "")
    at = f"   line {made.line}" if made.line is not None and made.verdict != "true" else ""
    return styled(
        _MARKS[made.verdict],
        f" {made.text}{said}",
        (f"   {seen}" if seen else "", "cyan"),
        (at, "dim"),
    )


def _held_back(held: Restraint) -> str:
    until = "" if held.until is None else f" until {records.moment(held.until)}"
    match held.kind:
        case "except":
            return f"excepted by {held.by}{until}: {held.reason}"
        case "cooldown":
            return f"in cooldown{until}, since {held.by} fired"
        case _:
            return f"once_per: {held.by} fires for the same already"


def _notes(silence: NotFired) -> Iterator[str]:
    if silence.missed == 0:
        if silence.firing:
            yield f"it did fire: {silence.firing} is in force"
        elif silence.restraint is not None:
            yield _held_back(silence.restraint)
        elif silence.held_by:
            yield f"without effect: {silence.held_by} holds exclusive group {silence.exclusive!r}"
        else:
            yield "and yet it is not in force: the step that should have fired it gave up"
        if silence.shadow:
            yield "status: shadow, so it is judged and takes no effect"
    elif silence.fired_before is not None:
        before = silence.fired_before
        yield (
            f"for any element, it last fired at #{before.position.seq} {records.moment(before.at)}"
        )
    if not silence.complete:
        yield "there is too much to look at all of it; say --where FIELD=VALUE"
