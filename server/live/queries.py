"""What can be asked of the engine; works while nothing can be written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from interlock import digest
from interlock.engine.explain import Explainer
from interlock.engine.fold.state import State
from interlock.engine.history import History, IncidentQuery, TransitionQuery
from interlock.engine.lineage import branch_of, descent
from interlock.engine.model import PARTITION
from interlock.engine.node import Node
from interlock.errors import NotFound, RequestRejected
from interlock.machines import Machine
from interlock.machines.terms import NO_TERMS
from interlock.server.live.facts import LiveFacts
from interlock.server.live.reasons import explanation
from interlock.server.views import (
    Answer,
    Change,
    Explanation,
    Fact,
    Freeze,
    GateStatus,
    Incident,
    IncidentFilter,
    Listing,
    Page,
    Position,
    Question,
    Terms,
    Transition,
    TransitionFilter,
)

Row = Mapping[str, Any]


class LiveQueries:
    """Answers for a node.

    Args:
        node: running.
        history: over the same store.
    """

    def __init__(self, node: Node, history: History) -> None:
        self._node = node
        self._history = history
        self._explainer = Explainer(history)

    async def get_incident(self, incident: str) -> Incident:
        """Return one incident."""
        row = await self._read(lambda: self._history.incident(incident))
        if row is None:
            raise NotFound(f"no incident is called {incident!r}", incident=incident)
        return replace(self._incident(row), terms=self._terms(row))

    def _terms(self, row: Row) -> Terms | None:
        """Return what an incident's own version of its machine is agreed on, if it is known."""
        machine = self._node.bundle.machinebase.definitions.get(row["machine"])
        if machine is None or machine.digest != row["machine_digest"] or machine.terms == NO_TERMS:
            return None
        terms = machine.terms
        return Terms(
            assumes=terms.assumes, environment=terms.environment, authorised=terms.authorised
        )

    async def list_incidents(self, wanted: IncidentFilter, page: Page) -> Listing[Incident]:
        """Return one page of incidents, newest first."""
        query = IncidentQuery(
            state=wanted.state,
            machine=wanted.machine,
            severity=wanted.severity,
            parent=wanted.parent,
            is_open=wanted.open,
            since=wanted.since,
            before=_cursor(page.cursor, int, str),
        )
        rows = await self._read(lambda: self._history.incidents(query, page.size + 1))
        keys = [(row["opened_seq"], row["id"]) for row in rows]
        return _page([self._incident(row) for row in rows], keys, page.size)

    async def list_transitions(self, wanted: TransitionFilter, page: Page) -> Listing[Transition]:
        """Return one page of transitions, oldest first."""
        query = TransitionQuery(
            incident=wanted.incident,
            machine=wanted.machine,
            state=wanted.state,
            actor=wanted.actor,
            since=wanted.since,
            until=wanted.until,
            after=_cursor(page.cursor, int, str, int),
        )
        rows = await self._read(lambda: self._history.transitions(query, page.size + 1))
        keys = [(row["seq"], row["incident"], row["n"]) for row in rows]
        return _page([_transition(row) for row in rows], keys, page.size)

    async def explain(self, subject: str) -> Explanation:
        """Return the reasons behind an incident or action."""
        return explanation(await self._read(lambda: self._explainer.explain(subject)))

    async def facts(self, name: str) -> tuple[Fact, ...]:
        """Return the facts that stand, of one name or of all, by name, in the order they came."""
        return await LiveFacts(self._node).list(name)

    async def gate_status(self) -> GateStatus:
        """Return what the gate lets through now."""
        return await self._node.runtime.ask(_gate_status)

    async def watch(self) -> AsyncGenerator[Change, None]:
        """Iterate over every change of an incident from now on."""
        async for row, moved in self._node.watchers.watch():
            transition = _transition(moved._asdict()) if moved is not None else None
            yield Change(self._incident(row._asdict()), transition)

    async def _read(self, question: Callable[[], Any]) -> Any:
        return await asyncio.to_thread(question)

    def _incident(self, row: Row) -> Incident:
        machine = self._node.bundle.machinebase.definitions.get(row["machine"])
        born = descent(row["id"])
        return Incident(
            id=row["id"],
            machine=row["machine"],
            version=row["machine_digest"],
            subject=row["key"],
            state=row["state"],
            opened_at=row["opened_at"],
            changed_at=row["updated_at"],
            position=Position(PARTITION, row["opened_seq"]),
            title=row["why"] or (machine.title if machine else ""),
            rule=row["rule"],
            severity=row["severity"],
            closed_at=row["closed_at"],
            outcome=row["outcome"] or "",
            acknowledged_by=row["acknowledged_by"] or "",
            question=_question(row["question"]),
            resolve_by=_resolve_by(row, machine),
            parent="" if born is None else born.parent,
            branch=branch_of(row["id"]),
        )


def _resolve_by(row: Row, machine: Machine | None) -> int | None:
    """Return by when an incident is to be resolved, if its own version of the machine says so."""
    if machine is None or machine.digest != row["machine_digest"]:
        return None
    within = machine.resolve_within_ms
    return None if within is None else int(row["opened_at"]) + within


def _question(text: str | None) -> Question | None:
    if text is None:
        return None
    value = digest.decode(text.encode())
    answers = tuple(
        Answer(
            actor=one["actor"],
            roles=tuple(one["roles"]),
            choice=one["choice"],
            reason=one["text"],
            at=one["at"],
            position=Position(PARTITION, one["seq"]),
        )
        for one in value.pop("answers")
    )
    for name in ("shown", "excluded", "choices", "assumes"):
        value[name] = tuple(value[name])
    return Question(**value, answers=answers)


def _transition(row: Row) -> Transition:
    return Transition(
        incident=row["incident"],
        machine=row["machine"],
        source=row["source"],
        trigger=row["trigger"],
        destination=row["dest"],
        at=row["at"],
        position=Position(PARTITION, row["seq"]),
        why=row["why"],
        actor=row["actor"],
    )


def _gate_status(state: State) -> GateStatus:
    gate = state.gate
    freezes = tuple(
        Freeze(scope, f["actor"], f["reason"], f["at"], Position(PARTITION, f["seq"]))
        for scope, f in sorted(gate.freezes.items())
    )
    phases = [intent.phase for intent in state.intents.values()]
    agreement: Literal["agreed", "behind", "disagreed", "faulty", "off"] = "agreed"
    if not gate.second_engine:
        agreement = "off"
    elif any(incident.disputed for incident in state.incidents.values()):
        agreement = "disagreed"
    elif state.evaluations:
        agreement = "behind"
    return GateStatus(
        freezes=freezes,
        agreement=agreement,
        agreed_through=Position(PARTITION, gate.agreed) if gate.agreed >= 0 else None,
        waiting_actions=phases.count("held"),
        running_actions=phases.count("dispatched"),
    )


def _cursor(text: str, *kinds: type) -> Any:
    """Return the key a page token stands for, None for the first page.

    Raises:
        RequestRejected: it is not a token of this list.
    """
    if not text:
        return None
    parts = text.split("/")
    try:
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except ValueError as error:
        raise RequestRejected(
            f"{text!r} is no page token of this list", field="page_token"
        ) from error


def _page(items: Sequence[Any], keys: Sequence[tuple[Any, ...]], size: int) -> Listing[Any]:
    more = len(items) > size
    token = "/".join(str(part) for part in keys[size - 1]) if more else ""
    return Listing(tuple(items[:size]), token)
