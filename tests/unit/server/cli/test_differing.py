"""``interlock diff``: for people, for a review, for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.kept import keep
from tests.unit.server.cli.conftest import Ran

Program = Callable[..., Ran]
WEB = str(Path(__file__).parents[3] / "bundles" / "web")


@pytest.fixture
def changed(tmp_path: Path) -> str:
    """A folder with the web bundle, one threshold lower and one action riskier."""
    for name, text in bundles.web().items():
        riskier = text.replace("risk: low", "risk: high", 1)
        lower = riskier.replace("where: value > 0.5", "where: value > 0.4", 1)
        (tmp_path / name).write_text(lower)
    return str(tmp_path)


def test_with_semantic_each_difference_says_which_way_it_goes(
    interlock: Program, changed: str
) -> None:
    ran = interlock("diff", WEB, changed, "--semantic")

    assert ran.code == 1
    assert ran.out.splitlines()[0] == "< rule web/suspect-release loosened  rules.yaml:22"
    assert "    risk: low → high  risk raised" in ran.out.splitlines()
    assert ran.out.splitlines()[-1] == ("2 differences: 1 loosened, 1 changed; risk raised by 1")


def test_without_it_what_differs_is_only_changed(interlock: Program, changed: str) -> None:
    ran = interlock("diff", WEB, changed)

    assert "loosened" not in ran.out
    assert ran.out.splitlines()[-1] == "2 differences: 2 changed"


def test_a_review_gets_a_table_no_text_can_leave(
    interlock: Program, changed: str, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(rules.read_text().replace("Nothing answers", "a | b `c` <x>"))

    ran = interlock("diff", WEB, changed, "--semantic", "-o", "markdown")

    assert "### rule `web/suspect-release` loosened" in ran.out
    assert "| `title` | `Nothing answers` | `a \\| b ˋcˋ <x>` | changed |" in ran.out


def test_programs_get_records(interlock: Program, changed: str) -> None:
    ran = interlock("diff", WEB, changed, "--semantic", "-o", "json")

    first = json.loads(ran.out)[0]
    assert (first["kind"], first["name"], first["what"]) == (
        "rule",
        "web/suspect-release",
        "loosened",
    )


def test_a_store_stands_for_the_bundle_that_decides_in_it(
    interlock: Program, tmp_path: Path
) -> None:
    path = keep(Web().store, tmp_path / "kept.db")

    ran = interlock("diff", f"sqlite:///{path}", WEB)

    assert (ran.code, ran.out) == (0, "no difference\n")


def test_a_bundle_that_does_not_compile_is_refused(interlock: Program, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("interlock: rules/v1\nrules: [{id: a}]\n")

    ran = interlock("diff", WEB, str(tmp_path))

    assert ran.code == 2
    assert "error [RV111]" in ran.err
