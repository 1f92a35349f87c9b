"""Every fault of the graph of a machine is found: targets, dead ends, rings, outcomes."""

from tests.unit.machines.given import machine_faults
from tests.unit.machines.states import CHOOSE, RUN, UNDO, WAIT


def test_an_unknown_target_is_found_with_the_nearest_name():
    found = machine_faults(RUN.replace("done: ok", "done: hande"))

    assert found == ["RV604 at `hande`: unknown state 'hande' (did you mean 'handed'?)"]


def test_a_target_within_another_compound_is_not_in_scope():
    found = machine_faults("""
        first:
          initial: inner
          states:
            inner:
              choose:
                - {if: tries > 3, to: ok}
                - {if: tries > 2, to: other.deep}
                - {else: deep}
        other:
          initial: deep
          states:
            deep: {choose: [{else: handed}]}
        """)

    assert found == ["RV604 at `deep`: unknown state 'deep'"]


def test_an_unknown_initial_is_found():
    found = machine_faults("""
        first:
          initial: iner
          states:
            inner: {choose: [{if: tries > 3, to: ok}, {else: handed}]}
        """)

    assert found == ["RV604 at `iner`: unknown state 'iner' (did you mean 'inner'?)"]


def test_the_initial_of_the_machine_is_looked_up_at_the_top():
    found = machine_faults(CHOOSE, initial="frist")

    assert found == ["RV604 at `frist`: unknown state 'frist' (did you mean 'first'?)"]


def test_a_choice_cannot_stay():
    found = machine_faults("""
        first:
          choose:
            - {if: tries > 3, to: handed}
            - {if: tries > 2, to: ok}
            - {else: stay}
        """)

    assert found == ["RV604 at `stay`: a choice cannot stay (name a state)"]


def test_stay_is_no_name_for_a_state():
    found = machine_faults("""
        first:
          choose: [{if: tries > 3, to: handed}, {else: ok}]
        stay: {undo: completed, on: {done: ok, failed: handed}}
        """)

    assert found == [
        (
            "RV604 at `stay`: 'stay' is what a branch says to leave things as they are "
            "(name it otherwise)"
        )
    ]


def test_aborted_is_a_name_for_a_final_state_only():
    found = machine_faults(
        UNDO.replace("done: ok", "done: aborted")
        + """
aborted: {choose: [{if: tries > 3, to: ok}, {else: handed}]}
"""
    )

    assert found == [
        "RV604 at `aborted`: 'aborted' is where operator.abort leads and must be final"
    ]


def test_a_state_nothing_leads_to_is_found():
    found = machine_faults(UNDO + "lost: {choose: [{else: ok}]}\n")

    assert found == ["RV601 at `lost`: nothing leads to state 'lost'"]


def test_a_lost_state_that_waits_is_found_alone():
    lost = "lost: {undo: completed, on: {done: ok, failed: handed}}\n"

    assert machine_faults(CHOOSE + lost) == ["RV601 at `lost`: nothing leads to state 'lost'"]


def test_a_state_reached_only_by_an_abort_is_reached():
    states = (
        WAIT.replace("met: ok", "met: ok, operator.abort: late")
        + """
late: {undo: completed, on: {done: handed, failed: handed}}
"""
    )

    assert machine_faults(states) == []


def test_states_without_a_way_to_a_final_state_are_found():
    found = machine_faults("""
        first:
          choose:
            - {if: tries > 3, to: ok}
            - {if: tries > 2, to: handed}
            - {else: here}
        here: {undo: completed, on: {done: there, failed: there}}
        there: {undo: completed, on: {done: here, failed: here}}
        """)

    assert found == [
        "RV602 at `here`: state 'here' never leads to a final state (an abort does not count)",
        "RV602 at `there`: state 'there' never leads to a final state (an abort does not count)",
    ]


def test_a_dead_end_nothing_leads_to_is_only_that():
    found = machine_faults(CHOOSE + "here: {undo: completed, on: {done: here, failed: here}}\n")

    assert found == ["RV601 at `here`: nothing leads to state 'here'"]


def test_choices_in_a_ring_are_found():
    found = machine_faults("""
        first:
          choose: [{if: tries > 3, to: ok}, {else: second}]
        second:
          choose: [{if: tries > 2, to: handed}, {else: first}]
        """)

    assert found == ["RV608 at `first`: choices lead back to 'first' without anything in between"]


def test_a_ring_with_work_in_it_is_sound():
    states = (
        RUN.replace("failed: handed", "failed: again")
        + """
again:
  choose: [{if: tries > 3, to: handed}, {else: first}]
"""
    )

    assert machine_faults(states) == []


def test_an_outcome_that_is_not_declared_is_found():
    found = machine_faults(UNDO + "aborted: {final: hand}\n")

    assert found == ["RV607 at `hand`: unknown outcome 'hand' (did you mean 'handed'?)"]


def test_an_outcome_no_state_gives_is_found():
    found = machine_faults(CHOOSE, outcomes="[ok, handed, withdrawn]")

    assert found == ["RV607 at `withdrawn`: no final state gives the outcome 'withdrawn'"]


def test_holes_are_reported_without_their_echoes():
    found = machine_faults("""
        first:
          wait: {signal: http.error_ratio}
          on: {met: second}
          after: {10m: handed}
        second:
          undo: completed
          on: {done: nowhere, failed: handed}
        """)

    assert found == ["RV604 at `nowhere`: unknown state 'nowhere'"]
