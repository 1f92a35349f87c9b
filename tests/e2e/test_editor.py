"""A real yaml-language-server reads our schemas: no false alarms, faults where they stand."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.editor import Editor, editing
from tests.pages import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PROGRAM = Path(sys.executable).with_name("interlock")
PINS = ROOT / "tests" / "editor"


@pytest.fixture(scope="module")
def server() -> list[str]:
    """Install the pinned server once, and return its command."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("NOT TESTED: our schemas in yaml-language-server, which needs node and npm")
    lock = (PINS / "package-lock.json").read_bytes()
    home = ROOT / "build" / f"editor-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not home.exists():
        _install(npm, home)
    return [node, str(home / "node_modules/.bin/yaml-language-server"), "--stdio"]


def _install(npm: str, home: Path) -> None:
    fresh = home.with_name(f"{home.name}.{os.getpid()}")
    shutil.copytree(PINS, fresh)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        [npm, "ci", *quiet], cwd=fresh, capture_output=True, text=True, timeout=50, check=False
    )
    if done.returncode:
        shutil.rmtree(fresh)
        pytest.skip(f"NOT TESTED: our schemas in yaml-language-server: npm ci: {done.stderr}")
    fresh.rename(home)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the schemas, as an author makes them."""
    folder = tmp_path_factory.mktemp("editor")
    for kind in ("signals", "rules", "machine", "actions", "inventory", ""):
        schema = subprocess.run(
            [PROGRAM, "schema", *([kind] if kind else [])],
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        (folder / f"{kind or 'interlock'}.schema.json").write_bytes(schema)
    return folder


@pytest.fixture(scope="module")
def editor(server: list[str], folder: Path) -> Iterator[Editor]:
    """A server that has just been started."""
    with editing(server, folder) as editor:
        yield editor


def written(folder: Path, name: str, kind: str, text: str) -> Path:
    """Write a file that says which schema it has."""
    path = folder / name
    path.write_text(f"# yaml-language-server: $schema={kind}.schema.json\n{text}")
    return path


def places(found: list[dict[str, object]]) -> list[tuple[int, int]]:
    """Return where diagnostics begin, as we count: from 1."""
    starts = [one["range"]["start"] for one in found]  # type: ignore[index]
    return [(start["line"] + 1, start["character"] + 1) for start in starts]


SOUND = sorted((ROOT / "tests" / "e2e" / "bundle").glob("*.yaml"))


@pytest.mark.parametrize("source", SOUND, ids=lambda path: str(path.stem))
@pytest.mark.parametrize("schema", ["own", "interlock"])
def test_a_sound_file_has_no_diagnostics(
    editor: Editor, folder: Path, source: Path, schema: str
) -> None:
    text = source.read_text()
    kind = text.partition("interlock: ")[2].partition("/")[0] if schema == "own" else schema
    path = written(folder, f"{schema}-{source.name}", kind, text)

    editor.open(path)

    assert editor.diagnostics(path) == []


FAULTY = """\
interlock: rules/v1
package: web
severity: hgh
rules:
  - id: errors
    title: Errors
    when:
      - signal: http.error_ratio
        as: err
        wehre: value > 0.5
    then:
      - advise: look
    why: errors on ${err.service}
"""


@pytest.mark.parametrize("schema", ["rules", "interlock"])
def test_faults_are_marked_where_they_stand(editor: Editor, folder: Path, schema: str) -> None:
    path = written(folder, f"faulty-{schema}.yaml", schema, FAULTY)

    editor.open(path)
    found = editor.diagnostics(path)

    assert places(found) == [(4, 11), (11, 9)]
    assert "critical" in found[0]["message"]
    assert "wehre" in found[1]["message"]


def test_keys_and_values_are_completed_and_explained(editor: Editor, folder: Path) -> None:
    text = FAULTY.replace("severity: hgh", "severity: ").replace("wehre", "where")
    path = written(folder, "half.yaml", "rules", text)
    editor.open(path)
    editor.diagnostics(path)

    values = editor.at("textDocument/completion", path, 3, 10)["items"]
    hover = editor.at("textDocument/hover", path, 13, 5)

    assert {"critical", "high", "medium", "low", "info"} <= {one["label"] for one in values}
    assert "The explanation people read when it fires." in str(hover)


def test_a_broken_schema_would_be_seen(editor: Editor, folder: Path) -> None:
    schema = (folder / "rules.schema.json").read_text().replace('"err"', '"e"')
    (folder / "broken.schema.json").write_text(schema.replace('"why"', '"reason"'))
    sound = FAULTY.replace("hgh", "high").replace("wehre", "where")
    path = written(folder, "sound.yaml", "broken", sound)

    editor.open(path)

    assert "reason" in str(editor.diagnostics(path))
