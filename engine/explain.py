"""Why something happened: the whole tree, read from the decisions in the journal.

::

    action ← verdict of the gate, what was checked before and after
           ← transition ← firing ← elements ← signals
                        ← an earlier action's result ← …

Every node names the entry it comes from, so each can be proved on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from interlock.engine.history import History
from interlock.engine.model import Kind
from interlock.engine.wording import due, shown
from interlock.errors import NotFound
from interlock.language.values import format_timestamp
from interlock.rules.activation import OPERATOR

MAX_DEPTH = 32
"""Levels of reasons followed; deeper ones are named but not opened."""

MAX_NODES = 2_000
"""About how many nodes an explanation has; what else there is to tell is named but not opened."""

Note = Mapping[str, Any]

_SAID: Mapping[str, tuple[str, Callable[[Note], str]]] = {
    "fact": ("fact", lambda cause: f"{cause['of']} stands"),
    "fork": ("transition", lambda cause: f"{cause['parent']} ends its branches: {cause['reason']}"),
    "timer": ("timer", lambda cause: due(cause["timer"])),
    "undo": ("result", lambda _: "taking back what was done has ended"),
    "withdrawn": ("firing", lambda _: "the evidence went away"),
}
"""Causes nothing stands behind: the kind of their node, and its title."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One node of an explanation.

    Attributes:
        kind: ``incident action transition firing fact signal time verdict check result command
            question timer``.
        id: of the thing, where it has one.
        title: one line for people.
        seq: position of the entry that decided it.
        at: time of that entry, ms.
        children: what it rests on, in order.
    """

    kind: str
    id: str
    title: str
    seq: int | None = None
    at: int | None = None
    children: tuple[Reason, ...] = ()


class Explainer:
    """Answers from the journal alone.

    Args:
        history: where entries and rows are read.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._decision = lru_cache(maxsize=1_024)(self._read_decision)

    def explain(self, subject: str) -> Reason:
        """Return the reasons behind an incident or an action.

        Raises:
            NotFound: neither an incident nor an action has that id.
        """
        return _Telling(self._history, self._decision).of(subject)

    def _read_decision(self, seq: int) -> Note:
        return next(iter(self._history.decisions(seq, seq)), {})


