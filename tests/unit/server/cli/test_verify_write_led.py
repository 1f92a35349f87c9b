"""``verify --write`` where no script tells what happens: the bundle is led to what was found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.testing.generate import plan
from tests import bundles
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]

SOUND = bundles.fork()["fork.yaml"]
WIPE = """\
  part.wipe:
    version: 1
    title: Wipe a part
    inputs: {part: string}
    target: ${part}
    risk: high
    irreversible_because: it is gone
    idempotency_key: wipe/${part}
    timeout: 10s
    verify: {probe: http.look, expect: probe.status == 200, every: 1s, within: 5s, consecutive: 1}
---
interlock: machine/v1
"""
RUNS = 'run: part.wipe, with: {part: "${db}"}'
LOOKING = """\
              wait: {signal: part.well, where: part == ctx.db}
              on: {met: {to: well, set: {latency: 7}}}
              after: {5m: lost}
"""
OTHERS = "failed: lost, timed_out: lost, refused: lost, unverified: lost"
AROUND = f"""\
              run: part.halt
              with: {{part: "${{db}}"}}
              on: {{done: starting, {OTHERS}}}
            never: {{choose: [{{else: well}}]}}
"""


def changed(*changes: tuple[str, str]) -> str:
    """Return the sound bundle with the first of each text replaced."""
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


HAS_WIPE = ("---\ninterlock: machine/v1\n", WIPE)
WELL, UNDOING = "            well: {final: done}\n", "  undoing:\n"
IN_A_BRANCH = changed(
    HAS_WIPE,
    ("met: {to: well,", "met: {to: wiping,"),
    (WELL, f"            wiping: {{{RUNS}, on: {{done: well, {OTHERS}}}}}\n{WELL}"),
)
BACK = OTHERS.replace("lost", "undoing")
AFTER_A_FAILURE = changed(
    HAS_WIPE,
    ('failed: {to: undoing, why: "${event.detail}"}', "failed: wiping"),
    (UNDOING, f"  wiping: {{{RUNS}, on: {{done: undoing, {BACK}}}}}\n{UNDOING}"),
)
UNVISITED = changed(("unless_visited: closing", "unless_visited: fixing.web.asking"))
NEVER = OTHERS.replace("failed: lost", "failed: never")
RING = changed((LOOKING, AROUND), (f"done: looking, {OTHERS}", f"done: looking, {NEVER}"))
UNUSED = changed(HAS_WIPE)


RULES = """\
interlock: signals/v1
package: shop
owner: team-shop
signals:
  host.beat: &seen
    {keep: latest, key: [host], correlate: [host], ttl: 5m, fields: {host: string, load: int}}
  host.load: *seen
facts:
  host.held: {doc: Somebody works there., key: [host], ttl: 1h, fields: {host: string}}
---
interlock: rules/v1
package: shop
owner: team-shop
runbook_url: https://runbooks.example.net/shop
rules:
  - id: busy
    title: A host is busy
    severity: high
    when:
      - WITH
      - {signal: host.load, as: seen, where: [host == one.host, load > 5, load < 3]}
    then: [{advise: "${one.host} has ${seen.load}"}]
    why: so it is
"""
FACT = RULES.replace("WITH", "{fact: host.held, as: one}")
SILENCE = RULES.replace(
    "WITH", "{absent: {signal: host.beat, key: {host: [web-7]}, for: 2m}, as: one}"
)


SETTLE = """\
---
interlock: machine/v1
id: settle
package: site
version: 1
title: Let a part settle
owner: team-test
context: {part: string}
outcomes: [resolved, handed_over]
initial: halting
states:
  halting:
    run: part.halt
    with: {part: "${part}"}
    on: {done: waiting, failed: given_up, timed_out: given_up, refused: given_up,
      unverified: given_up}
  waiting:
    wait: {signal: site.down, where: db == 'db-2'}
    on: {met: resolved}
    after: {5m: given_up}
  resolved: {final: resolved}
  given_up: {final: handed_over}
"""
LOST = "  - id: lost\n"
WELL_AGAIN = """\
  - id: well-again
    title: A part is well again
    severity: low
    when: [{signal: part.well, as: it, where: latency > 100}]
    then: [{start: settle, incident: "${it.part}", with: {part: "${it.part}"}}]
    why: ${it.part} is well
