"""Answering what an incident asks, from the command line to a real service."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Ran
from tests.e2e.serving import BUNDLE, Served

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

Run = Callable[..., Ran]
Begin = Callable[..., dict[str, Any]]

ASKING = """
states:
  asking:
    approve:
      role: web-on-call
      not: [rule-author]
      ask: Start ${service} again?
      choices: {approve: restarting, reject: {to: handed_over, why: "${event.text}"}}
      expires: 1h
      on_expire: handed_over
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service whose machine asks before it restarts anything."""
    folder = tmp_path_factory.mktemp("asking")
    bundle = folder / "bundle"
    shutil.copytree(BUNDLE, bundle)
    machine = bundle / "restart.machine.yaml"
    text = machine.read_text().replace("initial: restarting", "initial: asking")
    machine.write_text(text.replace("\nstates:\n", ASKING))
    running = Served(folder, bundle=bundle)
    running.start()
    yield running
    assert running.stop() == 0, running.log


def test_a_question_is_shown_answered_and_then_acted_on(interlock: Run, incident: Begin) -> None:
    name = incident("shop", state="asking")["id"]
    shown = interlock("incidents", "show", name)
    asked = interlock("incidents", "show", name, "-o", "json").json["question"]
    say = ("incidents", "answer", name, "approve", "--reason", "seen it", "--actor", "ana")

    stale = interlock(*say, "--as", "web-on-call", "--question", "ask-0")
    wrong = interlock(*say, "--as", "dba")
    excluded = interlock(*say, "--as", "web-on-call", "--as", "rule-author")
    done = interlock(*say, "--as", "web-on-call", "--question", asked["id"], "-o", "json")
    late = interlock(*say, "--as", "web-on-call")

    assert "Start shop again?" in shown.out
    assert f"interlock incidents answer {name} approve|reject --as web-on-call" in shown.out
    assert [1, 1, 1, 0, 1] == [r.code for r in (stale, wrong, excluded, done, late)]
    assert wrong.err.startswith("error [not_permitted]: only web-on-call may answer; ana answered")
    assert done.json["order"] == "answered 'approve'"
    assert incident("shop", state="watching")["id"] == name
    assert "ana as web-on-call answered approve: seen it" in interlock("why", name).out


def test_a_rejection_hands_over(interlock: Run, incident: Begin) -> None:
    name = incident("api", state="asking")["id"]

    interlock(
        *("incidents", "answer", name, "reject", "--as", "web-on-call", "--reason", "it is me")
    )

    interlock("incidents", "watch", name)
    ended = interlock("incidents", "show", name, "-o", "json").json
    assert (ended["outcome"], ended["question"]) == ("handed_over", None)
    assert ended["transitions"][-1]["why"] == "it is me"
