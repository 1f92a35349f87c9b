"""States that tests put together to machines."""

from tests.unit.machines.given import EVERY_RESULT

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

CHOOSE = """
first:
  choose:
    - {if: tries > 3, to: handed}
    - {else: ok}
"""

UNDO = """
first:
  undo: completed
  on: {done: ok, failed: handed}
"""
