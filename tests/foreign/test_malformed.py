"""The peer's malformed rulebooks, in our language: each is refused with line, rule and cure."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from interlock.engine.bundle import Bundle
from interlock.engine.verify import verify
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic

SIGNALS = """\
interlock: signals/v1
signals:
  host.load:
    key: [host]
    correlate: [host]
    ttl: 5m
    fields: {host: string, i: int, tags: list<string>}
facts:
  host.busy: {key: [host], fields: {host: string}}
"""

RULE = """\
interlock: rules/v1
owner: team-host
rules:
  - id: busy
    title: A host is busy
    when:
      - signal: host.load
        as: load
        where: i > 5
    then:
      - advise: ${load.host} is busy
    why: ${load.i} at ${load.host}
"""


class Broken(NamedTuple):
    """What is changed in the rule, and where what is said about it."""

    name: str
    old: str
    new: str
    place: str
    code: str
    cure: str
    about: str = "rule busy"


WHERE = "where: i > 5"
BROKEN = [
    Broken("01", "    title:", "   title:", "5:4", "RV001", "begin in one column", ""),
    Broken("02", "advise:", "advize:", "11:9", "RV110", "did you mean 'advise'?"),
    Broken("03", "    when:\n", "    x-when:\n", "4:5", "RV111", "missing key 'when'"),
    Broken("04", WHERE, "where: i > 5 and i < 9", "9:22", "RE101", "write &&"),
    Broken(
        "05", WHERE, 'where: host.startswith("a")', "9:16", "RV203", "did you mean 'startsWith'?"
    ),
    Broken("06", WHERE, "where: loads.i > 5", "9:16", "RV201", "by its bare name: i"),
    Broken("07", "${load.i}", "${zz.i}", "12:12", "RV201", "there are load"),
    Broken("10", "    title:", "    id: again\n    title:", "5:5", "RV002", "line 4"),
    Broken("11", "signal: host.load", "signal: host.loads", "7:17", "RV210", "mean 'host.load'?"),
    Broken(
        "12", WHERE, "where: i > threshold", "9:20", "RV201", 'quote it if it is text: "threshold"'
    ),
    Broken("13", "${load.host} is", "${nosuch} is", "11:19", "RV201", "quote it if it is text"),
    Broken("14", WHERE, "where: host.matches('[a')", "9:29", "RE105", "missing ]"),
    Broken("15", WHERE, 'where: i > "one"', "9:16", "RV202", "compare values of one type"),
    Broken(
        "16", WHERE, "where: tags.exists(t, t.beginsWith('a'))", "9:31", "RV203", "did you mean"
    ),
    Broken("19", "- signal: host.load", "- some: host.load", "7:9", "RV110", "signal, fact, not"),
    Broken("21", WHERE, "where: '{{ i == 1 }}'", "9:17", "RE100", "write the expression alone"),
    Broken(
        "22",
        "advise: ${load.host} is busy",
        "{start: reboot, incident: x}",
        "11:17",
        "RV211",
        "write a machine/v1",
    ),
]
"""The numbers are those of the peer's list; what is its own (a playbook, a throttle, a source) is
the nearest thing of ours: an action nobody has, a length of time, a signal."""


def found(rules: str, signals: str = SIGNALS) -> list[Diagnostic]:
    try:
        Bundle.compile({"signals.yaml": signals, "rules.yaml": rules})
    except DefinitionError as error:
        return list(error.diagnostics)
    return []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_rule_is_refused_with_its_line_and_a_cure(broken: Broken) -> None:
    first = found(RULE.replace(broken.old, broken.new))[0]

    assert f"rules.yaml:{broken.place}: error [{broken.code}]" in str(first)
    assert broken.cure in str(first)
    assert first.about in {broken.about, "" if broken.code in {"RV002", "RV211"} else broken.about}


def test_a_length_of_time_nobody_can_read_is_refused() -> None:
    (first,) = found(RULE, SIGNALS.replace("5m", "5 fortnights"))

    assert "signals.yaml:6:10: error [RV120]" in str(first)
    assert "signal host.load" == first.about


def test_two_rules_of_one_id_are_refused() -> None:
    (first,) = found(RULE + RULE.split("rules:\n")[1])

    assert "rules.yaml:13:9: error [RV310]" in str(first)
    assert "give one of them another id" in str(first)


def test_no_rules_at_all_are_refused() -> None:
    (first,) = found("interlock: rules/v1\nowner: team-host\nrules: []\n")

    assert "rules.yaml:3:8: error [RV110] expected 1 or more, found 0" in str(first)


def test_a_rule_that_feeds_itself_is_warned_of() -> None:
    """The peer loops for ever on it; ours would stop, and says so before."""
    feeding = RULE.replace("signal: host.load", "fact: host.busy").replace("i > 5", 'host != "a"')
    feeding = feeding.replace("why: ${load.i} at", "why: at")
    feeding = feeding.replace(
        "advise: ${load.host} is busy", "assert: host.busy\n        set: {host: x}"
    )

    warnings = Bundle.compile({"signals.yaml": SIGNALS, "rules.yaml": feeding}).warnings

    assert ["RV340"] == [one.code for one in warnings]


def test_a_condition_that_can_never_hold_is_found_by_verify() -> None:
    never = RULE.replace("i > 5", "i > 5 && i < 2")

    (first,) = verify({"signals.yaml": SIGNALS, "rules.yaml": never})

    assert "rules.yaml:9:25: error [RV302] 'i < 2' is never true where 'i > 5' holds" == str(first)


def test_the_rule_as_it_was_is_clean() -> None:
    """Negative control: what is refused is refused for what was changed."""
    assert [] == found(RULE)
    assert [] == verify({"signals.yaml": SIGNALS, "rules.yaml": RULE})
    assert () == Bundle.compile({"signals.yaml": SIGNALS, "rules.yaml": RULE}).warnings
