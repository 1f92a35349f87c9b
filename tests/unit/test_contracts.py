"""Every import contract of pyproject.toml lets the allowed import pass and stops the forbidden one.

A skeleton of the rooms stands in for the code: the contracts are under test, not the imports.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ["bundle", "clock", "crosscheck", "decisions", "difference", "dispatch", "executors"]
ENGINE += ["graph", "heard", "history", "intake", "library", "mailbox", "node", "notrun", "owner"]
ENGINE += [
    "partition",
    "replay",
    "rows",
    "runbook",
    "runtime",
    "telemetry",
    "trail",
    "verify",
    "views",
]
ENGINE += ["explain", "lineage", "probes", "watchers", "whereabouts", "whynot", "wording"]
SKELETON = [
    "__init__.py",
    "errors.py",
    "digest.py",
    "client.py",
    "worker.py",
    "testing.py",
    "v1/__init__.py",
    "language/__init__.py",
    "rules/__init__.py",
    "rules/load.py",
    "rules/caged/__init__.py",
    "rules/caged/cage.py",
    "rules/caged/worker.py",
    "machines/__init__.py",
    "machines/runtime.py",
    "engine/__init__.py",
    "engine/clock.py",
    "engine/model.py",
    "engine/views.py",
    "engine/fold/__init__.py",
    *(f"engine/{name}.py" for name in ENGINE),
    "engine/journal/__init__.py",
    "engine/journal/store.py",
    "server/__init__.py",
    "server/lsp/__init__.py",
    "server/lsp/serving.py",
]
BROKEN = [
    ("rooms", "rules/load.py", "interlock.engine.model"),
    ("rooms", "rules/load.py", "interlock.machines"),
    ("rooms", "engine/model.py", "interlock.server"),
    ("rooms", "engine/model.py", "interlock.testing"),
    ("rooms", "language/__init__.py", "interlock.rules"),
    ("rooms", "errors.py", "interlock.digest"),
    ("rooms", "unplaced.py", "interlock.errors"),
    ("flow", "engine/fold/__init__.py", "interlock.engine.runtime"),
    ("flow", "engine/dispatch.py", "interlock.engine.fold"),
    ("flow", "engine/history.py", "interlock.engine.views"),
    ("flow", "engine/unplaced.py", "interlock.engine.model"),
    ("wire", "engine/model.py", "grpc"),
    ("wire", "engine/views.py", "interlock.v1"),
    ("wire", "testing.py", "google.protobuf"),
    ("rooms", "client.py", "interlock.engine.model"),
    ("rooms", "worker.py", "interlock.rules"),
    ("pure", "rules/load.py", "time"),
    ("pure", "machines/runtime.py", "random"),
    ("pure", "engine/fold/__init__.py", "interlock.engine.clock"),
    ("pure", "engine/model.py", "os"),
    ("pure", "language/__init__.py", "pathlib"),
    ("door-durable-rules", "rules/load.py", "durable_rules_engine"),
    ("door-durable-rules", "rules/caged/cage.py", "durable.lang"),
    ("door-transitions", "engine/model.py", "transitions"),
    ("door-database", "engine/model.py", "sqlalchemy"),
    ("door-database", "engine/history.py", "sqlite3"),
    ("door-database", "server/__init__.py", "sqlmodel"),
    ("door-editors", "server/__init__.py", "pygls"),
    ("door-editors", "engine/model.py", "lsprotocol"),
]
KEPT = [
    ("rooms", "server/__init__.py", "interlock.engine.model"),
    ("flow", "engine/runtime.py", "interlock.engine.owner"),
    ("wire", "server/__init__.py", "grpc"),
    ("rooms", "client.py", "interlock.v1"),
    ("pure", "rules/caged/worker.py", "os"),
    ("pure", "engine/journal/store.py", "os"),
    ("door-durable-rules", "rules/caged/cage.py", "durable_rules_engine"),
    ("door-transitions", "machines/runtime.py", "transitions"),
    ("door-database", "engine/journal/store.py", "sqlite3"),
    ("door-database", "engine/history.py", "sqlalchemy"),
    ("door-editors", "server/lsp/serving.py", "pygls"),
]


def _lint(folder: Path, contract: str, module: str, imported: str) -> str:
    """Return what lint-imports says of the skeleton with one import planted."""
    for file in [*SKELETON, module]:
        path = folder / "interlock" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "interlock" / module).write_text(f"import {imported}\n")
    config = ROOT / "pyproject.toml"
    return subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            f"--config={config}",
            f"--contract={contract}",
            "--no-cache",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


@pytest.mark.parametrize(("contract", "module", "imported"), BROKEN)
def test_a_forbidden_import_breaks_its_contract(
    tmp_path: Path, contract: str, module: str, imported: str
) -> None:
    assert "0 kept, 1 broken" in _lint(tmp_path, contract, module, imported)


@pytest.mark.parametrize(("contract", "module", "imported"), KEPT)
def test_an_allowed_import_keeps_its_contract(
    tmp_path: Path, contract: str, module: str, imported: str
) -> None:
    assert "1 kept, 0 broken" in _lint(tmp_path, contract, module, imported)
