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
ACTED = MACHINE.replace("risk: medium", "risk: high")
UNASKED = {
    "m": MACHINE,
    "a": ACTIONS.replace("risk: medium", "risk: high")
    .replace("reversible: true", "irreversible_because: gone is gone")
    .replace(ACTIONS[ACTIONS.index("    rollback:") : ACTIONS.index("  web.back")], ""),
}


def lay(folder: Path, changes: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in {**FILES, **changes}.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("rv302", NEVER, "rule never"),
        ("rv312", SHADOW, "rule web/most"),
        ("rv350", RIVALS, "drain"),
        ("rv608", RING, "switching"),
        ("rv703", UNASKED, "web.switch"),
    ],
)
def test_a_finding_is_written_as_a_scenario_that_fails(
    interlock: Run, tmp_path: Path, code: str, changes: dict[str, str], expected: str
) -> None:
    bundle, shown = lay(tmp_path / "bundle", changes), tmp_path / "shown"

    written = interlock("verify", "--write", str(shown), str(bundle))
    tested = interlock("test", str(shown))

    files = [path.name for path in shown.iterdir()]
    assert [name for name in files if name.startswith(code)], (written, files)
    assert tested.code == 1
    assert "RV410" in tested.out


def test_nothing_is_written_about_a_bundle_that_makes_sense(interlock: Run, tmp_path: Path) -> None:
    bundle, shown = lay(tmp_path / "bundle", {}), tmp_path / "shown"

    assert interlock("verify", "--write", str(shown), str(bundle)).code == 0
    assert not shown.exists()
