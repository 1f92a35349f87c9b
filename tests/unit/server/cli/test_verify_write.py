"""``verify --write``: what is found becomes a scenario that fails until it is mended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.engine.verify.given import ACTIONS, MACHINE, RULES, SIGNALS
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]

INVENTORY = """\
interlock: inventory/v1
package: web
owner: web
targets: {shop: {type: service, domain: web}}
"""
FILES = {"s": SIGNALS, "r": RULES, "m": MACHINE, "a": ACTIONS, "i": INVENTORY}
START = '{start: mend, incident: "${err.service}", with: {service: "${err.service}", label: "b"}}'


def rule(name: str, where: str, *, then: str = START, more: str = "") -> str:
    return f"""\
  - id: {name}
    title: A rule
    {more}
    when: [{{signal: errors, as: err, where: {where}}}]
    then: [{then}]
    why: so it is
"""


NEVER = {"r": RULES + rule("never", "[ratio > 0.5, ratio < 0.2]", then="{advise: look}")}
GROUP = "exclusive: remedy\n    salience: "
HEAD = RULES[: RULES.index("  - id")]
SHADOW = {
    "r": HEAD
    + rule("all", "ratio > 0.2", more=f"{GROUP}20")
    + rule("most", "ratio > 0.8", more=f"{GROUP}10")
}
DRAIN = START.replace("start: mend", "start: drain")
RIVALS = {
    "r": RULES + rule("two", "ratio > 0.8", then=DRAIN),
    "n": MACHINE.replace("id: mend", "id: drain"),
}
RING = {"m": MACHINE.replace("after: {5m: undoing}", "after: {5m: switching}")}
UNASKED = {
    "m": MACHINE,
    "a": ACTIONS.replace("risk: medium", "risk: high")
    .replace("reversible: true", "irreversible_because: gone is gone")
    .replace(ACTIONS[ACTIONS.index("    rollback:") : ACTIONS.index("  web.back")], ""),
}


STANDS = {"m": MACHINE.replace("ratio < 0.1", "ratio < 0.6")}
LOAD = START.replace("start: mend", "start: load")
LOOP = {
    "r": RULES + rule("idle", "ratio < 0.05", then=LOAD),
    "n": MACHINE.replace("id: mend", "id: load").replace("ratio < 0.1", "ratio > 0.4"),
}
BROKEN = {"m": MACHINE + "invariants: [{name: it resolves, check: 'state != \"handed_over\"'}]\n"}
LABEL = {"r": RULES.replace('label: "${err.service}"', 'label: "${err.label}"')}


def lay(folder: Path, changes: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in {**FILES, **changes}.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("rv302", NEVER, "web/never"),
        ("rv312", SHADOW, "web/most"),
        ("rv350", RIVALS, "drain"),
        ("rv608", RING, "switching"),
        ("rv620", BROKEN, "it resolves"),
        ("rv703", UNASKED, "web.switch"),
        ("rv713", LABEL, "reboot"),
        ("rv802", LOOP, "mend"),
        ("rv805", STANDS, "web/broken"),
    ],
)
def test_a_finding_is_written_as_a_scenario_that_fails(
    interlock: Run, tmp_path: Path, code: str, changes: dict[str, str], expected: str
) -> None:
    bundle, shown = lay(tmp_path / "bundle", changes), tmp_path / "shown"

    written = interlock("verify", "--write", str(shown), str(bundle))
    tested = interlock("test", str(shown))

    (shown_one,) = shown.glob(f"{code}-*.test.yaml")
    assert f"wrote {shown_one}\n" in written.err
    assert expected in shown_one.read_text()
    assert (tested.code, "0 passed, 1 failed" in tested.out) == (1, True)


def test_nothing_is_written_about_a_bundle_that_makes_sense(interlock: Run, tmp_path: Path) -> None:
    bundle, shown = lay(tmp_path / "bundle", {}), tmp_path / "shown"

    assert interlock("verify", "--write", str(shown), str(bundle)).code == 0
    assert not shown.exists()


def test_what_is_suppressed_is_not_written(interlock: Run, tmp_path: Path) -> None:
    off = "    # interlock: off RV350 because we are testing\n    then: [{start: drain"
    quiet = {**RIVALS, "r": RIVALS["r"].replace("    then: [{start: drain", off)}
    bundle, shown = lay(tmp_path / "bundle", quiet), tmp_path / "shown"

    assert interlock("verify", "--write", str(shown), str(bundle)).out == "6 files: ok\n"
    assert not list(tmp_path.glob("shown/*"))
