"""What an incident went through, as an overlay for the graphs of the bundle it was opened with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.engine.bundle import Bundle
from interlock.engine.graph.model import NodeId, Overlay, node_id
from interlock.engine.graph.states import state_id
from interlock.engine.history import History
from interlock.engine.journal.reader import Reader
from interlock.engine.library import Library
from interlock.errors import NotFound
from interlock.machines.definition import Machine

MOST_DEEP = 32
"""Facts followed one below the other."""

Row = Mapping[str, Any]


class Trail:
    """One incident of a store.

    Attributes:
        bundle: what it was opened with.
        machine: its machine.
    """

    def __init__(self, reader: Reader, incident: str) -> None:
        """Find the incident.

        Raises:
            NotFound: there is none of that id.
            JournalError: the store cannot be read.
        """
        self._history = History(reader.engine)
        row = self._history.incident(incident)
        if row is None:
            raise NotFound(f"no incident is called {incident!r}", incident=incident)
        self._row: Row = row
        self.bundle: Bundle = Library(reader.blob)[self._decision(row["opened_seq"])["bundle"]]
        self.machine: Machine = self.bundle.machinebase.machines[row["machine"]]

    def over_states(self) -> Overlay:
        """Return the states it was in and the ways it took."""
        moves = self._history.transitions_of(self._row["id"])
        return Overlay(
            visited=frozenset(state_id(self.machine, move["dest"]) for move in moves),
            current=frozenset({state_id(self.machine, self._row["state"])}),
            taken=frozenset(
                (state_id(self.machine, move["source"]), state_id(self.machine, move["dest"]))
                for move in moves
                if move["source"]
            ),
        )

    def over_flow(self) -> Overlay:
        """Return the signals, rules and facts that led to it, and the actions it wanted."""
        here = node_id("machine", self._row["machine"])
        taken = {
            (here, node_id("action", action["action"]))
            for action in self._history.actions_of(self._row["id"])
        }
        for move in self._history.transitions_of(self._row["id"]):
            for firing in self._causes(move):
                taken |= set(self._behind(move["seq"], firing, here))
        ends = frozenset(end for edge in taken for end in edge)
        return Overlay(visited=ends | {here}, current=frozenset({here}), taken=frozenset(taken))

    def _causes(self, move: Row) -> Iterator[str]:
        """Yield the firing that made a move, if one did."""
        name = (move["incident"], move["n"])
        for made in self._decision(move["seq"]).get("moves", ()):
            if (made["incident"], made["n"]) == name and made["cause"]["kind"] == "firing":
                yield made["cause"]["firing"]

    def _behind(
        self, seq: int, firing: str, to: NodeId, depth: int = 0
    ) -> Iterator[tuple[NodeId, NodeId]]:
        """Yield the edges that led to something through a firing, down to the signals."""
        decision = self._decision(seq)
        note = next((one for one in decision.get("firings", ()) if one["id"] == firing), None)
        if note is None:
            return
        rule = node_id("rule", note["rule"])
        yield rule, to
        for element in note["elements"]:
            is_signal = element["id"].startswith("s")
            read = node_id("signal" if is_signal else "fact", element["type"])
            yield read, rule
            if not is_signal:
                yield from self._supports(element["position"], element["id"], read, depth + 1)

    def _supports(
        self, seq: int, fact: str, read: NodeId, depth: int
    ) -> Iterator[tuple[NodeId, NodeId]]:
        if depth > MOST_DEEP:
            return
        for asserted in self._decision(seq).get("facts_asserted", ()):
            if asserted["id"] == fact:
                for support in asserted["supports"]:
                    yield from self._behind(seq, support, read, depth)

    def _decision(self, seq: int) -> Row:
        return next(iter(self._history.decisions(seq, seq)), {})
