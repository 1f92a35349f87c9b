"""The starter library as its tests see it: each runbook by itself, and all of them as one bundle.

What belongs to a runbook its own test document says under ``uses``; nothing else is read for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from interlock.engine.bundle import Bundle
from interlock.engine.probes import MANIFEST
from interlock.server.cli.manifests import stated_probes
from interlock.server.cli.suites import read_suites
from interlock.testing.coverage import Coverage, Meter, merged
from interlock.testing.scenario import Judgement, judge

ROOT = Path(__file__).parents[1]
RULES, MACHINES = ROOT / "rules" / "library", ROOT / "machines" / "library"
FOLDERS = (RULES, MACHINES)
DOCUMENTS = sorted(path for folder in FOLDERS for path in folder.rglob("*.yaml"))
TESTS = [path for path in DOCUMENTS if path.name.endswith(".test.yaml")]
FILES = {str(path.relative_to(ROOT)): path.read_text() for path in DOCUMENTS if path not in TESTS}
NAMES = sorted(path.name.removesuffix(".machine.yaml") for path in MACHINES.rglob("*.machine.yaml"))


@lru_cache(maxsize=1)
def whole() -> Bundle:
    """Return all runbooks as one bundle."""
    return Bundle.compile({**FILES, MANIFEST: stated_probes(FOLDERS, None) or ""})


@dataclass(frozen=True)
class Runbook:
    """One runbook: its test document, its bundle and what came of its scenarios."""

    path: Path

    @cached_property
    def _suite(self) -> tuple[Bundle, Sequence[Judgement], Coverage]:
        suites = read_suites([self.path], None)
        bundle = suites.suites[0].bundle
        meter = Meter(bundle)
        runs = [meter.play(scenario) for scenario in suites.scenarios]
        judged = [judge(played) for played, _ in runs]
        return bundle, judged, merged(coverage for _, coverage in runs)

    @property
    def bundle(self) -> Bundle:
        """Return what its scenarios are about."""
        return self._suite[0]

    @property
    def judgements(self) -> Sequence[Judgement]:
        """Return what came of each scenario."""
        return self._suite[1]

    @property
    def coverage(self) -> Coverage:
        """Return what they cover together."""
        return self._suite[2]


@cache
def runbook(name: str) -> Runbook:
    """Return a runbook by the name of its machine."""
    (path,) = MACHINES.rglob(f"{name}.test.yaml")
    return Runbook(path)
