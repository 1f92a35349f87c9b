"""Every fault of a machine is found at its place; what is sound passes."""

from tests.unit.machines.given import EVERY_RESULT, HANDED, machine_faults

RUN = f"""
first:
  run: svc.restart
  with: {{service: "${{service}}"}}
  on: {EVERY_RESULT}
"""

WAIT = """
first:
  wait: {signal: http.error_ratio, where: service == ctx.service}
  on: {met: ok}
  after: {10m: handed}
"""


def test_a_run_that_handles_every_result_is_clean():
    assert machine_faults(RUN) == []


def test_a_wait_with_a_timer_is_clean():
    assert machine_faults(WAIT) == []


def test_a_result_that_is_not_handled_is_found():
    found = machine_faults("""
        first:
          run: svc.restart
          with: {service: "${service}"}
          on: {done: ok, failed: handed, timed_out: handed}
        """)

    assert found == [
        "RV603 at `first`: state 'first' does not handle: refused, unverified (add them under `on`)"
    ]


def test_a_result_handled_around_the_state_is_handled():
    assert machine_faults(f"""
        first:
          initial: inner
          on: {EVERY_RESULT}
          states:
            inner: {{run: svc.restart, with: {{service: "${{service}}"}}}}
        """) == []
