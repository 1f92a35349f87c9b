"""A machine as a picture: one arrow for one way, inherited ways drawn once."""

from interlock.machines import mermaid
from tests import bundles
from tests.unit.machines.given import machine

STATES = """
acting:
  initial: gate
  on: {operator.abort: undoing}
  after: {30m: undoing}
  states:
    gate:
      choose:
        - {if: tries > 3, to: handed}
        - {else: running}
    running:
      run: svc.restart
      with: {service: "${service}"}
      on:
        done: watching
        failed: undoing
        timed_out: undoing
        refused: handed
        unverified: undoing
    watching:
      wait: {signal: http.error_ratio}
      on: {met: ok}
      after: {10m: undoing}
undoing:
  undo: completed
  on: {done: handed, failed: handed}
"""

DRAWN = """\
stateDiagram-v2
  [*] --> acting__gate
  state "acting" as acting {
    state "gate ?" as acting__gate
    state "running<br/>run svc.restart" as acting__running
    state "watching<br/>wait http.error_ratio" as acting__watching
    acting__gate --> handed: tries > 3
    acting__gate --> acting__running: else
    acting__running --> acting__watching: done
    acting__running --> undoing: failed | timed_out | unverified
    acting__running --> handed: refused
    acting__watching --> ok: met
    acting__watching --> undoing: after 10m
  }
  acting --> undoing: operator.abort | after 30m
  state "undoing<br/>undo" as undoing
  state "ok" as ok
  state "handed" as handed
  undoing --> handed: done | failed
  ok --> [*]
  handed --> [*]
"""


def test_a_machine_is_drawn():
    assert mermaid(machine(STATES, initial="acting")) == DRAWN


def test_the_current_state_is_highlighted():
    drawn = mermaid(machine(STATES, initial="acting"), current={"acting.watching"})

    assert drawn.removeprefix(DRAWN).split("\n") == [
        "  classDef current fill:#ffd54f,stroke:#b26a00,stroke-width:3px",
        "  class acting__watching current",
        "",
    ]


def test_what_mermaid_would_read_as_its_own_is_escaped():
    states = 'first: {choose: [{if: service == "a;b#c", to: ok}, {else: handed}]}\n'

    assert 'first --> ok: service == "a#59;b#35;c"' in mermaid(machine(states))


def test_an_abort_to_the_built_in_end_goes_without_saying():
    states = "first: {undo: completed, on: {done: ok, failed: handed}}\n"

    assert "aborted" not in mermaid(machine(states))


def test_what_a_single_state_does_is_drawn_from_it():
    states = """
        acting:
          initial: inner
          after: {1h: handed}
          states:
            inner: {undo: completed, on: {done: ok, failed: handed}}
        """

    assert "acting__inner --> handed: failed | after 1h" in mermaid(
        machine(states, initial="acting")
    )


def test_the_states_an_incident_went_through_stand_out() -> None:
    drawn = mermaid(
        machine(STATES, initial="acting"), {"undoing"}, visited={"acting.running", "undoing"}
    )

    assert "  class acting__running visited\n" in drawn
    assert drawn.endswith("  class undoing current\n")


def test_a_parallel_state_holds_its_branches_side_by_side() -> None:
    drawn = mermaid(bundles.fork_bundle().machinebase.machines["bring-back"], {"fixing.db.looking"})
    lines = drawn.splitlines()
    left = lines.index('    state "db" as fixing__db {')
    right = lines.index('    state "web" as fixing__web {')

    assert lines[left - 1] == '  state "fixing<br/>all of db, web" as fixing {'
    assert lines[left + 1] == "      [*] --> fixing__db__starting"
    assert lines[right - 1] == "    --"
    assert "      fixing__db__looking --> fixing__db__well: met" in lines[left:right]
    assert drawn.count("{") == drawn.count("}")
    assert drawn.endswith("  class fixing__db__looking current\n")
