"""What a move rests on in the rule base: firings, the elements they joined, the signals below."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.engine.explain.reading import Reading
from interlock.engine.explain.reason import Note, Reason
from interlock.engine.model import Kind
from interlock.engine.wording import shown
from interlock.language.values import format_timestamp
from interlock.rules.activation import OPERATOR


class Grounds:
    """Firings and elements, told on what is below them."""

    def __init__(self, reading: Reading) -> None:
        """Tell from one explanation's reading."""
        self._reading = reading

    def firing(self, seq: int, firing: str, depth: int) -> Reason:
        """Return a firing of an entry on the elements it rests on."""
        note = self._reading.find(seq, "firings", "id", firing)
        if note is None:
            return Reason("firing", firing, "firing", seq)
        children: tuple[Reason, ...] = ()
        if self._reading.opens(depth):
            children = (
                *(self._element(e, depth + 1) for e in note.get("elements", ())),
                *self._reading.counted(self._held_back(seq, firing)),
            )
        at = self._reading.decision(seq)["at"]
        return Reason("firing", firing, f"{note['rule']}: {note.get('why', '')}", seq, at, children)

    def _held_back(self, seq: int, firing: str) -> Iterator[Reason]:
        """Yield what did not fire because a firing was there, as far as its entry says so."""
        decision = self._reading.decision(seq)
        for note in decision.get("suppressed", ()):
            if note["by"] == firing:
                title = f"{note['rule']} not fired again ({note['kind']}): {note.get('why', '')}"
                yield Reason("suppressed", note["id"], title, seq, decision["at"])

    def _element(self, element: Note, depth: int) -> Reason:
        position = element["position"]
        if "basis" in element:
            return self._stretch(element, depth)
        if element["id"].startswith("s"):
            return self.signal(element["as"], position)
        fact = self._reading.find(position, "facts_asserted", "id", element["id"])
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
        if self._reading.opens(depth):
            below = [
                {"as": "", "id": one, "type": kind, "position": position}
                for one, kind, position in basis["of"]
            ]
            children = tuple(self._element(one, depth + 1) for one in below)
        return Reason("time", element["id"], title, element["position"], None, children)

    def _support(self, seq: int, support: str, depth: int) -> Reason:
        """Return a firing that asserts a fact, or the person who said so."""
        body = self._reading.history.entry(seq)
        if support != OPERATOR or body is None or body["kind"] != Kind.FACT:
            return self.firing(seq, support, depth)
        title = f"{body['actor']} said so: {body['reason']}"
        return Reason("command", "", title, seq, body["at"])

    def signal(self, alias: str, seq: int) -> Reason:
        """Return the signal of an entry."""
        body = self._reading.history.entry(seq)
        if body is None or body["kind"] != Kind.SIGNAL:
            return Reason("signal", "", "signal", seq)
        signal = body["signal"]
        said = {**signal["labels"], **{k: shown(v) for k, v in signal["values"].items()}}
        values = ", ".join(f"{k}={v}" for k, v in sorted(said.items()))
        name = f"{alias}: {signal['name']}" if alias else signal["name"]
        about = f" about {signal['subject']}" if signal["subject"] else ""
        title = f"{name} from {signal['source']}{about} ({values})"
        return Reason("signal", signal["id"], title, seq, body["at"])
