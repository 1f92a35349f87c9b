"""The peer's malformed rulebooks, in our language: each is refused with line, rule and cure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from interlock.engine.verify import verify
from interlock.language.diagnostics import Diagnostic
from interlock.server.cli.checking import find

PAGE = Path(__file__).parents[2] / "docs/explanation/foreign-cases.md"
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


FEEDING = (
    RULE.replace("signal: host.load", "fact: host.busy")
    .replace("i > 5", 'host != "a"')
    .replace("why: ${load.i} at", "why: at")
    .replace("advise: ${load.host} is busy", "assert: host.busy\n        set: {host: x}")
)
NEVER = RULE.replace("i > 5", "i > 5 && i < 2")
OTHERS = {
    "08": (RULE, SIGNALS.replace("5m", "5 fortnights")),
    "09": (RULE.replace("    when:", "    cooldown: 5m\n    when:"), SIGNALS),
    "10": (RULE + RULE.split("rules:\n")[1], SIGNALS),
    "17": (FEEDING, SIGNALS),
    "18": (NEVER, SIGNALS),
    "20": ("interlock: rules/v1\nowner: team-host\nrules: []\n", SIGNALS),
}
"""Those whose fault is more than a word of the rule."""


def found(rules: str, signals: str = SIGNALS) -> list[Diagnostic]:
    """Return what ``interlock check`` says of the files; every finding of these tests is one."""
    files = {"signals.yaml": signals.encode(), "rules.yaml": rules.encode()}
    return list(find(files, None).diagnostics)


def errors(found: list[Diagnostic]) -> list[Diagnostic]:
    """Leave the warnings out: here that nobody reads what only the broken rule made."""
    return [one for one in found if one.severity == "error"]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_rule_is_refused_with_its_line_and_a_cure(broken: Broken) -> None:
    first = found(RULE.replace(broken.old, broken.new))[0]

    assert f"rules.yaml:{broken.place}: error [{broken.code}]" in str(first)
    assert broken.cure in str(first)
    assert first.about in {broken.about, "" if broken.code in {"RV002", "RV211"} else broken.about}


def test_a_length_of_time_nobody_can_read_is_refused() -> None:
    (first,) = found(*OTHERS["08"])

    assert "signals.yaml:6:10: error [RV120]" in str(first)
    assert "signal host.load" == first.about


def test_a_restraint_that_does_not_say_what_counts_as_the_same_is_refused() -> None:
    (first,) = found(*OTHERS["09"])

    assert "rules.yaml:6:15: error [RV352]" in str(first)
    assert "say what counts as the same, such as once_per: [err.service]" in str(first)


def test_two_rules_of_one_id_are_refused() -> None:
    (first,) = found(*OTHERS["10"])

    assert "rules.yaml:13:9: error [RV310]" in str(first)
    assert "give one of them another id" in str(first)


def test_no_rules_at_all_are_refused() -> None:
    (first,) = found(*OTHERS["20"])

    assert "rules.yaml:3:8: error [RV110] expected 1 or more in 'rules', found 0" in str(first)


def test_a_rule_that_feeds_itself_is_refused() -> None:
    """The peer loops for ever on it; ours would stop, and says so before."""
    (first,) = errors(found(FEEDING))

    assert "rules.yaml:11:17: error [RV340] follows from host.busy and asserts" in str(first)
    assert "say in where which host.busy it does not follow from" in str(first)
    assert first.about == "rule busy"


def test_a_rule_that_can_never_fire_is_refused() -> None:
    (first,) = found(NEVER)

    said = "rules.yaml:9:25: error [RV302] 'i < 2' is never true where 'i > 5' holds"
    assert str(first).startswith(said)
    assert "(the rule never fires: leave one out, or join them with ||)" in str(first)
    assert first.about == "rule busy"


def test_all_22_are_refused_with_the_code_that_is_published() -> None:
    """What the page says is what is found; and it is an error of every one of them."""
    rows = re.findall(r"^\| (\d\d) \|.*\| (R[VE]\d{3})[^|]*\|$", PAGE.read_text(), re.MULTILINE)
    files = OTHERS | {
        one.name: (RULE.replace(one.old, one.new), SIGNALS)
        for one in BROKEN
        if one.name not in OTHERS
    }

    refused = {name: errors(found(*texts))[0].code for name, texts in files.items()}

    assert dict(rows) == refused
    assert len(refused) == 22


def test_the_rule_as_it_was_is_clean() -> None:
    """Negative control: what is refused is refused for what was changed."""
    assert [] == found(RULE)
    assert [] == verify({"signals.yaml": SIGNALS, "rules.yaml": RULE})
