"""How our decisions compare with the peer's, case by case.

::

    identical      at every step the same rules fired, bound to the same events
    on purpose     all that fired there fired here, and what fired besides is explained: by us
                   evidence is not used up by the first rule it serves, and every rule that
                   matches fires
    refused        the condition asks what we refuse to do; the reason says what
    otherwise      anything else
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tests.foreign.sessions import Fired, Session, as_text, parts
from tests.foreign.syntax import NotOurs

WITHDRAWN = "a withdrawal fires nothing: the peer reports `is not defined` of what it takes back"


class Verdict(NamedTuple):
    """How one case compares: a word of the table above, and why."""

    word: str
    why: str = ""


def compare(case: Mapping[str, Any]) -> Verdict:
    """Decide a case and compare every step."""
    try:
        session = Session(case)
    except NotOurs as reason:
        return Verdict("refused", str(reason))
    comparison = _Comparison(case)
    for number, step in enumerate(case["steps"]):
        odd = comparison.odd(step, session.step(step))
        if odd is not None:
            return Verdict("otherwise", f"step {number}: {odd}")
    if not session.second_opinion():
        return Verdict("otherwise", "durable-rules does not agree")
    reasons = "; ".join(sorted(comparison.reasons))
    return Verdict("on purpose", reasons) if reasons else Verdict("identical")


class _Comparison:
    """The steps of a case so far: what differs, and why it may.

    Attributes:
        reasons: why what differed so far differs on purpose.
    """

    def __init__(self, case: Mapping[str, Any]) -> None:
        self.reasons: set[str] = set()
        self._rules = {rule["name"]: rule for rule in case["rules"]}
        self._used: set[str] = set()

    def odd(self, step: Mapping[str, Any], found: Iterable[Fired]) -> str | None:
        """Return what nothing explains of a step, if there is such a thing."""
        expected = [Fired.of(one["rule"], one["bindings"]) for one in step["expect"]]
        for one in _difference(expected, found):
            if not self._takes(WITHDRAWN if step["op"].startswith("retract") else None):
                return f"{one} did not fire"
        for one in _difference(found, expected):
            if not self._takes(self._why(one, expected, step)):
                return f"{one} fired"
        self._used |= {text for one in expected for _, text in one.bound}
        return None

    def _takes(self, reason: str | None) -> bool:
        if reason is not None:
            self.reasons.add(reason)
        return reason is not None

    def _why(self, extra: Fired, expected: Iterable[Fired], step: Mapping[str, Any]) -> str | None:
        bound = {text for _, text in extra.bound}
        if "accumulate_within" in self._rules[extra.rule].get("throttle", {}):
            return "each of the events counted is a match, and a count is not used up"
        if bound & self._used:
            return "evidence is not used up by the rule that fired"
        fresh = {as_text(one) for one in parts(step)}
        if any(other.rule != extra.rule and bound & fresh for other in expected):
            return "every rule that matches fires, not the first alone"
        asked = self._rules[extra.rule]["conditions"]
        if any("is not defined" in text for text in asked):
            return "`is not defined` is about the event at hand, not about all that is remembered"
        return None


def _difference(these: Iterable[Fired], those: Iterable[Fired]) -> list[Fired]:
    return list((Counter(these) - Counter(those)).elements())


def by_construct(cases: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """Return how often each verdict was given, by the tags of the cases; ``all`` for everything."""
    found: dict[str, Counter[str]] = {}
    for case in cases:
        word = compare(case).word
        for tag in ("all", *case["tags"]):
            found.setdefault(tag, Counter())[word] += 1
    return found


def table(scores: Mapping[str, Counter[str]]) -> str:
    """Return the scores as a Markdown table, the most frequent construct first."""
    words = ("identical", "on purpose", "refused", "otherwise")
    rows = sorted(scores.items(), key=lambda item: (-item[1].total(), item[0]))
    lines = ["| construct | cases | " + " | ".join(words) + " |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {tag} | {score.total()} | " + " | ".join(str(score[word]) for word in words) + " |"
        for tag, score in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    from tests.foreign.corpus import sessions

    print(table(by_construct(sessions())))
