"""A check from the cache says the same to the byte, for exactly what it was made of."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from interlock.engine.probes import MANIFEST
from interlock.server.cli import program, reading, rechecking
from interlock.server.cli.options import NO_CACHE
from tests.bench import mix
from tests.unit.server.cli.cached import FAULTY, POLICIES, WARNED, Run, kept, written


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
@pytest.mark.parametrize("policy", POLICIES)
def test_a_check_from_the_cache_says_the_same_to_the_byte(
    tmp_path: Path, home: Path, checks: list[object], interlock: Run, policy: str, form: str
) -> None:
    """Law: for every bundle and form, without cache = filling it = from it."""
    bundle = written(tmp_path / "bundle", POLICIES[policy])
    command = ("check", "-o", form, str(bundle))

    without = interlock(*command, "--no-cache")
    filling, from_it = interlock(*command), interlock(*command)

    assert without == filling == from_it
    assert (without.code == 1) == (policy == "faulty")
    assert (len(checks), len(kept(home))) == (2, 1)


def test_what_is_kept_is_what_was_found(tmp_path: Path, home: Path, interlock: Run) -> None:
    bundle = written(tmp_path / "bundle", FAULTY)

    code, out, _ = interlock("check", "-o", "json", str(bundle))

    (file,) = kept(home)
    found = orjson.loads(file.read_bytes().partition(b"\n")[2])
    assert code == 1
    assert found == orjson.loads(out)["diagnostics"]
    assert len(found) > 3


def test_what_utf_8_cannot_write_is_not_kept_and_no_fault(
    tmp_path: Path, home: Path, checks: list[object], interlock: Run
) -> None:
    bundle = written(tmp_path / "bundle", FAULTY)
    (bundle / os.fsdecode(b"\xff.yaml")).write_text("a: [\n")

    first, second = (interlock("check", "-o", "json", str(bundle)) for _ in range(2))

    assert first == second
    assert first.code == 1
    assert (len(checks), kept(home)) == (2, [])


@pytest.mark.parametrize(
    "change",
    [
        lambda bundle, _: (bundle / "signals.yaml").write_text(WARNED["facts.yaml"]),
        lambda bundle, _: (bundle / "more.yaml").write_text(WARNED["facts.yaml"]),
        lambda bundle, _: (bundle / "signals.yaml").rename(bundle / "named.yaml"),
        lambda bundle, _: (bundle / MANIFEST).write_text("{}"),
        lambda _, patch: patch.setattr(program, "_HOME", Path(__file__).parent),
        lambda _, patch: patch.setattr(rechecking, "_DAY_MS", 86_400_001 * 3),
    ],
    ids=["content", "file", "name", "manifest", "program", "day"],
)
def test_whatever_a_finding_depends_on_is_in_the_key(
    tmp_path: Path,
    home: Path,
    checks: list[object],
    interlock: Run,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path, pytest.MonkeyPatch], object],
) -> None:
    bundle = written(tmp_path / "bundle", mix.bundle(10))
    interlock("check", str(bundle))
    interlock("check", str(bundle))
    assert len(checks) == 1

    change(bundle, monkeypatch)
    interlock("check", str(bundle))

    assert len(checks) == 2


def test_the_environment_is_in_the_key(
    tmp_path: Path, home: Path, checks: list[object], interlock: Run
) -> None:
    bundle = written(tmp_path / "bundle", mix.bundle(10))

    for arguments in ([], ["--env", "prod"], ["--env", "test"]):
        interlock("check", str(bundle), *arguments)

    assert len(checks) == 3


def test_an_edit_and_another_installation_are_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "ours" / "one.py"
    source.parent.mkdir()
    source.write_text("1")
    monkeypatch.setattr(program, "_HOME", source.parent)
    monkeypatch.setattr("sys.path", [str(tmp_path), str(tmp_path / "absent")])
    before = program.identity()
    assert before == program.identity()

    source.write_text("2")
    edited = program.identity()
    (tmp_path / "pydantic-2.dist-info").mkdir()

    assert before != edited != program.identity()


def test_no_cache_is_read_or_written_where_it_is_not_wanted(
    tmp_path: Path,
    home: Path,
    checks: list[object],
    interlock: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = written(tmp_path / "bundle", mix.bundle(10))

    interlock("check", "--no-cache", str(bundle))
    monkeypatch.setenv(NO_CACHE, "1")
    interlock("check", str(bundle))

    assert len(checks) == 2
    assert not home.exists()


def test_the_name_of_the_manifest_is_one() -> None:
    assert reading.MANIFEST == MANIFEST
