"""What the contract says, as plain records: the JSON a program reads, and what text is made of.

Times are RFC 3339, UTC; a time that is absent is null; positions are ``{partition, seq}``.
"""

from __future__ import annotations

from typing import TypedDict

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from interlock.language.values import MAX_TIMESTAMP, MIN_TIMESTAMP, format_timestamp
from interlock.v1.control_service_pb2 import AgreementStatus, Fact, GetGateStatusResponse
from interlock.v1.incident_pb2 import Incident, Question, Terms, Transition
from interlock.v1.position_pb2 import Position

Json = dict[str, object]


class Place(TypedDict):
    """An entry of the journal."""

    partition: int
    seq: int


_AGREEMENT = "AGREEMENT_STATUS_"


def moment(ms: int) -> str:
    """Return a time as RFC 3339 text, or its ms where no calendar reaches."""
    return format_timestamp(ms) if MIN_TIMESTAMP <= ms <= MAX_TIMESTAMP else f"{ms} ms"


def place(position: Position) -> Place:
    """Return a position."""
    return {"partition": position.partition, "seq": position.seq}


def incident(message: Incident) -> Json:
    """Return an incident."""
    return {
        "id": message.id,
        "machine": message.machine,
        "subject": message.subject,
        "title": message.title,
        "severity": message.severity,
        "rule": message.rule,
        "state": message.state,
        "open": message.open,
        "outcome": message.outcome,
        "opened_at": _time(message, "opened_at"),
        "changed_at": _time(message, "changed_at"),
        "closed_at": _time(message, "closed_at"),
        "acknowledged_by": message.acknowledged_by,
        "version": message.version,
        "position": _place(message),
        "resolve_by": _time(message, "resolve_by"),
        "parent": message.parent_id,
        "branch": message.branch,
        "terms": terms(message.terms) if message.HasField("terms") else None,
        "question": question(message.question) if message.HasField("question") else None,
    }


def terms(message: Terms) -> Json:
    """Return what a machine is agreed on."""
    return {
        "assumes": list(message.assumes),
        "environment": list(message.environment),
        "authorised": list(message.authorised),
    }


def question(message: Question) -> Json:
    """Return what an incident asks."""
    return {
        "id": message.id,
        "text": message.text,
        "shown": list(message.shown),
        "role": message.role,
        "quorum": message.quorum,
        "excluded": list(message.excluded),
        "choices": list(message.choices),
        "assumes": list(message.assumes),
        "asked_at": _time(message, "asked_at"),
        "expires_at": _time(message, "expires_at"),
        "answers": [
            {
                "actor": answer.actor,
                "roles": list(answer.roles),
                "choice": answer.choice,
                "reason": answer.reason,
                "at": _time(answer, "at"),
                "position": _place(answer),
            }
            for answer in message.answers
        ],
    }


def transition(message: Transition) -> Json:
    """Return a move of a machine."""
    return {
        "incident": message.incident_id,
        "machine": message.machine,
        "source": message.source,
        "trigger": message.trigger,
        "destination": message.destination,
        "why": message.why,
        "actor": message.actor,
        "at": _time(message, "at"),
        "position": _place(message),
    }


def gate(message: GetGateStatusResponse) -> Json:
    """Return what the gate lets through."""
    return {
        "freezes": [
            {
                "scope": freeze.scope,
                "actor": freeze.actor,
                "reason": freeze.reason,
                "at": _time(freeze, "at"),
                "position": _place(freeze),
            }
            for freeze in message.freezes
        ],
        "agreement": AgreementStatus.Name(message.agreement).removeprefix(_AGREEMENT).lower(),
        "agreed_through": _place(message, "agreed_through"),
        "waiting_actions": message.waiting_actions,
        "running_actions": message.running_actions,
    }


def fact(message: Fact) -> Json:
    """Return a fact that stands."""
    return {
        "fact": message.fact,
        "fields": dict(sorted(message.fields.items())),
        "position": _place(message),
        "said": message.said,
        "firings": list(message.firings),
    }


def _time(message: Message, field: str) -> str | None:
    if not message.HasField(field):
        return None
    at: Timestamp = getattr(message, field)
    return moment(at.ToMilliseconds())


def _place(message: Message, field: str = "position") -> Place | None:
    return place(getattr(message, field)) if message.HasField(field) else None
