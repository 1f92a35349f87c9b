"""Single conditions of the peer, each against events: what the peer says, ours says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from interlock.language.values import Kind
from tests.foreign.corpus import corpus
from tests.foreign.fields import Fields
from tests.foreign.sessions import Session, parts
from tests.foreign.syntax import NotOurs, parse
from tests.foreign.translate import Translation, constants

TABLE = corpus()["truth_table"]
REFUSED = {
    "a number of more than 15 digits": 1,
    "a pattern that comes with an event": 1,
}
"""What our language refuses: a number it could not hold exactly, and a pattern written by whoever
sends the event."""


def case_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return a condition and its events as a case of one rule."""
    rule = {"name": "it", "enabled": True, "when": "all", "conditions": [row["condition"]]}
    steps = [{"op": "event", "at_ms": 0, "data": one["event"]} for one in row["events"]]
    return {"rules": [rule], "steps": steps, "vars": row.get("vars", {})}


def session_of(row: dict[str, Any]) -> Session | None:
    """Return the session of a condition; None where it has no counterpart."""
    try:
        return Session(case_of(row))
    except NotOurs:
        return None


def differences(row: dict[str, Any], session: Session) -> list[Any]:
    return [
        one["event"]
        for one, step in zip(row["events"], case_of(row)["steps"], strict=True)
        if bool(session.step(step)) is not one["match"]
    ]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["from"])
def test_a_condition_holds_for_the_same_events(row: dict[str, Any]) -> None:
    """For every condition c we can express and event e: ours(c, e) == peer(c, e), twice."""
    session = session_of(row)
    if session is None:
        return

    assert [] == differences(row, session)
    assert session.second_opinion()


def test_what_cannot_be_expressed_is_refused_for_a_reason() -> None:
    reasons: dict[str, int] = {}
    for row in TABLE:
        try:
            Session(case_of(row))
        except NotOurs as reason:
            reasons[str(reason)] = reasons.get(str(reason), 0) + 1

    assert REFUSED == reasons


def test_a_wrong_translation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with every ``>`` read as ``>=`` some condition differs."""
    compare = Translation._compare
    turned = {">": ">=", "<": "<="}
    monkeypatch.setattr(
        Translation,
        "_compare",
        lambda self, operator, left, right: compare(
            self, turned.get(operator, operator), left, right
        ),
    )

    wrong = [row for row in TABLE if (it := session_of(row)) and differences(row, it)]

    assert wrong


def test_most_texts_of_the_peer_are_read_and_the_broken_ones_are_not() -> None:
    for row in corpus()["parse"]:
        try:
            parse(row["text"])
        except NotOurs:
            assert not row["valid"], row["text"]
        else:
            assert row["valid"], row["text"]


# --- CEL, the development oracle ----------------------------------------------------------------

cel = pytest.importorskip(
    "cel_expr_python.cel", reason="CEL IS NOT INSTALLED: the foreign conditions did not meet it"
)
ENVIRONMENT = cel.NewEnv(variables={"self": cel.Type.DYN})
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\bf\d+_\w+|\b\d+(?:\.\d+)?')


def in_cel(text: str) -> str:
    """Return a condition of ours as CEL has it: fields of ``self``, and doubles, which alone it
    adds to doubles.
    """
    return _WORD.sub(lambda found: _word_in_cel(found[0]), text)


def _word_in_cel(word: str) -> str:
    if word.startswith("f"):
        return f"self.{word}"
    return f"{word}.0" if word.isdigit() else word


def as_cel(fields: Fields, session: Session, event: Any) -> dict[str, Any]:
    declared = session.rulebase.signal_types["peer.event"].fields
    row = fields.row(event)
    return {name: plain(value, declared[name].type) for name, value in row.items()}


def plain(value: Any, type_: Any) -> Any:
    if isinstance(value, tuple):
        return [plain(one, type_.item) for one in value]
    return value / 10**type_.scale if type_.kind is Kind.DOUBLE else value


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["from"])
def test_cel_says_the_same_of_the_translated_condition(row: dict[str, Any]) -> None:
    """For every translated condition and event: CEL's answer is the peer's."""
    session = session_of(row)
    if session is None:
        return
    _, tree = parse(row["condition"])
    sent = [parts(step) for step in case_of(row)["steps"]]
    events = [event for together in sent for event in together]
    fields = Fields(events, [*constants(tree), *row.get("vars", {}).values()])
    text = in_cel(Translation(fields, {}, row.get("vars")).condition(tree))
    compiled = ENVIRONMENT.compile(text, disable_check=True)

    for one, together in zip(row["events"], sent, strict=True):
        answers = [
            compiled.eval(data={"self": as_cel(fields, session, event)}).value()
            for event in together
        ]
        assert (True in answers) is one["match"], one["event"]
