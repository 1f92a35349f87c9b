"""``interlock why-not``: the nearest miss on the screen and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.engine.history import History, IncidentQuery
from interlock.engine.journal.connections import reading_engine
from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep
from tests.unit.server.cli.conftest import Ran

Program = Callable[..., Ran]


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store in which a release is not quite to blame."""
    web = Web()
    web.signal("deploy.finished", service="shop", revision="\x1b[2J", previous="v1", by="ana")
    web.signal("site.error_ratio", service="shop", value=0.25)
    web.freeze()
    web.probe(up=False)
    web.advance("2s")
    return f"sqlite:///{keep(web.store, tmp_path / 'kept.db')}"


def test_a_silent_rule_is_drawn_down_to_the_test_that_failed(
    interlock: Program, store: str
) -> None:
    ran = interlock("why-not", "roll-back", "--store", store, "--where", "service=shop")

    assert ran.code == 0
    lines = [line.rstrip() for line in ran.out.splitlines()]
    assert lines[0].startswith("web/roll-back: nearest, 0 of 1 condition  2026-03-02T09:00:0")
    assert lines[0].endswith("  rules.yaml:42")
    assert lines[1] == "└── ✗ fact release.suspect as suspect: none stands"
    assert lines[2].startswith("    └── web/suspect-release: nearest, 1 of 2 conditions  ")
    assert lines[3:5] == [
        "        ├── ✗ signal site.error_ratio as errors #5",
        "        │   └── ✗ value > 0.5   value 0.25   line 28",
    ]


def test_what_a_stranger_wrote_is_shown_harmless(interlock: Program, store: str) -> None:
    ran = interlock("why-not", "suspect-release", "--store", store)

    assert "\x1b" not in ran.out


def test_programs_get_every_test_with_what_it_saw(interlock: Program, store: str) -> None:
    ran = interlock("-o", "json", "why-not", "suspect-release", "--store", store)

    said = json.loads(ran.out)
    assert (said["rule"], said["missed"], said["fired"]) == ("web/suspect-release", 1, None)
    assert said["conditions"][0]["tests"] == [
        {"text": "value > 0.5", "line": 28, "verdict": "false", "seen": {"value": "0.25"}}
    ]
    assert said["conditions"][0]["position"] == {"partition": 0, "seq": 5}


def test_an_action_that_did_not_run_is_told_with_its_incident(
    interlock: Program, store: str
) -> None:
    found = interlock("-o", "json", "why-not", "site-down", "--store", store)
    assert json.loads(found.out)["fired"].startswith("fir-")
    incident = _incident(Path(store.removeprefix("sqlite:///")))

    ran = interlock("why-not", "web.restart", "--incident", incident, "--store", store)

    assert "freeze hold: " in ran.out
    assert ran.out.startswith(f"incident {incident} restart-service for shop: web.restart was")


def _incident(path: Path) -> str:
    history = History(reading_engine(path))
    try:
        return str(history.incidents(IncidentQuery(), 1)[0]["id"])
    finally:
        history.close()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["no-such-rule"], 1, "error [not_found]: no active or shadow rule is called"),
        (["roll-back", "--at", "noon"], 2, "--at: 'noon' is not a timestamp"),
        (["roll-back", "--where", "shop"], 2, "--where: expected name=value"),
        (["roll-back", "--where", "x=1"], 1, "nothing that web/roll-back asks for has a field"),
        (["a.b", "--incident", "inc-0"], 1, "no incident is called 'inc-0'"),
        (["a.b", "--incident", "i", "--where", "x=1"], 2, "without --at and --where"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_a_code(
    interlock: Program, store: str, arguments: list[str], code: int, said: str
) -> None:
    ran = interlock("why-not", *arguments, "--store", store)

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.fixture
def held(tmp_path: Path) -> str:
    """A store in which a rule matches and is held back by an exception and by its cooldown."""
    files = bundles.web()
    rule = "  - id: fail-over\n"
    words = """    cooldown: 30m
    except:
      - {id: EX-12, on: errors, where: service == "lab", reason: it is a lab, expires: 2027-03-31}
"""
    files["rules.yaml"] = files["rules.yaml"].replace(rule, rule + words)
    web = Web(files)
    web.signal("site.error_ratio", service="lab", value=0.75)
    for value in (0.75, 0.25, 0.8):
        web.signal("site.error_ratio", service="shop", value=value)
    return f"sqlite:///{keep(web.store, tmp_path / 'held.db')}"


def test_what_holds_a_match_back_is_said_with_its_end(interlock: Program, held: str) -> None:
    shop = interlock("why-not", "fail-over", "--store", held, "--where", "service=shop")
    lab = interlock("why-not", "fail-over", "--store", held, "--where", "service=lab")

    assert "in cooldown until 2026-03-02T09:30:00" in shop.out
    assert "excepted by EX-12 until 2027-04-01T00:00:00" in lab.out
    assert ": it is a lab" in lab.out


def test_what_holds_a_match_back_is_in_the_json(interlock: Program, held: str) -> None:
    ran = interlock("why-not", "fail-over", "-o", "json", "--store", held, "--where", "service=lab")

    suppressed = json.loads(ran.out)["suppressed"]
    assert (suppressed["kind"], suppressed["by"]) == ("except", "EX-12")
    assert suppressed["reason"] == "it is a lab"
