"""Incidents, moves, reasons and freezes on their way to the wire."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from interlock.server import views
from interlock.v1.audit_pb2 import ExplanationNode
from interlock.v1.control_pb2 import FreezeOrder
from interlock.v1.control_service_pb2 import Fact
from interlock.v1.incident_pb2 import Answer, Incident, Question, Terms, Transition
from interlock.v1.position_pb2 import Position


def write_position(position: views.Position) -> Position:
    """Return a position as the wire has it."""
    return Position(partition=position.partition, seq=position.seq)


def write_moment(ms: int) -> Timestamp:
    """Return a moment as the wire has it.

    Args:
        ms: since the epoch, UTC, within years 0001 to 9999.
    """
    return Timestamp(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)


def write_incident(incident: views.Incident) -> Incident:
    """Return an incident as the wire has it."""
    closed = incident.closed_at
    return Incident(
        id=incident.id,
        machine=incident.machine,
        version=incident.version,
        subject=incident.subject,
        title=incident.title,
        severity=incident.severity,
        rule=incident.rule,
        state=incident.state,
        open=closed is None,
        outcome=incident.outcome,
        opened_at=write_moment(incident.opened_at),
        changed_at=write_moment(incident.changed_at),
        closed_at=None if closed is None else write_moment(closed),
        acknowledged_by=incident.acknowledged_by,
        position=write_position(incident.position),
        question=None if incident.question is None else write_question(incident.question),
        terms=None if incident.terms is None else write_terms(incident.terms),
        resolve_by=None if incident.resolve_by is None else write_moment(incident.resolve_by),
        parent_id=incident.parent,
        branch=incident.branch,
    )


def write_terms(terms: views.Terms) -> Terms:
    """Return the terms of a machine as the wire has them."""
    return Terms(assumes=terms.assumes, environment=terms.environment, authorised=terms.authorised)


def write_question(question: views.Question) -> Question:
    """Return a question as the wire has it."""
    return Question(
        id=question.id,
        text=question.text,
        shown=question.shown,
        role=question.role,
        quorum=question.quorum,
        excluded=question.excluded,
        choices=question.choices,
        assumes=question.assumes,
        asked_at=write_moment(question.asked_at),
        expires_at=write_moment(question.expires_at),
        answers=[
            Answer(
                actor=one.actor,
                roles=one.roles,
                choice=one.choice,
                reason=one.reason,
                at=write_moment(one.at),
                position=write_position(one.position),
            )
            for one in question.answers
        ],
    )


def write_transition(transition: views.Transition) -> Transition:
    """Return a move as the wire has it."""
    return Transition(
        incident_id=transition.incident,
        machine=transition.machine,
        source=transition.source,
        trigger=transition.trigger,
        destination=transition.destination,
        why=transition.why,
        actor=transition.actor,
        at=write_moment(transition.at),
        position=write_position(transition.position),
    )


def write_explanation(reason: views.Explanation) -> ExplanationNode:
    """Return a tree of reasons as the wire has it."""
    return ExplanationNode(
        kind=reason.kind,
        id=reason.id,
        title=reason.title,
        position=None if reason.position is None else write_position(reason.position),
        at=None if reason.at is None else write_moment(reason.at),
        children=[write_explanation(child) for child in reason.children],
    )


def write_fact(fact: views.Fact) -> Fact:
    """Return a fact as the wire has it."""
    return Fact(
        fact=fact.name,
        fields=dict(fact.fields),
        position=write_position(fact.position),
        said=fact.said,
        firings=fact.firings,
    )


def write_freeze(freeze: views.Freeze) -> FreezeOrder:
    """Return a freeze as the wire has it."""
    return FreezeOrder(
        scope=freeze.scope,
        actor=freeze.actor,
        reason=freeze.reason,
        at=write_moment(freeze.at),
        position=write_position(freeze.position),
    )
