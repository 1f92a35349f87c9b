"""The starter library as a whole: it loads as one bundle, and nothing in it is left over."""

from __future__ import annotations

import re
import runpy
from datetime import date

import pytest

from interlock.engine.runbook import pages
from interlock.engine.verify.whole import read_whole
from interlock.language.document import load_documents
from interlock.server.cli.suites import read_suites
from interlock.server.kinds import known_kinds
from interlock.server.layout import laid_out
from interlock.server.lint import lint
from interlock.testing.scenario import Scenario, judge, play
from tests.starter import DOCUMENTS, FILES, FOLDERS, MACHINES, NAMES, ROOT, TESTS, whole

TOGETHER = [path for path in TESTS if path.name.removesuffix(".test.yaml") not in NAMES]
REVIEWED = ("rules/v1", "machine/v1", "actions/v1")
ROW = r"^\| \[`(.+?)`\]\S+ \| (\w+) \| (\d+) \| (\d+) % \| (\d+) of (\d+), \d+ % \|"
"""Runbook, domain, scenarios, coverage, mutants noticed and how many there are."""
PAGES = ROOT / "docs" / "runbooks"
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
    rules, machines = ({p.name for p in one.iterdir() if p.is_dir()} for one in FOLDERS)

    assert rules == machines - {"platform"}
    assert not list(MACHINES.glob("*.yaml")), f"runbooks lie in the folder of their domain, {ROOT}"


def test_the_pages_of_the_library_are_those_of_its_files() -> None:
    made = pages(read_whole({str(p.relative_to(ROOT)): p.read_text() for p in DOCUMENTS}))
    kept = {path.name: path.read_text() for path in sorted(PAGES.glob("*.md"))}

    assert kept == dict(sorted(made.items())), "interlock docs rules/library machines/library --out"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_names_every_file_of_its_runbook_and_all_are_there(name: str) -> None:
    page = (PAGES / f"machine-{name}.md").read_text()
    _, _, written = page.partition("## Where it is written\n")

    parts = re.findall(r"^\* (\w+): (.+)$", written, re.MULTILINE)
    assert ["Machine", "Rules", "Actions", "Tests"] == [what for what, _ in parts]
    assert all((ROOT / path).is_file() for _, said in parts for path in re.findall("`(.+?)`", said))
    assert "```mermaid\n" in page


def test_the_index_of_the_library_links_to_files_that_are_there() -> None:
    """Every runbook has its page, machine, rules, actions and scenarios; a stale index fails."""
    index = (MACHINES / "README.md").read_text()

    links = re.findall(r"\]\(([^)]+)\)", index)
    assert all((MACHINES / link).exists() for link in links)
    assert len(links) >= 5 * len(NAMES)
    made = runpy.run_path(str(ROOT / "scripts" / "index_library.py"))
    assert index == made["readme"]()
    assert index.replace(NAMES[0], "gone") != made["readme"]()


def test_the_scores_that_are_told_are_of_these_scenarios() -> None:
    """Law: of every runbook more than 95 % is covered and 85 % of the mutants are noticed."""
    told = (ROOT / "docs" / "reference" / "library.md").read_text()
    rows = re.findall(ROW, told, re.MULTILINE)

    assert NAMES == sorted(name for name, *_ in rows)
    for name, domain, scenarios, covered, killed, count in rows:
        path = MACHINES / domain / f"{name}.test.yaml"
        assert int(scenarios) == len(read_suites([path], None).scenarios), f"score {name} again"
        assert int(covered) > 95, name
        assert int(killed) * 100 > 85 * int(count), name
