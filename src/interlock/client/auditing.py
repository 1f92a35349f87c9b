"""Audit: what happened, why, and why not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Final

from interlock.client.asking import stamp_of
from interlock.client.calling import Calling
from interlock.v1.audit_pb2 import ExplanationNode, NotFired
from interlock.v1.audit_service_pb2 import (
    ExplainNotFiredRequest,
    ExplainNotRunRequest,
    ExplainRequest,
    ListTransitionsRequest,
)
from interlock.v1.audit_service_pb2_grpc import AuditServiceStub
from interlock.v1.incident_pb2 import Transition

FOLDING_S: Final = 60.0
"""Seconds a question may take for which the history is decided again."""


class AuditClient:
    """What happened and why."""

    def __init__(self, calling: Calling) -> None:
        """Use a client's channel."""
        self._calling = calling
        self._stub = AuditServiceStub(calling.channel)

    async def transitions(
        self,
        *,
        incident_id: str = "",
        machine: str = "",
        state: str = "",
        actor: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> AsyncGenerator[Transition, None]:
        """Yield every move that passes the filters, oldest first, page by page."""
        request = ListTransitionsRequest(
            incident_id=incident_id,
            machine=machine,
            state=state,
            actor=actor,
            since=stamp_of(since),
            until=stamp_of(until),
        )
        while True:
            page = await self._calling.call(self._stub.ListTransitions, request)
            for transition in page.transitions:
                yield transition
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def explain(self, subject: str) -> ExplanationNode:
        """Return the reasons behind an incident or action; raises NotFound when it is neither."""
        return (await self._calling.call(self._stub.Explain, ExplainRequest(id=subject))).root

    async def explain_not_fired(
        self,
        rule: str,
        *,
        at: datetime | None = None,
        where: Mapping[str, str] | None = None,
        seconds: float = FOLDING_S,
    ) -> NotFired:
        """Return why a rule had not fired, or that it had.

        Args:
            rule: its id, or the part after its package where only one rule is called so.
            at: the moment asked about; None: the end of the journal.
            where: what fields of the elements in question read.
            seconds: how long it may take; a long history is long decided again.

        Raises:
            NotFound: no rule was called so then; the message says until when one was.
            RequestRejected: the rule asks for no such field.
            NotReady: the time is up.
        """
        request = ExplainNotFiredRequest(rule=rule, at=stamp_of(at), where=where or {})
        answer = await self._calling.call(self._stub.ExplainNotFired, request, seconds=seconds)
        return answer.not_fired

    async def explain_not_run(
        self, incident_id: str, action: str, *, seconds: float = FOLDING_S
    ) -> ExplanationNode:
        """Return why an incident did not run an action, or what became of it when it did.

        Raises:
            NotFound: there is no such incident, or its machine never runs such an action.
            NotReady: the time is up.
        """
        request = ExplainNotRunRequest(incident_id=incident_id, action=action)
        return (await self._calling.call(self._stub.ExplainNotRun, request, seconds=seconds)).root
