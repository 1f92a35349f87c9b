"""What a command line loads before it answers: told by the names of modules, never by time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.testing import Harness
from tests.bundles import asking
from tests.pages import ROOT
from tests.unit.engine.kept import keep

_LOADED = """\
import sys
before = set(sys.modules)
from interlock.server.cli.main import run
run(sys.argv[1:])
print(*(set(sys.modules) - before), sep="\\n", file=sys.stderr)
"""

_OURS = frozenset(
    {"interlock", "interlock.errors", "interlock.server", "interlock.server.cli"}
    | {f"interlock.server.cli.{name}" for name in ("main", "ending", "verbs", "options")}
)
_COMMAND_LINE = frozenset({"annotated_doc", "shellingham", "typer", "typing_extensions"})
"""What reads a command line, and what it needs."""
DISABLED = "PYDANTIC_DISABLE_PLUGINS"
_SLOW = frozenset({"asyncio", "email", "http", "logging", "sqlite3", "ssl", "unittest"})
"""Parts of Python's library that take tens of milliseconds."""


def _loaded(*arguments: str) -> set[str]:
    """Return the modules that a command line loads."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (0, True) == (done.returncode, bool(done.stdout))
    return set(done.stderr.split())


def _foreign(modules: set[str]) -> set[str]:
    """Return the packages among modules that are neither ours nor Python's."""
    tops = {name.partition(".")[0] for name in modules}
    private = {name for name in tops if name.startswith("_")}  # of an installation
    return tops - sys.stdlib_module_names - {"interlock"} - private


def _ours(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "interlock"}


def test_the_version_is_printed_by_python_alone() -> None:
    modules = _loaded("--version")

    assert not _foreign(modules)
    assert not _SLOW & modules
    assert _ours(modules) <= _OURS


def test_help_loads_what_reads_a_command_line_and_the_verbs_signatures() -> None:
    modules = _loaded("--help")

    assert _foreign(modules) <= _COMMAND_LINE
    assert not _SLOW & modules
    assert (
        not {name for name in _ours(modules) if not name.startswith("interlock.server.cli")} - _OURS
    )


@pytest.mark.parametrize("arguments", [("check", "--help"), ("-o", "json", "check", "--help")])
def test_help_of_a_verb_loads_no_other(arguments: tuple[str, ...]) -> None:
    modules = _loaded(*arguments)

    assert "yaml" not in modules
    assert _ours(modules) <= _OURS | {"interlock.server.cli.check"}


def test_a_verb_that_works_does_load_what_is_forbidden_here() -> None:
    """Shows that the laws above can be broken: what reads documents is not Python's alone."""
    assert _foreign(_loaded("schema", "rules")) > {"pydantic", "typer", "yaml"}


def test_a_check_from_the_cache_loads_nothing_that_reads_policies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("INTERLOCK_NO_CACHE", raising=False)
    (tmp_path / "a.yaml").write_text("interlock: signals/v1\nsignals: {a.b: {ttl: 1m}}\n")
    reads = {"yaml", "interlock.engine.bundle", "interlock.language.model"}

    assert reads <= _loaded("check", str(tmp_path / "a.yaml"))
    assert not {*reads, "asyncio"} & _loaded("check", str(tmp_path / "a.yaml"))


def test_a_check_loads_nothing_that_acts_or_compares(tmp_path: Path) -> None:
    """What only a service, another verb, a report or a terminal needs: a third of a small check."""
    (tmp_path / "a.yaml").write_text("interlock: signals/v1\nsignals: {a.b: {ttl: 1m}}\n")
    unwanted = {
        "asyncio",
        "interlock.engine.executors.base",
        "interlock.engine.verify",
        "interlock.engine.difference",
        "interlock.server.cli.sarif",
        "rich.console",
        "xml.etree",
    }

    assert not unwanted & _loaded("check", "--no-cache", str(tmp_path / "a.yaml"))
    (tmp_path / "executors.toml").write_text("[dry_run]\n")
    asked = _loaded("check", "--no-cache", str(tmp_path / "a.yaml"))
    assert "interlock.engine.executors.base" in asked


@pytest.mark.parametrize("verb", [("test",), ("lint",), ("verify",)], ids=" ".join)
def test_what_needs_no_store_loads_no_database(tmp_path: Path, verb: tuple[str, ...]) -> None:
    """A quarter of a second; the negative control is asked about what a store holds."""
    bundle = [str(ROOT / room / "library" / "web") for room in ("rules", "machines")]
    store = keep(Harness(asking()).store, tmp_path / "kept.db")
    database = {"sqlalchemy", "sqlmodel"}

    assert not database & _loaded(*verb, *bundle)
    assert database < _loaded("history", "export", "--store", str(store))


@pytest.mark.parametrize(("environment", "is_asked"), [({}, False), ({DISABLED: ""}, True)])
def test_what_is_installed_beside_it_has_no_say_in_what_a_document_may_be(
    tmp_path: Path, environment: dict[str, str], is_asked: bool
) -> None:
    """The negative control lets pydantic look for plugins, as it does by itself."""
    beside = tmp_path / "beside"
    (beside / "plugged-1.dist-info").mkdir(parents=True)
    (beside / "plugged-1.dist-info" / "METADATA").write_text("Name: plugged\nVersion: 1\n")
    (beside / "plugged-1.dist-info" / "entry_points.txt").write_text("[pydantic]\np = plugged:p\n")
    (beside / "plugged.py").write_text("open('asked', 'w').close()\np = None\n")
    (tmp_path / "a.yaml").write_text("interlock: signals/v1\nsignals: {a.b: {ttl: 1m}}\n")

    subprocess.run(
        [Path(sys.executable).with_name("interlock"), "check", "--no-cache", "a.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(beside), **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (tmp_path / "asked").exists() == is_asked
