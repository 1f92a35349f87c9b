"""The policy of a large organisation, for what an author waits for: 1,000 rules, 25,000 lines.

Twenty teams with a file of 50 rules each, of five shapes: a threshold that starts a machine, a
join that concludes a fact, what is counted, what follows from a fact, and branches.  No two rules
have the same names, thresholds and texts, so that nothing is saved by meeting something again.
It has no fault, and one exception that has expired, which `check` warns of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

TEAMS = 20
RULES = 50
"""Rules of a team."""
SHAPE = (1_000, 25_000)
"""Rules, and lines to the nearest thousand."""

_SIGNALS = """\
interlock: signals/v1
package: {team}
owner: team-{team}
signals:
  {team}.errors:
    doc: >-
      Share of requests that failed within the last five minutes,
      told once a minute by the front proxies.
    keep: latest
    key: [service]
    correlate: [service]
    ttl: 10m
    fields:
      service: {{type: string, doc: the name in the service catalogue}}
      env: {{type: string, enum: [prod, staging, dev]}}
      region: {{type: string, enum: [eu, us, ap]}}
      value: {{type: double, min: 0, max: 1, unit: ratio}}
      requests: {{type: int, min: 0}}
      tier: {{type: int, optional: true}}
  {team}.deploy:
    doc: A release has been rolled out.
    keep: latest
    key: [service]
    correlate: [service]
    ttl: 4h
    fields:
      service: string
      revision: string
      by: string
      previous: {{type: string, optional: true}}
      share: {{type: double, min: 0, max: 1}}
  {team}.timeout:
    doc: A pod has not answered its probe in time.
    keep: all
    correlate: [service]
    ttl: 30m
    fields:
      service: string
      pod: string
      probe: {{type: string, enum: [ready, live]}}
      waited: duration
facts:
  {team}.suspect:
    doc: A release that may be why a service is not well.
    key: [service]
    fields:
      service: string
      revision: string
      by: string
      confidence: {{type: double, min: 0, max: 1}}
  {team}.freeze:
    doc: Nothing is to be touched.
    key: [scope]
    ttl: 1d
    fields: {{scope: string, until: {{type: timestamp, optional: true}}}}
"""

_RULES = """\
# The policy of team {team}: reviewed every quarter, changed by pull request only.
interlock: rules/v1
package: {team}
owner: team-{team}
runbook_url: https://runbooks.example.net/{team}
review_by: 2099-11-30
severity: medium
risk: none

rules:
"""

_THRESHOLD = """\
  - id: errors-{number:02}
    title: Service {service} answers with errors
    doc: The front proxies see it first; a service that is not asked has no errors.
    severity: high
    risk: medium
    exclusive: remedy-{number:02}
    salience: {salience}
    when:
      - signal: {team}.errors
        as: err
        where:
          - env == "prod"
          - service == "{service}"
          - value > 0.{limit:03}
          - requests >= {requests}
        for: {minutes}m
      - not:
          fact: {team}.freeze
          where: scope == err.service || scope == "{team}-{number}"
    then:
      - start: restart-{team}
        incident: ${{err.service}}
        with: {{service: "${{err.service}}", reason: errors above 0.{limit:03}}}
    why: ${{err.service}} had ${{percent(err.value)}} errors since ${{clock(err.since)}}

"""
_JOIN = """\
  - id: suspect-{number:02}
    title: Release of {service} is suspect
    once_per: [dep.service]
    when:
      - signal: {team}.errors
        as: err
        where:
          - env in ["prod", "staging"]
          - value > 0.{limit:03}
          - has(tier) && tier <= {tier}
      - signal: {team}.deploy
        as: dep
        where:
          - service == err.service
          - err.at - at < duration("{minutes}m")
          - has(previous) && revision != previous
    then:
      - assert: {team}.suspect
        set:
          {{service: "${{err.service}}", revision: "${{dep.revision}}", by: "${{dep.by}}",
           confidence: "${{err.value > 0.5 ? 0.9 : 0.{limit:03}}}"}}
    why: ${{err.service}} has errors since ${{dep.revision}} of ${{dep.by}}, limit 0.{limit:03}

