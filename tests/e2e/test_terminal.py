"""The command line on a real terminal: what a person sees and can do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.e2e.serving import BUNDLE, PROGRAM
from tests.e2e.terminal import CONTROL, STYLED, Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SIMULATE = [*PROGRAM, "simulate", str(BUNDLE)]
PROMPT = "Z> "
UP, CTRL_C, CTRL_D = "\x1b[A", "\x03", "\x04"


@pytest.fixture
def simulated() -> Iterator[Terminal]:
    """A simulation that has shown its first prompt."""
    with Terminal(SIMULATE) as terminal:
        terminal.until(PROMPT)
        yield terminal


def test_who_comes_is_told_how_to_go_on_and_sees_the_clock(simulated: Terminal) -> None:
    plain = CONTROL.sub("", simulated.seen)

    assert "help lists the commands; Ctrl-D or quit ends" in plain
    assert plain.splitlines()[-1] == "2026-03-02T09:00:00Z> "


def test_a_wrong_command_is_answered_with_the_nearest_and_the_talk_goes_on(
    simulated: Terminal,
) -> None:
    refused = simulated.ask("snd site.probe", PROMPT)
    simulated.ask("+90s", "09:01:30Z> ")

    assert refused == ["error [request_rejected]: there is no command 'snd' (did you mean 'send'?)"]


def test_the_last_command_can_be_had_again_and_mended(simulated: Terminal) -> None:
    simulated.ask("+10s", "09:00:10Z> ")
    simulated.ask(UP, "09:00:20Z> ")
    simulated.ask(f"{UP}\x7f\x7f5s", "09:00:35Z> ")  # rubs out `0s`: +15s


def test_ctrl_c_drops_the_line_and_ctrl_d_ends_well(simulated: Terminal) -> None:
    simulated.type("fail web.rest")
    simulated.until("fail web.rest")
    simulated.type(CTRL_C)
    simulated.until(PROMPT)

    lines = simulated.ask("show", PROMPT)
    simulated.type(CTRL_D)

    assert lines[0] == "2026-03-02T09:00:00Z"
    assert simulated.ends() == 0


def test_what_is_wide_is_shown_as_it_is_and_what_drives_a_terminal_is_not(
    simulated: Terminal,
) -> None:
    said = "\n".join(simulated.ask("send site.probe service=日本🙂\u202e up=false", PROMPT))

    assert "nothing answers for 日本🙂\\u202e" in said
    assert "\u202e" not in said


def test_a_tree_fits_the_terminal_also_after_it_was_made_narrower(simulated: Terminal) -> None:
    simulated.ask("send site.probe service=shop up=false", PROMPT)
    simulated.resize(50)

    tree = simulated.ask("why", PROMPT)

    assert len(tree) > 4
    assert max(map(cell_len, tree)) <= 50


@pytest.mark.parametrize(("env", "is_styled"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_there_is_colour_unless_somebody_wants_none(
    env: dict[str, str], *, is_styled: bool
) -> None:
    with Terminal(SIMULATE, env=env) as terminal:
        terminal.until(PROMPT)
        terminal.ask("snd", PROMPT)
        terminal.ask("why-not site-down", PROMPT)

        assert bool(STYLED.search(terminal.seen)) is is_styled


RULES = """\
interlock: signals/v1
signals: {x: {ttl: 1m, fields: {kind: string}}}
---
interlock: rules/v1
rules:
  - id: r
    title: 日本
    when:
      - {signal: x, as: x, where: "'日本🙂\u0301' == nme\t|| '👩' == foo"}
    then: [{advise: "日本🙂\t${zz.y}"}]
    why: so
"""


@pytest.mark.parametrize("columns", [60, 120])
def test_carets_stand_under_what_is_meant_whatever_stands_before_it(
    tmp_path: Path, columns: int
) -> None:
    (tmp_path / "r.yaml").write_text(RULES)

    with Terminal([*PROGRAM, "check", str(tmp_path)], columns=columns) as terminal:
        assert terminal.ends() == 1
        lines = CONTROL.sub("", terminal.seen).splitlines()

    marked = []
    for source, carets in pairwise(lines):
        if re.fullmatch(r" +\| +\^+", carets):
            begin = carets.index("^")
            marked.append(_cells(source, begin, begin + carets.count("^")))
            assert cell_len(source) <= columns
    assert marked == ["nme", "foo", "zz"]


def _cells(line: str, begin: int, end: int) -> str:
    """Return what stands in some columns of a line as a terminal shows it."""
    at, found = 0, ""
    for char in line:
        if begin <= at < end:
            found += char
        at += cell_len(char)
    return found


def test_scenarios_end_with_one_line_that_says_how_they_went(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "interlock: signals/v1\nsignals: {a: {ttl: 1m, fields: {x: int}}}\n---\n"
        "interlock: rules/v1\nrules: [{id: tell, title: t, why: so, when: [{signal: a, as: _a}],"
        " then: [{advise: look}]}]\n"
    )
    (tmp_path / "t.test.yaml").write_text(
        "interlock: test/v1\nuses: [s.yaml]\nscenarios:\n"
        "  - name: 日本\t🙂\n    given: [{signal: a, data: {x: 1}}]\n"
        "    expect: [{never: {fired: tell}}]\n"
        "  - name: well\n    given: [{signal: a, data: {x: 1}}]\n    expect: [{fired: tell}]\n"
    )

    with Terminal([*PROGRAM, "test", str(tmp_path)]) as terminal:
        assert terminal.ends() == 1
        lines = CONTROL.sub("", terminal.seen).splitlines()

    assert any(re.fullmatch(r" +\| +\^+", line) for line in lines)
    assert lines[-1].startswith("2 scenarios: 1 ")
