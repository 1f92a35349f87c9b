"""AuditService: what happened and why."""

from __future__ import annotations

from interlock.server import checks, wire
from interlock.server.convert_nearness import write_not_fired
from interlock.server.convert_views import write_explanation, write_transition
from interlock.server.core import Queries
from interlock.server.nearness import NotFiredQuestion, NotRunQuestion
from interlock.server.views import TransitionFilter
from interlock.v1.audit_service_pb2 import (
    ExplainNotFiredRequest,
    ExplainNotFiredResponse,
    ExplainNotRunRequest,
    ExplainNotRunResponse,
    ExplainRequest,
    ExplainResponse,
    ListTransitionsRequest,
    ListTransitionsResponse,
)

NAME = "interlock.v1.AuditService"


class AuditService:
    """Answers questions about the past; works while nothing can be written."""

    def __init__(self, core: Queries) -> None:
        """Serve a core."""
        self._core = core

    def methods(self) -> list[wire.Method]:
        """Return the calls of the service."""
        return [
            wire.unary("ListTransitions", ListTransitionsRequest, self.list_transitions),
            wire.unary("Explain", ExplainRequest, self.explain),
            wire.unary("ExplainNotFired", ExplainNotFiredRequest, self.explain_not_fired),
            wire.unary("ExplainNotRun", ExplainNotRunRequest, self.explain_not_run),
        ]

    async def list_transitions(self, request: ListTransitionsRequest) -> ListTransitionsResponse:
        """Return one page of moves."""
        wanted = TransitionFilter(
            incident=checks.optional_name("incident_id", request.incident_id),
            machine=checks.optional_name("machine", request.machine),
            state=checks.optional_name("state", request.state),
            actor=checks.optional_name("actor", request.actor),
            since=checks.moment(request, "since"),
            until=checks.moment(request, "until"),
        )
        listing = await self._core.list_transitions(wanted, checks.page(request, wanted))
        return ListTransitionsResponse(
            transitions=[write_transition(move) for move in listing.items],
            next_page_token=checks.page_token(listing.next, wanted),
        )

    async def explain(self, request: ExplainRequest) -> ExplainResponse:
        """Return the reasons behind an incident or action."""
        reason = await self._core.explain(checks.name("id", request.id))
        return ExplainResponse(root=write_explanation(reason))

    async def explain_not_fired(self, request: ExplainNotFiredRequest) -> ExplainNotFiredResponse:
        """Return why a rule had not fired."""
        question = NotFiredQuestion(
            rule=checks.name("rule", request.rule),
            at=checks.moment(request, "at"),
            where=checks.pairs("where", request.where),
        )
        silence = await self._core.explain_not_fired(question)
        return ExplainNotFiredResponse(not_fired=write_not_fired(silence))

    async def explain_not_run(self, request: ExplainNotRunRequest) -> ExplainNotRunResponse:
        """Return why an incident did not run an action."""
        question = NotRunQuestion(
            incident=checks.name("incident_id", request.incident_id),
            action=checks.name("action", request.action),
        )
        root = write_explanation(await self._core.explain_not_run(question))
        return ExplainNotRunResponse(root=root)
