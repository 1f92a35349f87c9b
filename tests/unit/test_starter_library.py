"""The starter library as a whole: it loads as one bundle, and nothing in it is left over."""

from __future__ import annotations

from datetime import date

import pytest

from interlock.language.document import load_documents
from interlock.server.cli.suites import read_suites
from interlock.server.kinds import known_kinds
from interlock.server.layout import laid_out
from interlock.server.lint import lint
from interlock.testing.scenario import Scenario, judge, play
from tests.starter import DOCUMENTS, FILES, FOLDERS, MACHINES, NAMES, ROOT, TESTS, whole

TOGETHER = [path for path in TESTS if path.name.removesuffix(".test.yaml") not in NAMES]
REVIEWED = ("rules/v1", "machine/v1", "actions/v1")
BEFORE, AFTER = date(2026, 11, 30), date(9999, 12, 31)


def linted(files: dict[str, str], today: date) -> list[str]:
    """Return what lint says of files on a day."""
    documents = [one for name, text in files.items() for one in load_documents(text, name)]
    return [f"{one.path} {one.code}" for one in lint(files, documents, (), today)]


def test_every_runbook_has_its_scenarios_and_is_started_by_a_rule() -> None:
    bundle = whole()
    started = {start.machine for start in bundle.rulebase.starts}

    assert set(NAMES) == set(bundle.machinebase.machines) == started
    assert NAMES == sorted(
        path.name.removesuffix(".test.yaml") for path in TESTS if path not in TOGETHER
    )


def test_the_library_loads_without_a_warning() -> None:
    assert () == tuple(map(str, whole().warnings))


@pytest.mark.parametrize(
    "scenario",
    [one for path in TOGETHER for one in read_suites([path], None).scenarios],
    ids=lambda one: one.name,
)
def test_runbooks_keep_out_of_each_others_way(scenario: Scenario) -> None:
    judgement = judge(play(scenario, whole()))

    assert () == tuple(str(miss) for miss in judgement.misses)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_file_of_the_library_is_laid_out_as_fmt_would(path) -> None:
    text = path.read_text()

    assert text == laid_out(text, known_kinds())


def test_lint_holds_the_library_to_its_review_dates() -> None:
    """Law: nothing is overdue today, and in the end lint reports every document there is."""
    reviewed = [
        name
        for name, text in FILES.items()
        if any(one.kind in REVIEWED for one in load_documents(text, name))
    ]

    assert linted(FILES, BEFORE) == []
    assert {f"{name} RV511" for name in reviewed} <= set(linted(FILES, AFTER))


def test_the_folders_of_rules_and_machines_have_the_same_domains() -> None:
    rules, machines = ({path.name for path in folder.iterdir()} for folder in FOLDERS)

    assert rules == machines - {"platform"}
    assert not list(MACHINES.glob("*.yaml")), f"runbooks lie in the folder of their domain, {ROOT}"
