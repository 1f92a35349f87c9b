"""What the audience reads."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console

from interlock.server.demo.screen import Screen
from interlock.v1.incident_pb2 import Incident, Transition

INCIDENT = Incident(subject="web", machine="restart-service", title="Start it again")


@pytest.fixture
def paper() -> StringIO:
    return StringIO()


def shown(paper: StringIO) -> str:
    """Return the line without its clock."""
    return re.sub(r"^ +\d+\.\d s  ", "", paper.getvalue().rstrip("\n"))


@pytest.mark.parametrize(
    ("move", "line"),
    [
        (
            Transition(trigger="start", destination="restarting"),
            "  web: restart-service starts in restarting   (Start it again)",
        ),
        (
            Transition(source="restarting", trigger="done", destination="watching"),
            "  web: restart-service restarting → watching   (done and verified)",
        ),
        (
            Transition(source="watching", trigger="after:8s", destination="undoing", why="bad"),
            "  web: restart-service watching → undoing   (bad)",
        ),
        (
            Transition(source="watching", trigger="after:8s", destination="undoing"),
            "  web: restart-service watching → undoing   (after:8s)",
        ),
        (
            Transition(source="a", trigger="done", destination="b", why="\x1b[31mred"),
            "  web: restart-service a → b   (\\x1b[31mred)",
        ),
    ],
)
def test_a_move_is_told_with_its_reason(paper: StringIO, move: Transition, line: str) -> None:
    Screen(Console(file=paper, highlight=False)).moved(INCIDENT, move)

    assert line == shown(paper)


def test_when_it_is_quiet_only_the_last_line_is_shown(paper: StringIO) -> None:
    screen = Screen(Console(file=paper, highlight=False), quiet=True)

    screen.say("a site answers")
    screen.act("1. A process dies")
    screen.moved(INCIDENT, Transition(trigger="start", destination="restarting"))
    screen.last("demo: 3 of 3", good=True)

    assert "demo: 3 of 3\n" == paper.getvalue()
