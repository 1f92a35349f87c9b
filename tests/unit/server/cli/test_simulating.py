"""``interlock simulate``: commands in, what came of each out."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.server.cli.conftest import Ran

FILES = Path(__file__).parents[4] / "server" / "starter" / "files"
DOWN = "send site.probe service=shop up=false"
UP = "send site.probe service=shop up=true"

Play = Callable[..., Ran]


@pytest.fixture
def play(interlock: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Play:
    """Return a function that plays lines on the starter project."""
    monkeypatch.chdir(FILES)

    def call(*lines: str, options: tuple[str, ...] = ()) -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
        return interlock("simulate", "bundle", *options)

    return call


def test_a_script_plays_a_whole_incident(play: Play) -> None:
    ran = play("see command.runs exit=0", DOWN, "+5s", UP, "+10s")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "> see command.runs exit=0",
        f"> {DOWN}",
        "2026-03-02T09:00:00Z  fired site/site-down: shop does not answer",
        "2026-03-02T09:00:00Z  restart-service for shop: start → restarting on start",
        "2026-03-02T09:00:00Z  site.restart on shop: pass",
        "> +5s",
        "2026-03-02T09:00:00.100Z  site.restart on shop: attempt 1 ok",
        "2026-03-02T09:00:00.101Z  site.restart on shop: looks good",
        "2026-03-02T09:00:01.102Z  site.restart on shop: looks good",
        "2026-03-02T09:00:02.103Z  site.restart on shop: looks good",
        (
            "2026-03-02T09:00:02.103Z  site.restart on shop: done:"
            " verified by 3 good observations in a row"
        ),
        "2026-03-02T09:00:02.103Z  restart-service for shop: restarting → watching on done",
        f"> {UP}",
        "> +10s",
        (
            "2026-03-02T09:00:15Z  restart-service for shop: watching → resolved on met:"
            " shop answers again"
        ),
        "2026-03-02T09:00:15Z  restart-service for shop: ended resolved",
    ]


def test_the_same_script_gives_the_same_bytes(play: Play) -> None:
    lines = ("fail site.restart BUSY", DOWN, "+1m", "show")

    assert play(*lines) == play(*lines)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("fail site.restart BUSY no room", "restarting → handed_over on failed"),
        ("refuse site.restart", "restarting → handed_over on refused"),
        ("hang site.restart", "restarting → handed_over on timed_out"),
        ("see command.runs exit=1", "restarting → handed_over on unverified"),
    ],
)
def test_an_action_does_as_it_is_told(play: Play, line: str, said: str) -> None:
    assert said in play(line, DOWN, "+1m").out


def test_a_freeze_holds_and_a_thaw_lets_go(play: Play) -> None:
    out = play("freeze target:shop", DOWN, "show", "thaw target:shop", "abort shop").out

    assert "site.restart on shop: hold" in out
    assert "frozen target:shop" in out
    assert "restarting → aborted on operator.abort" in out


def test_show_says_what_stands_and_which_probe_is_blind(play: Play) -> None:
    out = play(DOWN, "+2s", "show").out

    assert "restart-service for shop: restarting\n" in out
    assert "probe command.runs saw nothing; say: see command.runs field=value\n" in out
    assert "saw nothing" not in play(DOWN, "+2s", "see command.runs exit=0", "show").out


def test_why_and_why_not_are_asked_of_what_has_happened_so_far(play: Play) -> None:
    out = play(DOWN, "why shop", "why-not site-down service=mail").out

    assert "└── transition start → restarting on start #" in out
    assert "site/site-down: nearest, 0 of 1 condition" in out


def test_programs_get_a_line_a_command(play: Play) -> None:
    out = play(DOWN, "show", options=("-o", "json")).out

    sent, shown = (json.loads(line) for line in out.splitlines())
    assert sent["happened"][0].endswith("fired site/site-down: shop does not answer")
    assert shown["command"] == "show"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("go", "there is no command 'go'"),
        ("+soon", "'soon' is not a duration"),
        ("send site.prob up=true", "there is no signal 'site.prob' (did you mean 'site.probe'?)"),
        ("send site.probe service=shop up=maybe", "up"),
        ("send site.probe upp=true", "there is no field 'upp'"),
        ("see http.look a=1", "there is no probe 'http.look'"),
        ("fail site.restrat", "there is no action 'site.restrat'"),
        ("abort shop", "there is no incident of 'shop'"),
        ("why-not nothing", "no active or shadow rule is called 'nothing'"),
        ("send 'x", "No closing quotation"),
    ],
)
def test_a_script_ends_with_its_first_mistake(play: Play, line: str, said: str) -> None:
    ran = play("+1s", line, "show")

    assert ran.code == 2
    assert said in ran.err
    assert "line 2: " in ran.err
    assert "> show" not in ran.out


def test_without_executors_nobody_knows_what_probes_see(
    interlock: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(FILES / "bundle", tmp_path / "bundle")
    monkeypatch.setattr("sys.stdin", io.StringIO("see command.runs exit=0\n"))

    ran = interlock("simulate", str(tmp_path / "bundle"))

    assert "nothing says what command.runs sees; say it in an executors.toml" in ran.err


def test_quit_ends_a_script_and_help_lists_the_commands(play: Play) -> None:
    out = play("help", "quit", "nonsense").out

    assert "see http.look status=200          what a probe sees from here on" in out


def test_probes_that_a_folder_states_are_known(
    interlock: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in (FILES / "bundle").iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "executors.json").write_text('{"command.runs": {"exit": "int"}}')
    monkeypatch.setattr("sys.stdin", io.StringIO(f"see command.runs exit=0\n{DOWN}\n+5s\n"))

    ran = interlock("simulate", str(tmp_path))

    assert "restarting → watching on done" in ran.out


ASKING = """\
interlock: signals/v1
package: q
signals:
  q.deep: {key: [queue], correlate: [queue], ttl: 1h, fields: {queue: string}}
---
interlock: rules/v1
package: q
rules:
  - id: deep
    title: A queue is deep
    when: [{signal: q.deep, as: deep}]
    then: [{start: drain, incident: "${deep.queue}", with: {queue: "${deep.queue}"}}]
    why: ${deep.queue} is deep
---
interlock: machine/v1
id: drain
package: q
version: 1
title: Ask
owner: team
context: {queue: string}
outcomes: [resolved, handed_over]
initial: asking
states:
  asking:
    approve:
      role: on-call
      ask: Drain ${queue}?
      choices: {drain: resolved, leave: handed_over}
      expires: 10m
      on_expire: handed_over
  resolved: {final: resolved}
  handed_over: {final: handed_over}
"""


def test_a_question_is_shown_with_the_command_that_answers_it(
    interlock: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ask.yaml").write_text(ASKING)
    lines = ("send q.deep queue=orders", "show", "answer orders drain as on-call", "show", "why")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))

    out = interlock("simulate", str(tmp_path)).out

    assert out.count("\nasks Drain orders?; say: answer orders drain or leave as on-call\n") == 1
    assert "command one of on-call as on-call answered drain #" in out
