"""Scenarios, coverage, mutants, recordings and simulations of machines that fork."""

from __future__ import annotations

import io
from textwrap import dedent

import pytest
import yaml

from interlock.errors import DefinitionError, RequestRejected
from interlock.language import load_documents
from interlock.testing import Answer
from interlock.testing.coverage import Meter
from interlock.testing.mutation.trial import try_mutants
from interlock.testing.record import Redaction, read_incident, scenario_of
from interlock.testing.scenario import Scenario, judge, load_scenarios, play, read_shape
from interlock.testing.simulation import Simulation
from tests import bundles
from tests.unit.engine.fold.site import Site

DOWN = """
interlock: test/v1
executors:
  gate.close: {}
  gate.open: {}
  part.start: {takes: 1s, returns: {pid: 7}}
  part.halt: {}
probes:
  http.look: {status: 200}
scenarios:
  - name: one
    given:
      - {signal: site.down, data: {site: s, db: db-1, web: web-1}}
      - {at: 30s, signal: part.well, data: {part: db-1, latency: 1}}
"""

ALL = "allow: [bring-back, gate.close, gate.open, part.start, part.halt]"
APPROVES = "humans: [{on: asking, branch: web, after: 10s, role: on-call, choose: approve}]"


def scenario(*lines: str) -> Scenario:
    """Return the scenario with these keys besides."""
    text = DOWN + "".join(f"    {line}\n" for line in lines)
    (document,) = load_documents(text, "t.yaml")
    (found,) = load_scenarios(document, read_shape(document), bundles.fork_bundle())
    return found


def misses(*lines: str) -> list[str]:
    return [one.message for one in judge(play(scenario(*lines), bundles.fork_bundle())).misses]


@pytest.mark.parametrize(
    "expected",
    [
        "{path: [starting, looking, well], branch: db}",
        "{path: [asking, starting, well], branch: web, machine: bring-back, incident: s}",
        "{path: [closing, fixing, deciding, resolved]}",
        "{outcome: done, branch: db}",
        "{outcome: resolved}",
        "{at: 9s, state: asking, branch: web}",
        "{at: 9s, state: fixing}",
        "{action: part.start, branch: web, with: {part: web-1}, times: 1}",
        "{action: part.start, machine: bring-back, times: 2}",
        "{never: {outcome: failed, branch: db}}",
    ],
)
def test_what_branches_do_can_be_expected(expected: str) -> None:
    assert misses(ALL, APPROVES, f"expect: [{expected}]") == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (
            "{path: [starting, looking, lost], branch: db}",
            "path [starting, looking, lost] in branch db",
        ),
        ("{outcome: done, branch: web}", "outcome done in branch web"),
        ("{path: [starting, looking, well]}", "path [starting, looking, well]"),
        ("{action: part.start, branch: db, with: {part: web-1}}", "action part.start in branch db"),
        ("{state: asking, branch: web, at: 20m}", "state asking in branch web"),
    ],
)
def test_what_they_do_not_do_is_missed(expected: str, said: str) -> None:
    """The negative control: nobody answers here, so branch web fails."""
    found = misses(ALL, f"expect: [{expected}]")

    assert [one for one in found if said in one]


