"""What people say is the case: set, taken back, listed."""

from __future__ import annotations

from interlock.engine.fold.facts import stated
from interlock.engine.fold.state import State
from interlock.engine.model import PARTITION, Kind
from interlock.engine.node import Node
from interlock.errors import NotPermitted
from interlock.language.values import Value, format_value
from interlock.rules.activation import OPERATOR
from interlock.rules.model import FactChange
from interlock.rules.rulebase import RuleBase
from interlock.server.views import Command, Fact, Position

Found = tuple[FactChange, int]
"""A fact that stands, and the entry by which it came to."""


class LiveFacts:
    """Facts of a node.

    Args:
        node: running.
    """

    def __init__(self, node: Node) -> None:
        self._node = node

    async def order(self, command: Command) -> int:
        """Journal that a person sets a fact or takes it back; return the position of the entry.

        Raises:
            RequestRejected: it is not as the rules declare.
            NotPermitted: nobody has said what is to be taken back.
        """
        body = {
            "kind": str(Kind.FACT),
            "actor": command.actor,
            "fact": command.fact,
            "values": {},
            "labels": dict(command.fields),
            "stands": command.command == "set_fact",
            "reason": command.text,
        }
        values = stated(self._node.bundle.rulebase, body)
        if not body["stands"] and not await self._is_said(command.fact, tuple(values.values())):
            raise NotPermitted(f"nobody has said {command.fact} of that key")
        return await self._node.runtime.record(body)

    async def _is_said(self, name: str, key: tuple[Value, ...]) -> bool:
        return await self._node.runtime.ask(
            lambda state: state.memory is not None and state.memory.is_said(name, key)
        )

    async def list(self, name: str) -> tuple[Fact, ...]:
        """Return the facts that stand, of one name or of all, by name, in the order they came."""
        found = await self._node.runtime.ask(_standing)
        rulebase = self._node.bundle.rulebase
        listed = [_shown(fact, rulebase, at) for fact, at in found if name in {"", fact.fact}]
        return tuple(sorted(listed, key=lambda one: one.name))


def _standing(state: State) -> list[Found]:
    if state.memory is None:
        return []
    return [(fact, int(fact.id[1:].split(".")[0])) for fact in state.memory.facts()]


def _shown(fact: FactChange, rulebase: RuleBase, at: int) -> Fact:
    declared = rulebase.fact_types.get(fact.fact)
    types = {} if declared is None else declared.fields
    fields = tuple(
        (name, format_value(value, types[name].type) if name in types else str(value))
        for name, value in fact.fields.items()
    )
    firings = tuple(sorted(set(fact.supports) - {OPERATOR}))
    return Fact(fact.fact, fields, Position(PARTITION, at), OPERATOR in fact.supports, firings)
