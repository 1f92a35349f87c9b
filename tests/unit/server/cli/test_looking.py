"""Incidents on the screen."""

from __future__ import annotations

import json

import pytest

from interlock.server.cli.looking import print_incident, print_list, read_time
from interlock.server.cli.options import Form
from interlock.server.inputs import InputRejected
from interlock.v1.incident_pb2 import Incident, Transition
from interlock.v1.position_pb2 import Position


@pytest.fixture
def incident() -> Incident:
    """An open incident about something with a hostile name."""
    message = Incident(
        id="inc-1",
        machine="restart",
        subject="shop\x1b[2J",
        state="watching",
        severity="high",
        open=True,
        position=Position(seq=7),
    )
    message.opened_at.FromMilliseconds(1_772_442_000_000)
    message.changed_at.FromMilliseconds(1_772_442_000_500)
    return message


def test_a_list_has_a_line_for_each_incident(
    incident: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    print_list([incident], Form.TEXT)

    assert capsys.readouterr().out.splitlines() == [
        "OPENED                INCIDENT  MACHINE  SUBJECT      STATE     SEVERITY  ACKNOWLEDGED",
        "2026-03-02T09:00:00Z  inc-1     restart  shop\\x1b[2J  watching  high",
    ]


def test_an_empty_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_list([], Form.TEXT)

    assert "no incidents\n" == capsys.readouterr().out


def test_an_empty_list_is_an_empty_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    print_list([], Form.JSON)

    assert [] == json.loads(capsys.readouterr().out)


def test_an_incident_is_shown_with_its_moves(
    incident: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    move = Transition(trigger="start", destination="watching", why="it is down")
    move.at.FromMilliseconds(1_772_442_000_000)
    move.position.seq = 7

    print_incident(incident, [move], Form.TEXT)

    assert capsys.readouterr().out.splitlines() == [
        "id          inc-1",
        "machine     restart",
        "subject     shop\\x1b[2J",
        "severity    high",
        "state       watching",
        "opened_at   2026-03-02T09:00:00Z",
        "changed_at  2026-03-02T09:00:00.500Z",
        "position    0/7",
        "",
        "AT                    ENTRY  FROM   TRIGGER  TO        BY  WHY",
        "2026-03-02T09:00:00Z  7      start  start    watching      it is down",
    ]


def test_programs_get_every_field_and_null_for_what_is_absent(
    incident: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    print_incident(incident, [], Form.JSON)

    assert json.loads(capsys.readouterr().out) == {
        "id": "inc-1",
        "machine": "restart",
        "subject": "shop\x1b[2J",
        "title": "",
        "severity": "high",
        "rule": "",
        "state": "watching",
        "open": True,
        "outcome": "",
        "opened_at": "2026-03-02T09:00:00Z",
        "changed_at": "2026-03-02T09:00:00.500Z",
        "closed_at": None,
        "acknowledged_by": "",
        "version": "",
        "position": {"partition": 0, "seq": 7},
        "resolve_by": None,
        "parent": "",
        "branch": "",
        "terms": None,
        "question": None,
        "transitions": [],
        "branches": [],
    }


@pytest.fixture
def asking(incident: Incident) -> Incident:
    """The incident, asking whether to go on."""
    asked = incident.question
    asked.id, asked.text, asked.role, asked.quorum = "ask-1", "Start shop again?\x1b[2J", "ops", 2
    asked.shown.append("service: shop")
    asked.excluded.append("mallory")
    asked.choices.extend(["approve", "reject"])
    asked.assumes.append("it is day")
    asked.asked_at.FromMilliseconds(1_772_442_000_000)
    asked.expires_at.FromMilliseconds(1_772_442_600_000)
    answer = asked.answers.add(actor="ana", choice="approve", reason="seen it", roles=["ops"])
    answer.at.FromMilliseconds(1_772_442_001_000)
    answer.position.seq = 9
    return incident


def test_what_an_incident_asks_is_shown_with_how_to_answer(
    asking: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    print_incident(asking, [], Form.TEXT)

    shown = capsys.readouterr().out.split("\n\n")[1].splitlines()
    assert shown == [
        "Start shop again?\\x1b[2J",
        "  service: shop",
        "question  ask-1",
        "asks      2 of ops, not mallory",
        "expires   2026-03-02T09:10:00Z",
        "answers   ana: approve",
        "assumes   it is day",
        "interlock incidents answer inc-1 approve|reject --as ops --reason …",
    ]


def test_a_list_says_whom_an_incident_asks(
    asking: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    print_list([asking, Incident(id="inc-2", machine="restart", open=True)], Form.TEXT)

    head, first, second = capsys.readouterr().out.splitlines()
    assert head.endswith("ACKNOWLEDGED  ASKS")
    assert first.endswith("ops")
    assert not second.endswith("ops")


def test_what_a_machine_is_agreed_on_is_shown(
    incident: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    incident.terms.assumes.extend(["one of two is enough", "it is day"])
    incident.terms.environment.append("vault")
    incident.terms.authorised.append("ops")

    print_incident(incident, [], Form.TEXT)

    assert capsys.readouterr().out.splitlines()[7:11] == [
        "assumes     one of two is enough; it is day",
        "needs       vault",
        "authorised  ops",
        "position    0/7",
    ]


def test_programs_get_what_an_incident_asks(
    asking: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    print_incident(asking, [], Form.JSON)

    assert json.loads(capsys.readouterr().out)["question"] == {
        "id": "ask-1",
        "text": "Start shop again?\x1b[2J",
        "shown": ["service: shop"],
        "role": "ops",
        "quorum": 2,
        "excluded": ["mallory"],
        "choices": ["approve", "reject"],
        "assumes": ["it is day"],
        "asked_at": "2026-03-02T09:00:00Z",
        "expires_at": "2026-03-02T09:10:00Z",
        "answers": [
            {
                "actor": "ana",
                "roles": ["ops"],
                "choice": "approve",
                "reason": "seen it",
                "at": "2026-03-02T09:00:01Z",
                "position": {"partition": 0, "seq": 9},
            }
        ],
    }


@pytest.mark.parametrize("text", ["yesterday", "2026-03-02", "2026-03-02T09:00:00", "1e9"])
def test_a_time_without_date_clock_and_zone_is_refused(text: str) -> None:
    with pytest.raises(InputRejected, match="--since: "):
        read_time(text)


def test_a_time_is_read_with_its_zone() -> None:
    assert "2026-03-02T08:00:00+00:00" == read_time("2026-03-02T09:00:00+01:00").isoformat()


def test_branches_are_shown_under_their_parent(
    incident: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    one = Incident(id="inc-1.4.db", parent_id="inc-1", branch="db", state="looking", open=True)
    other = Incident(id="inc-1.4.web", parent_id="inc-1", branch="web", state="asking", open=True)
    other.question.role = "on-call"

    print_incident(incident, [], Form.TEXT, [one, other])
    text = capsys.readouterr().out
    print_incident(incident, [], Form.JSON, [one, other])
    record = json.loads(capsys.readouterr().out)

    assert text.splitlines()[-3:] == [
        "BRANCH  INCIDENT     STATE    ASKS",
        "db      inc-1.4.db   looking",
        "web     inc-1.4.web  asking   on-call",
    ]
    assert [one["parent"] for one in record["branches"]] == ["inc-1", "inc-1"]
