"""Incidents on the screen: a list, one with its moves, and changes as they happen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from interlock.client import BlockingClient
from interlock.language.values import parse_timestamp
from interlock.server.cli import records
from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer
from interlock.server.inputs import InputRejected
from interlock.v1.incident_pb2 import Incident, Transition

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_time(text: str, option: str = "--since") -> datetime:
    """Return the time an RFC 3339 text names.

    Args:
        text: what was given.
        option: what it was given to.

    Raises:
        InputRejected: it names none.
    """
    try:
        return _EPOCH + timedelta(milliseconds=parse_timestamp(text))
    except ValueError as error:
        raise InputRejected(f"{option}: {error}") from error


def print_list(incidents: Sequence[Incident], form: Form) -> None:
    """Print incidents in the order given."""
    printer = Printer(form)
    if printer.is_json:
        printer.document([records.incident(i) for i in incidents])
        return
    if not incidents:
        printer.line(("no incidents", "dim"))
        return
    columns = ["OPENED", "INCIDENT", "MACHINE", "SUBJECT", "STATE", "SEVERITY", "ACKNOWLEDGED"]
    rows = [
        [_opened(i), i.id, i.machine, i.subject, _state(i), i.severity, i.acknowledged_by]
        for i in incidents
    ]
    if any(i.HasField("question") for i in incidents):
        columns.append("ASKS")
        for row, one in zip(rows, incidents, strict=True):
            row.append(one.question.role)
    printer.table(columns, rows, whole="INCIDENT")


def print_incident(
    incident: Incident,
    moves: Sequence[Transition],
    form: Form,
    branches: Sequence[Incident] = (),
) -> None:
    """Print an incident with its moves and branches, oldest first."""
    printer = Printer(form)
    if printer.is_json:
        transitions = [records.transition(move) for move in moves]
        forked = [records.incident(one) for one in branches]
        whole = {"transitions": transitions, "branches": forked}
        printer.document({**records.incident(incident), **whole})
        return
    record = records.incident(incident)
    position = f"{incident.position.partition}/{incident.position.seq}"
    apart = {"open", "position", "question", "terms"}
    shown = {n: str(v) for n, v in record.items() if v and n not in apart}
    terms = {
        "assumes": "; ".join(incident.terms.assumes),
        "needs": "; ".join(incident.terms.environment),
        "authorised": ", ".join(incident.terms.authorised),
    }
    printer.fields({**shown, **terms, "position": position})
    print()
    if incident.HasField("question"):
        _print_question(printer, incident)
    columns = ("AT", "ENTRY", "FROM", "TRIGGER", "TO", "BY", "WHY")
    printer.table(columns, [_move(m) for m in moves])
    if branches:
        print()
        rows = [[one.branch, one.id, _state(one), one.question.role] for one in branches]
        printer.table(("BRANCH", "INCIDENT", "STATE", "ASKS"), rows)


def _print_question(printer: Printer, incident: Incident) -> None:
    """Print what an incident asks, who may answer, and how."""
    asked = incident.question
    printer.line((asked.text, "bold"))
    for line in asked.shown:
        printer.line("  ", line)
    wanted = f"{asked.quorum} of {asked.role}" if asked.quorum > 1 else asked.role
    answers = [f"{a.actor}: {a.choice}" for a in asked.answers]
    fields = {
        "question": asked.id,
        "asks": wanted + (f", not {', '.join(asked.excluded)}" if asked.excluded else ""),
        "expires": records.moment(asked.expires_at.ToMilliseconds()),
        "answers": ", ".join(answers) or "none yet",
        "assumes": "; ".join(asked.assumes),
    }
    printer.fields(fields)
    choices = "|".join(asked.choices)
    answer = f"interlock incidents answer {incident.id} {choices} --as {asked.role} --reason …"
    printer.line(answer)
    print()


def follow(client: BlockingClient, incident: str, machine: str, form: Form) -> None:
    """Print changes as they happen; return when the one incident asked for is closed.

    Raises:
        NotFound: there is no such incident.
        Overloaded: too slow to follow.
    """
    printer = Printer(form)
    changes = client.run(lambda c: c.incidents.watch(incident_id=incident, machine=machine))
    # Asked after the watch has begun: an incident cannot close unseen in between.
    if incident and not client.run(lambda c: c.incidents.get(incident)).open:
        return
    for change in client.each(lambda _: changes):
        move = change.transition if change.HasField("transition") else None
        if printer.is_json:
            printer.json_line(
                {
                    "incident": records.incident(change.incident),
                    "transition": None if move is None else records.transition(move),
                }
            )
        else:
            _print_change(printer, change.incident, move)
        if change.incident.id == incident and not change.incident.open:
            return


def _print_change(printer: Printer, incident: Incident, move: Transition | None) -> None:
    at = incident.changed_at if move is None else move.at
    said = f"acknowledged by {incident.acknowledged_by}" if incident.acknowledged_by else "changed"
    if move is not None:
        said = f"{move.source or 'start'} → {move.destination} on {move.trigger}"
        said += f": {move.why}" if move.why else ""
    if incident.HasField("question"):
        said += f"; asks {incident.question.role}: {incident.question.text}"
    printer.line(
        (records.moment(at.ToMilliseconds()), "dim"),
        " ",
        (incident.machine, "bold"),
        f" {incident.subject} ",
        (incident.id, "dim"),
        f" {said}",
    )


def _opened(incident: Incident) -> str:
    return records.moment(incident.opened_at.ToMilliseconds())


def _state(incident: Incident) -> str:
    return incident.state if incident.open else f"{incident.state} (closed)"


def _move(move: Transition) -> tuple[str, ...]:
    return (
        records.moment(move.at.ToMilliseconds()),
        str(move.position.seq),
        move.source or "start",
        move.trigger,
        move.destination,
        move.actor,
        move.why,
    )
