"""``verify --write`` where no script tells what happens: the bundle is led to what was found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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
SILENCE = RULES.replace("WITH", "{absent: {signal: host.beat, key: {host: [a]}, for: 2m}, as: one}")


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
    ],
    ids=[
        "in a branch",
        "after a branch has failed",
        "an invariant",
        "a rule over a fact",
        "a rule over silence",
        "a ring in a branch",
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