class _Telling:
    """One explanation in the making.

    Args:
        history: where entries and rows are read.
        decision: the decision about an entry; empty when there is none.
    """

    def __init__(self, history: History, decision: Callable[[int], Note]) -> None:
        self._history = history
        self._decision = decision
        self._left = MAX_NODES

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
        intent = self._find(row["decided_seq"], "intents", "id", row["intent"])
        title = (
            f"{row['action']} on {row['target'] or 'no target'}: {row['outcome'] or row['status']}"
        )
        children: list[Reason] = []
        if self._opens(depth):
            children.extend(self._counted(self._story(row)))
            if intent is not None:
                children.append(self._move_of(row["incident"], intent["move"], depth + 1))
        return Reason(
            "action", row["intent"], title, row["decided_seq"], row["at"], tuple(children)
        )

    def _opens(self, depth: int) -> bool:
        """Return whether a node at this depth is opened; it counts as one that is."""
        self._left -= 1
        return depth < MAX_DEPTH and self._left > 0

    def _counted(self, story: Iterator[Reason]) -> Iterator[Reason]:
        for reason in story:
            self._left -= 1 + len(reason.children)
            yield reason

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
        if self._opens(depth):
            cause = (*self._cause(row, depth + 1), *self._asked(row), *self._forked(row, depth + 1))
        name = f"{row['incident']}#{row['n']}"
        return Reason("transition", name, title, row["seq"], row["at"], cause)

    def _cause(self, row: Note, depth: int) -> Iterator[Reason]:
        moves = self._decision(row["seq"]).get("moves", ())
        name = (row["incident"], row["n"])
        cause: Note = next((m["cause"] for m in moves if (m["incident"], m["n"]) == name), {})
        match cause.get("kind", ""):
            case "firing":
                yield self._firing(row["seq"], cause["firing"], depth)
            case "step":
                if (action := self._history.action(cause["intent"])) is not None:
                    yield self._action(action, depth)
            case "sample":
                yield self._signal("", cause["seq"])
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
        for asked in self._decision(row["seq"]).get("asked", ()):
            if (asked["incident"], asked["move"]) == name:
                title = f"asked {asked['role']}: {asked['text']}"
                yield Reason("question", asked["question"], title, row["seq"], row["at"])

    def _forked(self, row: Note, depth: int) -> Iterator[Reason]:
        """Return the branches that the state that was come to forks into."""
        for opened in self._decision(row["seq"]).get("opened", ()):
            if (opened.get("parent"), opened.get("move")) == (row["incident"], row["n"]):
                child = self._history.incident(opened["incident"])
                if child is not None and self._opens(depth):
                    yield self._summed(child)

    def _ended(self, branch: Note, depth: int) -> Reason:
        """Return how a branch ended, and what ended it."""
        child = self._history.incident(branch["incident"])
        if child is None:
            return Reason("incident", branch["incident"], f"branch {branch['branch']}")
        last = self._history.transitions_of(child["id"])[-1:]
        moves = tuple(self._move(one, depth + 1) for one in last) if self._opens(depth) else ()
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

    # --- firings and what they rest on ----------------------------------------------------

    def _firing(self, seq: int, firing: str, depth: int) -> Reason:
        note = self._find(seq, "firings", "id", firing)
        if note is None:
            return Reason("firing", firing, "firing", seq)
        children: tuple[Reason, ...] = ()
        if self._opens(depth):
            children = (
                *(self._element(e, depth + 1) for e in note.get("elements", ())),
                *self._counted(self._held_back(seq, firing)),
            )
        at = self._decision(seq)["at"]
        return Reason("firing", firing, f"{note['rule']}: {note.get('why', '')}", seq, at, children)

    def _held_back(self, seq: int, firing: str) -> Iterator[Reason]:
        """Yield what did not fire because a firing was there, as far as its entry says so."""
        decision = self._decision(seq)
        for note in decision.get("suppressed", ()):
            if note["by"] == firing:
                title = f"{note['rule']} not fired again ({note['kind']}): {note.get('why', '')}"
                yield Reason("suppressed", note["id"], title, seq, decision["at"])

    def _element(self, element: Note, depth: int) -> Reason:
        position = element["position"]
        if "basis" in element:
            return self._stretch(element, depth)
        if element["id"].startswith("s"):
            return self._signal(element["as"], position)
        fact = self._find(position, "facts_asserted", "id", element["id"])
        if fact is None:
            return Reason("fact", element["id"], element["type"], position)
        values = ", ".join(f"{k}={v}" for k, v in sorted(fact.get("fields", {}).items()))
        supports = tuple(self._support(position, s, depth + 1) for s in fact.get("supports", ()))
        return Reason("fact", element["id"], f"{fact['fact']} {values}", position, None, supports)

    def _stretch(self, element: Note, depth: int) -> Reason:
        """Return what stands for a stretch of time, on the elements it was made from."""
        basis = element["basis"]
        since = format_timestamp(basis["since"])
        told = {
            "for": f"{element['type']} held since {since}",
            "within": f"{element['type']} without an answer since {since}",
            "count": f"{basis.get('count')} of {element['type']} counted since {since}",
            "absent": f"no {element['type']} of {basis.get('about')} since {since}",
        }[basis["word"]]
        title = f"{element['as']}: {told}"
        children: tuple[Reason, ...] = ()
        if self._opens(depth):
            below = [
                {"as": "", "id": one, "type": kind, "position": position}
                for one, kind, position in basis["of"]
            ]
            children = tuple(self._element(one, depth + 1) for one in below)
        return Reason("time", element["id"], title, element["position"], None, children)

    def _support(self, seq: int, support: str, depth: int) -> Reason:
        """Return a firing that asserts a fact, or the person who said so."""
        body = self._history.entry(seq)
        if support != OPERATOR or body is None or body["kind"] != Kind.FACT:
            return self._firing(seq, support, depth)
        title = f"{body['actor']} said so: {body['reason']}"
        return Reason("command", "", title, seq, body["at"])

    def _signal(self, alias: str, seq: int) -> Reason:
        body = self._history.entry(seq)
        if body is None or body["kind"] != Kind.SIGNAL:
            return Reason("signal", "", "signal", seq)
        signal = body["signal"]
        said = {**signal["labels"], **{k: shown(v) for k, v in signal["values"].items()}}
        values = ", ".join(f"{k}={v}" for k, v in sorted(said.items()))
        name = f"{alias}: {signal['name']}" if alias else signal["name"]
        about = f" about {signal['subject']}" if signal["subject"] else ""
        title = f"{name} from {signal['source']}{about} ({values})"
        return Reason("signal", signal["id"], title, seq, body["at"])

    # --- reading --------------------------------------------------------------------------

    def _find(self, seq: int, topic: str, key: str, value: str) -> Note | None:
        notes = self._decision(seq).get(topic, ())
        return next((note for note in notes if note[key] == value), None)


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
