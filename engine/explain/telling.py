"""One explanation in the making: actions, the moves that gave them, and what moved those."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from interlock.engine.explain.grounds import Grounds
from interlock.engine.explain.reading import Reading
from interlock.engine.explain.reason import Note, Reason
from interlock.engine.wording import due
from interlock.errors import NotFound

_SAID: Mapping[str, tuple[str, Callable[[Note], str]]] = {
    "fact": ("fact", lambda cause: f"{cause['of']} stands"),
    "fork": ("transition", lambda cause: f"{cause['parent']} ends its branches: {cause['reason']}"),
    "timer": ("timer", lambda cause: due(cause["timer"])),
    "undo": ("result", lambda _: "taking back what was done has ended"),
    "withdrawn": ("firing", lambda _: "the evidence went away"),
}
"""Causes nothing stands behind: the kind of their node, and its title."""


class Telling:
    """One explanation in the making."""

    def __init__(self, reading: Reading) -> None:
        """Tell from a reading that nothing has been opened of."""
        self._history = reading.history
        self._reading = reading
        self._grounds = Grounds(reading)

    def of(self, subject: str) -> Reason:
        """Return the reasons behind something."""
        if (action := self._history.action(subject)) is not None:
            return self._action(action, 0)
        if (incident := self._history.incident(subject)) is not None:
            return self._incident(incident)
        raise NotFound(f"no incident or action is called {subject!r}", subject=subject)

    def _incident(self, row: Note) -> Reason:
        moves = tuple(self._move(t, 1) for t in self._history.transitions_of(row["id"]))
        return replace(self._summed(row), children=moves)

    # --- actions --------------------------------------------------------------------------

    def _action(self, row: Note, depth: int) -> Reason:
        intent = self._reading.find(row["decided_seq"], "intents", "id", row["intent"])
        title = (
            f"{row['action']} on {row['target'] or 'no target'}: {row['outcome'] or row['status']}"
        )
        children: list[Reason] = []
        if self._reading.opens(depth):
            children.extend(self._reading.counted(self._story(row)))
            if intent is not None:
                children.append(self._move_of(row["incident"], intent["move"], depth + 1))
        return Reason(
            "action", row["intent"], title, row["decided_seq"], row["at"], tuple(children)
        )

    def _story(self, row: Note) -> Iterator[Reason]:
        """Return what was judged, looked at and answered about an action, in order."""
        last = row["result_seq"]
        for decision in self._history.decisions(row["decided_seq"], last):
            seq, at = decision["of"], decision["at"]
            for verdict in _about(decision, "verdicts", row["intent"]):
                yield _verdict(verdict, seq, at)
            for result in _about(decision, "results", row["intent"]):
                title = f"attempt {result['attempt']}: {result['outcome']} {result['code']}".strip()
                yield Reason("result", "", title, seq, at)
            for look in _about(decision, "looks", row["intent"]):
                word = "good" if look["good"] else f"not good {look['error'] or ''}".strip()
                yield Reason("check", "", f"observed: {word}, {look['in_a_row']} in a row", seq, at)
            for retry in _about(decision, "retries", row["intent"]):
                yield Reason("result", "", f"will be tried again: {retry['reason']}", seq, at)
            for end in _about(decision, "ended", row["intent"]):
                yield Reason("result", "", f"{end['result']}: {end['detail']}", seq, at)

    # --- transitions ----------------------------------------------------------------------

    def _move_of(self, incident: str, number: int, depth: int) -> Reason:
        move = self._history.transition(incident, number)
        if move is None:
            return Reason("transition", "", f"transition {number} of {incident} is not there")
        return self._move(move, depth)

    def _move(self, row: Note, depth: int) -> Reason:
        source = row["source"] or "start"
        title = f"{source} → {row['dest']} on {row['trigger']}"
        if row["why"]:
            title += f": {row['why']}"
        cause: tuple[Reason, ...] = ()
        if self._reading.opens(depth):
            cause = (*self._cause(row, depth + 1), *self._asked(row), *self._forked(row, depth + 1))
        name = f"{row['incident']}#{row['n']}"
        return Reason("transition", name, title, row["seq"], row["at"], cause)

    def _cause(self, row: Note, depth: int) -> Iterator[Reason]:
        moves = self._reading.decision(row["seq"]).get("moves", ())
        name = (row["incident"], row["n"])
        cause: Note = next((m["cause"] for m in moves if (m["incident"], m["n"]) == name), {})
        match cause.get("kind", ""):
            case "firing":
                yield self._grounds.firing(row["seq"], cause["firing"], depth)
            case "step":
                if (action := self._history.action(cause["intent"])) is not None:
                    yield self._action(action, depth)
            case "sample":
                yield self._grounds.signal("", cause["seq"])
            case "command" | "answer":
                yield from self._people(cause)
            case "forked" | "join":
                yield from self._family(cause, depth)
            case kind:
                yield from _said(kind, cause, row)

    def _family(self, cause: Note, depth: int) -> Iterator[Reason]:
        """Return what forked a branch, or what ended the branches that were joined."""
        if cause["kind"] == "forked":
            yield self._move_of(cause["parent"], cause["move"], depth)
        else:
            yield from (self._ended(one, depth) for one in cause["branches"])

    def _asked(self, row: Note) -> Iterator[Reason]:
        """Return what the state that was come to asks."""
        name = (row["incident"], row["n"])
        for asked in self._reading.decision(row["seq"]).get("asked", ()):
            if (asked["incident"], asked["move"]) == name:
                title = f"asked {asked['role']}: {asked['text']}"
                yield Reason("question", asked["question"], title, row["seq"], row["at"])

    def _forked(self, row: Note, depth: int) -> Iterator[Reason]:
        """Return the branches that the state that was come to forks into."""
        for opened in self._reading.decision(row["seq"]).get("opened", ()):
            if (opened.get("parent"), opened.get("move")) == (row["incident"], row["n"]):
                child = self._history.incident(opened["incident"])
                if child is not None and self._reading.opens(depth):
                    yield self._summed(child)

    def _ended(self, branch: Note, depth: int) -> Reason:
        """Return how a branch ended, and what ended it."""
        child = self._history.incident(branch["incident"])
        if child is None:
            return Reason("incident", branch["incident"], f"branch {branch['branch']}")
        last = self._history.transitions_of(child["id"])[-1:]
        moves = (
            tuple(self._move(one, depth + 1) for one in last) if self._reading.opens(depth) else ()
        )
        return replace(self._summed(child), children=moves)

    def _summed(self, row: Note) -> Reason:
        """Return an incident in a line."""
        ended = row["outcome"] or f"open in {row['state']}"
        title = f"{row['machine']} for {row['key']}: {ended}"
        return Reason("incident", row["id"], title, row["opened_seq"], row["opened_at"])

    def _people(self, cause: Note) -> Iterator[Reason]:
        """Return who ordered something, or answered."""
        if cause["kind"] == "command":
            return iter((self._order(cause),))
        return (self._answer(answer, cause["choice"]) for answer in cause["answers"])

    def _answer(self, answer: Note, choice: str) -> Reason:
        body = self._history.entry(answer["seq"]) or {"text": "", "at": None}
        roles = ", ".join(answer["roles"])
        said = f": {body['text']}" if body["text"] else ""
        title = f"{answer['actor']} as {roles} answered {choice}{said}"
        return Reason("command", "", title, answer["seq"], body["at"])

    def _order(self, cause: Note) -> Reason:
        body = self._history.entry(cause["seq"]) or {"text": "", "at": None}
        title = f"{cause['actor']} ordered it"
        if body["text"]:
            title += f": {body['text']}"
        return Reason("command", "", title, cause["seq"], body["at"])


def _said(kind: str, cause: Note, row: Note) -> Iterator[Reason]:
    if kind in _SAID:
        word, title = _SAID[kind]
        yield Reason(word, cause.get("firing", ""), title(cause), row["seq"], row["at"])


def _about(decision: Note, topic: str, intent: str) -> Iterator[Note]:
    return (note for note in decision.get(topic, ()) if note["intent"] == intent)


def _verdict(verdict: Note, seq: int, at: int) -> Reason:
    findings = tuple(
        Reason("check", f["interlock"], f"{f['interlock']} {f['outcome']}: {f['reason']}", seq, at)
        for f in verdict.get("findings", ())
    )
    title = f"the gate says {verdict['outcome']} to attempt {verdict['attempt']}"
    return Reason("verdict", "", title, seq, at, findings)
