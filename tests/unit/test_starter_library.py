"""The starter library: it loads, every scenario of it passes, and nothing in it is unused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.engine.bundle import MANIFEST, Bundle
from interlock.language.document import load_documents
from interlock.testing.scenario import Scenario, judge, load_scenarios, play, read_shape

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "rules" / "library", ROOT / "machines" / "library")
FILES = {
    path.name: path.read_text()
    for folder in FOLDERS
    for path in sorted(folder.iterdir())
    if path.suffix == ".yaml" and not path.name.endswith(".test.yaml")
}
TESTS = sorted(FOLDERS[1].glob("*.test.yaml"))
BUNDLE = Bundle.compile({**FILES, MANIFEST: (FOLDERS[1] / MANIFEST).read_text()})


def scenarios() -> Iterator[Scenario]:
    for path in TESTS:
        for document in load_documents(path.read_text(), path.name):
            yield from load_scenarios(document, read_shape(document), BUNDLE)


@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda one: one.name)
def test_a_scenario_of_the_library_passes(scenario: Scenario) -> None:
    judgement = judge(play(scenario, BUNDLE))

    assert () == tuple(str(miss) for miss in judgement.misses)


def test_every_machine_of_the_library_has_its_scenarios() -> None:
    assert sorted(BUNDLE.machinebase.machines) == [
        path.name.removesuffix(".test.yaml") for path in TESTS
    ]


def test_every_machine_of_the_library_is_started_by_a_rule() -> None:
    started = {start.machine for start in BUNDLE.rulebase.starts}

    assert started == set(BUNDLE.machinebase.machines)


def test_the_library_loads_without_a_warning() -> None:
    assert () == tuple(map(str, BUNDLE.warnings))