"""
_COUNT = """\
  - id: timeouts-{number:02}
    title: Several pods of {service} do not answer
    once_per: [err.service]
    cooldown: {minutes}m
    when:
      - signal: {team}.errors
        as: err
        where:
          - service == "{service}"
          - region != "ap" || value > 0.{limit:03}
      - count:
          signal: {team}.timeout
          where:
            - service == err.service
            - probe == "ready"
            - waited > duration("{requests}ms")
          over: {minutes}m
          distinct: pod
        as: slow
        where: slow >= {tier}
    then:
      - advise: look at ${{slow}} pods of {service} in ${{err.region}}
      - advise: ${{err.service}} had ${{percent(err.value)}} errors while its pods were slow
    why: ${{slow}} pods of {service} were slow, ${{err.value}} above 0.{limit:03}

"""
_FACT = """\
  - id: undo-{number:02}
    title: Suspect release of {service} is undone
    severity: high
    risk: high
    exclusive: remedy-{number:02}
    salience: {salience}
    when:
      - fact: {team}.suspect
        as: sus
        where:
          - service == "{service}"
          - confidence >= 0.{limit:03}
      - signal: {team}.deploy
        as: dep
        where:
          - service == sus.service && revision == sus.revision
          - share > 0.{tier}
      - not: {{fact: {team}.freeze, where: scope == dep.service}}
    then:
      - start: restart-{team}
        incident: ${{sus.service}}
        with: {{service: "${{sus.service}}", reason: "revision ${{dep.revision}} of ${{dep.by}}"}}
    except:
      - id: EX-{number}
        on: sus
        where: by == "robot-{number}"
        reason: its releases are undone by itself
        expires: {expires}
    why: ${{sus.revision}} is undone with confidence ${{percent(sus.confidence)}} above 0.{limit:03}

"""
_BRANCHES = """\
  - id: look-{number:02}
    title: Somebody should look at {service}
    when:
      - any:
          - - signal: {team}.errors
              as: seen
              where:
                - service == "{service}"
                - value > 0.{limit:03} && requests > {requests}
          - - signal: {team}.deploy
              as: seen
              where:
                - service.startsWith("{service}")
                - share < 0.{tier}
      - not:
          fact: {team}.freeze
          where: scope == seen.service
    then:
      - advise: look at ${{seen.service}}, {service} of {team}
    why: ${{seen.service}} was seen by rule {number}, which asks for ${{"more than {requests}"}}

"""
_ACTING = """\
interlock: actions/v1
package: {team}
owner: team-{team}
executor: stopwatch
actions:
  {team}.restart:
    version: 1
    title: Restart the service
    inputs: {{service: string, reason: string}}
    target: none
    risk: none
    reversible: false
    irreversible_because: what was in its memory is lost
    idempotency_key: ${{service}}-${{reason}}
    timeout: 30s
---
interlock: machine/v1
id: restart-{team}
package: {team}
version: 1
title: Restart a service of {team}
owner: team-{team}
context: {{service: string, reason: string}}
outcomes: [restarted, failed]
initial: restarting
states:
  restarting:
    run: {team}.restart
    with: {{service: "${{service}}", reason: "${{reason}}"}}
    on: {{done: done, failed: failed, timed_out: failed, refused: failed, unverified: failed}}
  done: {{final: restarted}}
  failed: {{final: failed}}
"""
_SHAPES = (_THRESHOLD, _JOIN, _COUNT, _FACT, _BRANCHES)


def files() -> dict[str, str]:
    """Return the policy: texts by name."""
    return dict(_files())


def _files() -> Iterator[tuple[str, str]]:
    for team in range(TEAMS):
        name = f"team{team:02}"
        yield f"{name}.signals.yaml", _SIGNALS.format(team=name)
        yield f"{name}.machine.yaml", _ACTING.format(team=name)
        rules = "".join(_rule(name, team * RULES + number) for number in range(RULES))
        yield f"{name}.rules.yaml", _RULES.format(team=name) + rules


def _rule(team: str, number: int) -> str:
    write: Callable[..., str] = _SHAPES[number % len(_SHAPES)].format
    return write(
        team=team,
        number=number,
        service=f"{team}-svc-{number:03}",
        salience=number % 50,
        limit=1 + number % 499,
        requests=100 + number,
        minutes=1 + number % 9,
        tier=2 + number % 3,
        expires="2026-01-31" if number == 3 else "2099-12-31",
    )