"""
LOOP = (
    changed(
        (LOST, WELL_AGAIN + LOST),
        ("as: down}", "as: down, where: db == 'db-2'}"),
    )
    + SETTLE
)


def gapped(text: str, apart: str) -> str:
    """Return a bundle in which a rule wants something of a signal, and a wait what is not so."""
    starts, waits = "as: down, where: ", "wait: {signal: site.down, where: "
    assert starts in text
    assert waits in text
    changed = text.replace(starts, f"{starts}{apart} && ")
    return changed.replace(waits, f"{waits}{apart.replace('==', '!=')} && ")


WAITS = "wait: {signal: part.well, where: part == ctx.db}"
STANDS = changed(
    ("as: down}", "as: down, where: db == 'db-1'}"),
    (WAITS, "wait: {signal: site.down, where: site == ctx.site}"),
)

HELD = "facts:\n  site.held: {key: [site], ttl: 1h, fields: {site: string}}\n---\n"
ON_HOLD = """\
  - id: on-hold
    title: A site is held, and down
    severity: low
    when:
      - {fact: site.held, as: held}
      - {signal: site.down, as: it, where: site == held.site}
    then: [{start: settle, incident: "${it.site}", with: {part: "${it.db}"}}]
    why: ${it.site} is held
"""
RIVALS = changed(("---\n", HELD), (LOST, ON_HOLD + LOST)) + SETTLE
QUIET = "absent: {signal: site.lost, key: {site: [shop, api]}, for: 2m}"
SILENT_RIVALS = RIVALS.replace("fact: site.held", QUIET)


def grouped(text: str) -> str:
    """Return a bundle in which of two rules the one goes before the other."""
    high = text.replace("    severity: high\n", "    severity: high\n    exclusive: site\n", 1)
    return high.replace(
        "    severity: low\n", "    severity: low\n    exclusive: site\n    salience: -1\n"
    )


NOTED = changed(
    (
        "    inputs: {part: string}\n    outputs",
        "    inputs: {part: string, note: string}\n    outputs",
    ),
    ("    target: ${part}\n    risk: low", "    target: ${part}\n    risk: medium"),
    ('with: {part: "${db}"}', 'with: {part: "${db}", note: db}'),
    ('with: {part: "${web}"}', 'with: {part: "${web}", note: "${site}"}'),
)
NOT_NOTED = NOTED.replace('note: "${site}"', "note: web")

SITE_DOWN = "{signal: site.down, as: down}"
ON_A_FACT = (
    HAS_WIPE,
    ("---\n", HELD),
    (f"when: [{SITE_DOWN}]", f"when: [{{fact: site.held, as: held}}, {SITE_DOWN}]"),
)
BY_A_FACT = changed(
    *ON_A_FACT,
    ("on: {done: fixing,", "on: {done: wiping,"),
    (UNDOING, f"  wiping: {{{RUNS}, on: {{done: fixing, {BACK}}}}}\n{UNDOING}"),
)
ABORTED = 'operator.abort: {to: undoing, why: "aborted by ${event.by}: ${event.text}"}'
BY_AN_ABORT = changed(
    HAS_WIPE,
    (ABORTED, "operator.abort: wiping"),
    (UNDOING, f"  wiping: {{{RUNS}, on: {{done: undoing, {BACK}}}}}\n{UNDOING}"),
)


def possible(rules: str) -> str:
    """Return rules without the condition that is never true."""
    return rules.replace(", load < 3", "")


@pytest.mark.parametrize(
    ("code", "text", "mended", "expected"),
    [
        ("rv703", IN_A_BRANCH, UNUSED, '{never: {action: "part.wipe"}}'),
        ("rv703", AFTER_A_FAILURE, UNUSED, '{never: {action: "part.wipe"}}'),
        ("rv620", UNVISITED, SOUND, '{state: "closing", machine: "bring-back", incident: '),
        ("rv302", FACT, possible(FACT), '{fired: "shop/busy"}'),
        ("rv302", SILENCE, possible(SILENCE), '{fired: "shop/busy"}'),
        ("rv608", RING, SOUND, '{state: "starting", times: 1, machine: "bring-back", incident: '),
        ("rv350", RIVALS, grouped(RIVALS), '{never: {started: "settle"}}'),
        ("rv350", SILENT_RIVALS, grouped(SILENT_RIVALS), '{never: {started: "settle"}}'),
        ("rv713", NOTED, NOT_NOTED, '{note: "x; reboot"}'),
        ("rv802", LOOP, gapped(LOOP, "site == 'gate-1'"), '{started: "bring-back", times: 1}'),
        ("rv805", STANDS, gapped(STANDS, "web == 'db-2'"), 'not_fired: "site/bring-back"}'),
        ("rv703", BY_A_FACT, changed(*ON_A_FACT), '{never: {action: "part.wipe"}}'),
        ("rv703", BY_AN_ABORT, UNUSED, '{never: {action: "part.wipe"}}'),
    ],
    ids=[
        "in a branch",
        "after a branch has failed",
        "an invariant",
        "a rule over a fact",
        "a rule over silence",
        "a ring in a branch",
        "rivals over a fact",
        "rivals over silence",
        "a label that is read in a branch",
        "a loop through a branch",
        "a rule that stands when a branch has waited",
        "a machine started by a rule over a fact",
        "after an abort",
    ],
)
def test_a_finding_that_has_to_be_led_to_is_written_as_a_scenario_that_fails(
    interlock: Run, tmp_path: Path, code: str, text: str, mended: str, expected: str
) -> None:
    """Law: while the bundle is as it was found, the scenario fails; once mended, it passes."""
    bundle, shown = tmp_path / "bundle" / "fork.yaml", tmp_path / "shown"
    bundle.parent.mkdir()
    bundle.write_text(text)

    written = interlock("verify", "--write", str(shown), str(bundle))
    tested = interlock("test", str(shown))
    bundle.write_text(mended)
    after = interlock("test", str(shown))

    (one,) = shown.glob("*.test.yaml")
    assert one.name.startswith(f"{code}-")
    assert f"wrote {one}\n" in written.err
    assert expected in one.read_text()
    assert (tested.code, "0 passed, 1 failed" in tested.out) == (1, True)
    assert after.code == 0, after.out + after.err


def test_nothing_is_led_in_a_bundle_that_makes_sense(interlock: Run, tmp_path: Path) -> None:
    bundle, shown = tmp_path / "fork.yaml", tmp_path / "shown"
    bundle.write_text(SOUND)

    assert interlock("verify", "--write", str(shown), str(bundle)).code == 0
    assert not shown.exists()


def given(interlock: Run, folder: Path, text: str) -> list[str]:
    """Return what happens in the one scenario written of a bundle, a line each."""
    (folder / "a.yaml").write_text(text)
    interlock("verify", "--write", str(folder / "shown"), str(folder / "a.yaml"))
    (one,) = (folder / "shown").iterdir()
    lines = one.read_text().split("given:\n")[1].split("    expect:\n")[0]
    return [line.strip() for line in lines.splitlines()]


def test_what_two_rules_share_comes_once(interlock: Run, tmp_path: Path) -> None:
    at_first = [one for one in given(interlock, tmp_path, RIVALS) if '{at: "0s"' in one]

    assert [one.split(", ")[1] for one in at_first] == ['signal: "site.down"', 'fact: "site.held"']


def test_a_loop_is_followed_until_it_begins_again(interlock: Run, tmp_path: Path) -> None:
    assert len(given(interlock, tmp_path, LOOP)) == 3


TOLD = RULES.replace("WITH", "{signal: host.beat, as: one}")


@pytest.mark.parametrize(("text", "runs"), [(TOLD, 0), (IN_A_BRANCH, 1)], ids=["told", "led"])
def test_nothing_is_led_that_a_script_shows_or_that_is_shown_already(
    interlock: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, runs: int
) -> None:
    led: list[object] = []
    lead = plan.Run.lead

    def counted(self: plan.Run) -> None:
        led.append(self)
        lead(self)

    monkeypatch.setattr(plan.Run, "lead", counted)

    assert given(interlock, tmp_path, text)
    assert len(led) == runs
