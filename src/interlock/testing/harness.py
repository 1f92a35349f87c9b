"""The simulated service: a partition, a virtual clock, scripted executors."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from interlock import __version__, digest
from interlock.engine.bundle import Bundle
from interlock.engine.decisions import merge
from interlock.engine.fold.decide import next_due
from interlock.engine.fold.state import NEVER, State
from interlock.engine.intake import Arrival, Group, Proposal, propose
from interlock.engine.library import Library
from interlock.engine.model import Kind
from interlock.engine.partition import Partition, Released
from interlock.engine.rows import IncidentRow
from interlock.language.values import JsonValue, Value, parse_duration, parse_timestamp
from interlock.testing.invariants import InvariantViolated, InvariantWatch, Violation
from interlock.testing.memory import MemoryStore
from interlock.testing.scripts import Answer, Scripts

Plain = str | int | bool | float | Decimal
"""A value as tests write it; numbers with a fraction become exact decimals."""


class Harness:
    """Runs a bundle in simulated time.

    Args:
        bundle: what decides, or its files as ``Bundle.compile`` takes them.
        start: simulated time of the first entry, RFC 3339.
        store: where entries go; a fresh one in memory by default.  Give the store of
            another harness to restart from what it wrote.
        engines: ``both`` when the test speaks for the second engine itself.
        scripts: how executors and probes answer; to be scripted by default.
        violated: called with each invariant a machine violates; by default it is raised.

    Raises:
        InvariantViolated: from whatever call leads to it, once all it leads to is decided.
    """

    def __init__(
        self,
        bundle: Bundle | Mapping[str, str],
        *,
        start: str = "2026-03-02T09:00:00Z",
        store: MemoryStore | None = None,
        engines: str = "reference",
        scripts: Scripts | None = None,
        violated: Callable[[Violation], None] | None = None,
    ) -> None:
        self.bundle = bundle if isinstance(bundle, Bundle) else Bundle.compile(bundle)
        self.store = store or MemoryStore()
        self.scripts = scripts or Scripts()
        library = Library(self.store.blob)
        content = library.add(self.bundle)
        self._partition = Partition(self.store, library)
        self._partition.recover()
        self.now = max(parse_timestamp(start), self._partition.state.at)
        self._due: list[tuple[int, int, Mapping[str, Any]]] = []
        self._count = 0
        self._signals = len(self.store.entries)
        self._violated = violated or _refuse
        self._watch = InvariantWatch()
        self._look_back(library)
        self._begin(content, engines)

    def _look_back(self, library: Library) -> None:
        """Follow what another harness wrote; what was violated there was its business."""
        bodies = [digest.decode(row.body) for row in self.store.entries]
        named = {body["digest"] for body in bodies if body["kind"] == Kind.BUNDLE}
        self._watch.know([self.bundle, *(library[name] for name in sorted(named))])
        for decision in merge(body for body in bodies if body["kind"] == Kind.DECISION):
            list(self._watch.take(decision))

    def _begin(self, content: bytes, engines: str) -> None:
        state = self.state
        self.store.epoch += 1
        if state.bundle is None or state.bundle.digest != self.bundle.digest:
            body = {"digest": self.bundle.digest, "files": sorted(self.bundle.files)}
            self._append([propose(self.now, {"kind": str(Kind.BUNDLE), **body})], [content])
        self.record(
            {
                "kind": str(Kind.STARTED),
                "epoch": self.store.epoch,
                "decided": self.store.decided_through,
                "version": __version__,
                "engines": engines,
            }
        )

    @property
    def state(self) -> State:
        """The fold's state; look, do not touch."""
        return self._partition.state

    @property
    def incidents(self) -> Sequence[IncidentRow]:
        """Rows of all incidents, in the order they were opened."""
        return sorted(self.store.incidents.values(), key=lambda r: (r.opened_seq, r.id))

    def path(self, incident: str) -> list[str]:
        """Return the states an incident went through."""
        return [row.dest for row in self.store.transitions if row.incident == incident]

    # --- what happens -----------------------------------------------------------------------

    def script(self, action: str, *answers: Answer) -> None:
        """Let an action be answered so, attempt by attempt; the last answer repeats."""
        self.scripts.act(action, answers)

    def observe(self, probe: str, *sights: Mapping[str, Value] | str) -> None:
        """Let a probe see so, look by look; the last sight repeats, a text is an error."""
        self.scripts.see(probe, sights)

    def signal(
        self,
        name: str,
        *,
        status: str = "firing",
        subject: str = "",
        id: str | None = None,  # noqa: A002  # the contract's word
        source: str = "test",
        **values: Plain | Sequence[Plain],
    ) -> str:
        """Send a signal now; return what became of it: accepted, duplicate or conflict."""
        signal = {"source": source, "name": name, "subject": subject, "status": status}
        own = {} if id is None else {"id": id}
        return self.send({**signal, **own, "values": {k: _form(v) for k, v in values.items()}})

    def send(self, told: Mapping[str, Any]) -> str:
        """Send a signal as entries hold it; return what became of it.

        Args:
            told: ``name`` and whatever else is not as usual; ``values`` in their JSON form.
        """
        self._signals += 1
        signal = {
            "id": f"{self._signals}",
            "source": "test",
            "subject": "",
            "severity": "",
            "status": "firing",
            "labels": {},
            "values": {},
            "observed_at": self.now,
            "trace": "",
            **told,
        }
        arrival = Arrival(signal, digest.canonical(signal))
        group = Group(self.now, self.store.known)
        (fate,) = group.add_signals([arrival])
        self._append(group.proposals)
        return fate.word

    def record(self, body: Mapping[str, Any]) -> None:
        """Append an entry of another kind now and let everything it leads to be decided."""
        self._append([propose(self.now, body)])

    def say(self, fact: str, *, reason: str = "a test", **values: Plain | Sequence[Plain]) -> None:
        """Let a person set a fact."""
        self._say(fact, values, reason, stands=True)

    def take_back(self, fact: str, *, reason: str = "a test", **key: Plain) -> None:
        """Let a person take back the fact of that key."""
        self._say(fact, key, reason, stands=False)

    def _say(
        self,
        fact: str,
        values: Mapping[str, Plain | Sequence[Plain]],
        reason: str,
        *,
        stands: bool,
    ) -> None:
        forms = {name: _form(value) for name, value in values.items()}
        what = {"fact": fact, "values": forms, "labels": {}, "stands": stands}
        self.record({"kind": "fact", "actor": "test", "reason": reason, **what})

    def freeze(self, scope: str = "global", reason: str = "a test") -> None:
        """Freeze a scope."""
        self.record({"kind": "freeze", "actor": "test", "scope": scope, "reason": reason})

    def thaw(self, scope: str = "global", reason: str = "a test") -> None:
        """Thaw a scope."""
        self.record({"kind": "thaw", "actor": "test", "scope": scope, "reason": reason})

    def command(self, command: str, incident: str, text: str = "") -> None:
        """Give a command: abort, acknowledge or annotate."""
        body = {"command": command, "incident": incident, "actor": "test", "text": text}
        self.record({"kind": "command", **body})

    def answer(
        self,
        incident: str,
        choice: str,
        actor: str = "test",
        *,
        roles: Sequence[str],
        text: str = "",
    ) -> None:
        """Answer what an incident asks; one that does not count changes nothing."""
        asked = self.state.questions.get(incident)
        body = {"command": "answer", "incident": incident, "actor": actor, "text": text}
        which = {"question": asked.id if asked else "", "choice": choice, "roles": sorted(roles)}
        self.record({"kind": "command", **body, **which})

    def advance(self, duration: str | int) -> None:
        """Let simulated time pass, ms or a text like ``30s``; what falls due happens in order."""
        until = self.now + (parse_duration(duration) if isinstance(duration, str) else duration)
        while (due := self.next_due()) is not None and due <= until:
            self.step(due)
        self.now = until

    def next_due(self) -> int | None:
        """Return when something happens next by itself, ms, or None when nothing will."""
        scripted = self._due[0][0] if self._due else NEVER
        due = min(scripted, next_due(self.state))
        return None if due == NEVER else due

    def step(self, due: int) -> None:
        """Let the one thing happen that is due next, at ``due`` as ``next_due`` gives it."""
        self.now = max(self.now, due)
        if self._due and self._due[0][0] <= next_due(self.state):
            self.record(heapq.heappop(self._due)[2])
        else:
            self.record({"kind": str(Kind.TIMER)})

    def export(self) -> str:
        """Return the journal as JSON Lines, decisions among the entries."""
        return "".join(
            f'{{"seq":{row.seq},"entry":{row.body.decode()}}}\n' for row in self.store.entries
        )

    # --- the loop ---------------------------------------------------------------------------

    def _append(self, proposals: Sequence[Proposal], blobs: Sequence[bytes] = ()) -> None:
        _, released = self._partition.append(proposals, self.now, blobs=blobs)
        self._dispatch(released)
        self._partition.decide()
        decided = list(released.decisions)
        while self._partition.has_decisions:
            _, released = self._partition.append([], self.now)
            decided += released.decisions
            self._dispatch(released)
        for decision in decided:
            for violation in self._watch.take(decision):
                self._violated(violation)

    def _dispatch(self, released: Released) -> None:
        for attempt in released.attempts:
            answer = self.scripts.attempt(attempt)
            if answer is not None:
                self.later(*answer)
        for request in released.probes:
            self.later(1, self.scripts.probe(request))

    def later(self, delay_ms: int, body: Mapping[str, Any]) -> None:
        """Let an entry be appended when so much time has passed."""
        self._count += 1
        heapq.heappush(self._due, (self.now + delay_ms, self._count, body))


def _refuse(violation: Violation) -> None:
    raise InvariantViolated(violation)


def _form(value: Plain | Sequence[Plain]) -> JsonValue:
    if isinstance(value, float | Decimal):
        exact = Decimal(str(value)).normalize()
        scale = max(0, -int(exact.as_tuple().exponent))
        return [int(exact.scaleb(scale)), scale]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {"list": [_form(one) for one in value]}
    return value