def test_branches_need_not_be_expected_but_what_they_run_does() -> None:
    free = "allow: [gate.close, gate.open, part.halt]"
    (found,) = misses(free, "expect: [{started: bring-back}]")

    assert "nobody expected that part.start ran and ended done" in found
    assert "in starting of bring-back/fixing/db for s" in found


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("expect: [{outcome: done, branch: dbb}]", "no branch is called 'dbb'"),
        ("expect: [{outcome: resolved, branch: db}]", "no outcome is called 'resolved'"),
        ("expect: [{state: asking, branch: db}]", "no state is called 'asking'"),
        ("expect: [{state: closing, branch: db}]", "no state is called 'closing'"),
        (
            "humans: [{on: asking, branch: db, role: on-call, choose: approve}]",
            "no state that asks is called 'asking'",
        ),
    ],
)
def test_names_that_mean_nothing_in_a_branch_are_refused(line: str, fault: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        scenario(line, "" if line.startswith("expect") else "expect: [{quiet: true}]")
    assert fault in [one.message for one in refused.value.diagnostics]


def test_a_person_orders_something_about_one_branch() -> None:
    text = DOWN.replace(
        "      - {at: 30s",
        "      - {at: 5s, command: abort, incident: s, branch: db}\n      - {at: 30s",
    )
    (document,) = load_documents(
        text + f"    {ALL}\n    expect: [{{outcome: aborted, branch: db}}]\n", "t"
    )
    (one,) = load_scenarios(document, read_shape(document), bundles.fork_bundle())
    judged = judge(play(one, bundles.fork_bundle()))

    assert judged.misses == ()
    courses = judged.played.recording.courses.values()
    assert [c.outcome for c in courses] == ["handed_over", "aborted", "aborted"]


def test_an_order_about_a_key_is_about_the_incident_that_forked() -> None:
    text = DOWN.replace(
        "      - {at: 30s", "      - {at: 5s, command: annotate, incident: s}\n      - {at: 30s"
    )
    (document,) = load_documents(text + f"    {ALL}\n    expect: [{{outcome: handed_over}}]\n", "t")
    (one,) = load_scenarios(document, read_shape(document), bundles.fork_bundle())
    rows = play(one, bundles.fork_bundle()).harness.incidents

    assert [row.note_count for row in rows] == [1, 0, 0]


# --- coverage and mutants -------------------------------------------------------------------


def test_states_and_branches_within_a_fork_are_covered() -> None:
    meter = Meter(bundles.fork_bundle())
    _, coverage = meter.play(scenario(ALL, APPROVES, "expect: [{outcome: resolved}]"))
    seen = {item.said: bool(ways) for item, ways in coverage.seen.items()}

    assert seen["state well of bring-back/fixing/db"]
    assert seen["answer approve in bring-back/fixing/web"]
    assert seen["joined in bring-back"]
    assert not seen["state lost of bring-back/fixing/db"]
    assert not seen["failed in bring-back"]


def test_how_a_branch_ends_is_changed_and_noticed() -> None:
    """Nobody answers, so branch web fails, and the fork with it; nobody goes where db fails."""
    scenarios = [scenario(ALL, "expect: [{outcome: handed_over}, {outcome: failed, branch: web}]")]
    trial = try_mutants(bundles.fork_bundle(), scenarios)
    change = "final: failed → done"

    assert [one.change for one in trial.killed].count(change) == 1
    assert [one.tried for one in trial.survivors if one.mutant.change == change] == [0]


# --- recordings -----------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["approve", "reject"])
@pytest.mark.parametrize("about", ["parent", "branch"])
def test_a_recorded_fork_is_played_again_as_it_was(choice: str, about: str) -> None:
    site = Site()
    site.down()
    site.approve(choice)
    site.advance("3s")
    site.well()
    site.advance("30s")
    told = read_incident(site.store, site.parent if about == "parent" else site.branch("db"))
    written = scenario_of(told, Redaction(), name="recorded")
    stream = io.StringIO()
    yaml.safe_dump({"interlock": "test/v1", **written}, stream, sort_keys=False)
    (document,) = load_documents(stream.getvalue(), "t.yaml")
    (again,) = load_scenarios(document, read_shape(document), site.bundle)
    judged = judge(play(again, site.bundle))

    assert [miss for miss in judged.misses if miss.severity == "error"] == []
    paths = [one for one in written["scenarios"][0]["expect"] if "path" in one]
    assert [one.get("branch") for one in paths] == [None, "db", "web"]


def test_answers_of_branches_are_recorded_in_the_order_the_attempts_were_sent() -> None:
    """Branch web answers first although db was sent first; the fakes keep who got which."""
    site = Site()
    site.script(
        "part.start",
        Answer(outputs={"pid": 1}, takes_ms=9_000),
        Answer("error", code="X", takes_ms=500),
    )
    site.down()
    site.approve()
    site.advance("30s")
    told = read_incident(site.store, site.parent)
    (one,) = scenario_of(told, Redaction(), name="r")["scenarios"]

    assert [("fails" in a, a["takes"]) for a in one["executors"]["part.start"]] == [
        (False, "9s"),
        (True, "500ms"),
    ]


# --- simulations ----------------------------------------------------------------------------


def test_a_branch_is_spoken_to_by_key_and_name() -> None:
    simulation = Simulation(bundles.fork_bundle())
    script = """\
        see http.look status=200
        ok part.start pid=1
        send site.down site=s db=db-1 web=web-1
        +3s
        answer s/web approve as on-call
        +3s
        abort s/db
        +30s
    """
    told = [line for one in dedent(script).splitlines() for line in simulation.do(one)]

    assert any("bring-back/fixing/web for s: ended done" in line for line in told)
    assert any("bring-back/fixing/db for s: ended aborted" in line for line in told)
    assert simulation.harness.incidents[0].outcome == "handed_over"
    with pytest.raises(RequestRejected, match="there is no incident of 's/mail'"):
        simulation.do("abort s/mail")


def test_a_key_alone_is_the_incident_that_forked() -> None:
    simulation = Simulation(bundles.fork_bundle())
    begin = "send site.down site=s db=db-1 web=web-1"
    for line in ("see http.look status=200", "ok part.start pid=1", begin, "+3s"):
        simulation.do(line)

    assert simulation.incident("s") == simulation.harness.incidents[0].id
    told = simulation.do("abort s")
    assert any("operator.abort ends its branches" in line for line in told)
