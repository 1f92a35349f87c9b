"""What an incident went through, as an overlay for the graphs of the bundle it was opened with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.engine.bundle import Bundle
from interlock.engine.graph.model import NodeId, Overlay, node_id
from interlock.engine.graph.states import state_id
from interlock.engine.history import History, IncidentQuery
from interlock.engine.journal.reader import Reader
from interlock.engine.library import Library
from interlock.engine.lineage import root_of
from interlock.errors import NotFound
from interlock.machines.definition import Machine

MOST_DEEP = 32
"""Facts followed one below the other."""

MOST_BRANCHES = 1_000
"""Branches of an incident that are drawn, the newest."""

Row = Mapping[str, Any]


class Trail:
    """One incident of a store, with its branches; of a branch, the one that forked.

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
        row = self._history.incident(root_of(incident))
        if row is None or self._history.incident(incident) is None:
            raise NotFound(f"no incident is called {incident!r}", incident=incident)
        self._row: Row = row
        self.bundle: Bundle = Library(reader.blob)[self._decision(row["opened_seq"])["bundle"]]
        self.machine: Machine = self.bundle.machinebase.machines[row["machine"]]

    def over_states(self) -> Overlay:
        """Return the states it was in and the ways it took; where it is, each branch is, too."""
        family = [self._row, *self._branches()]
        moves = [(one, m) for one in family for m in self._history.transitions_of(one["id"])]
        forks = {
            (self._state(self._row, fork.path), self._state(one, self._first(one)))
            for one in family[1:]
            for fork in self.machine.forks
            if one["machine"] in [branch.id for branch in fork.branches.values()]
        }
        return Overlay(
            visited=frozenset(self._state(one, move["dest"]) for one, move in moves),
            current=frozenset(self._state(one, one["state"]) for one in self._present(family)),
            taken=frozenset(
                (self._state(one, move["source"]), self._state(one, move["dest"]))
                for one, move in moves
                if move["source"]
            )
            | forks,
        )

    def _branches(self) -> list[Row]:
        """Return its branches, newest first."""
        wanted = IncidentQuery(parent=self._row["id"])
        return list(self._history.incidents(wanted, MOST_BRANCHES))

    def _present(self, family: list[Row]) -> list[Row]:
        """Return the incidents that are where they are now: closed branches are nowhere."""
        return [one for one in family if one is self._row or one["closed_at"] is None]

    def _first(self, branch: Row) -> str:
        return str(self._history.transitions_of(branch["id"])[0]["dest"])

    def _state(self, one: Row, path: str) -> NodeId:
        """Return the node of a state of it, or of a branch of it."""
        forked = self.bundle.machinebase.definitions[one["machine"]].forked
        return state_id(self.machine, path if forked is None else f"{forked.path}.{path}")

    def over_flow(self) -> Overlay:
        """Return the signals, rules and facts that led to it, and the actions it wanted."""
        here = node_id("machine", self._row["machine"])
        taken = {
            (here, node_id("action", action["action"]))
            for one in (self._row, *self._branches())
            for action in self._history.actions_of(one["id"])
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
