"""What is kept of a check is believed only when it must be true, and is never seen."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.probes import MANIFEST
from interlock.language.diagnostics import Diagnostic, Span
from interlock.server.cli import cache as caching
from interlock.server.cli import checking, program, reading, rechecking
from interlock.server.cli.cache import Cache, folder_of
from interlock.server.cli.options import NO_CACHE
from tests.bench import mix
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]
KEY, OTHER = "a" * 64, "b" * 64
FAULTY = {
    "rules.yaml": 'interlock: rules/v1\nrules:\n  - {id: A, why: "é"}\n',
    "signals.yaml": "interlock: signals/v1\nsignals: {a.b: {ttl: 1m, fields: {x: int}}}\n",
    "broken.yaml": "a: [\n",
}
WARNED = {"facts.yaml": "interlock: signals/v1\nfacts: {a.b: {key: [x], fields: {x: int}}}\n"}
POLICIES = {"clean": mix.bundle(10), "faulty": FAULTY, "warned": WARNED}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the cache, which is on."""
    monkeypatch.delenv(NO_CACHE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    return tmp_path / "xdg" / "interlock"


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return what grows with every check that is really made."""
    made: list[object] = []
    really = checking.findings

    def count(*given: object):
        made.append(given)
        return really(*given)

    monkeypatch.setattr(checking, "findings", count)
    return made


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def kept(home: Path) -> list[Path]:
    return sorted(home.iterdir()) if home.exists() else []


# --- what is seen -------------------------------------------------------------------------------


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


# --- what may lie there -------------------------------------------------------------------------


@given(place=st.integers(0, 200), bit=st.integers(0, 7), cut=st.booleans())
def test_what_is_damaged_is_not_found(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int, *, cut: bool
) -> None:
    """Law: one bit changed, or an end cut off, anywhere in a file: nothing is found."""
    folder = tmp_path_factory.mktemp("cache")
    cache = Cache(folder)
    cache.keep(KEY, bytes(range(97, 123)) * 5)
    whole = bytearray((folder / KEY).read_bytes())
    place %= len(whole)
    if cut:
        del whole[place:]
    else:
        whole[place] ^= 1 << bit
    (folder / KEY).write_bytes(whole)

    assert cache.find(KEY) is None
    cache.keep(KEY, b"new")
    assert cache.find(KEY) == b"new"


def test_a_file_of_another_key_is_not_found(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.keep(KEY, b"ok")
    (tmp_path / "cache" / KEY).rename(tmp_path / "cache" / OTHER)

    assert cache.find(OTHER) is None


@pytest.mark.parametrize("folder", [True, False], ids=["folder", "file"])
@pytest.mark.parametrize("more", [stat.S_IWGRP, stat.S_IWOTH])
def test_what_another_user_could_have_written_is_left_alone(
    tmp_path: Path, more: int, *, folder: bool
) -> None:
    home = tmp_path / "cache"
    cache = Cache(home)
    cache.keep(KEY, b"ok")
    assert cache.find(KEY) == b"ok"

    place = home if folder else home / KEY
    place.chmod(place.stat().st_mode | more)

    assert cache.find(KEY) is None
    cache.keep(OTHER, b"ok")
    assert (home / OTHER).exists() == (not folder)


def test_what_another_user_owns_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path / "cache")
    cache.keep(KEY, b"ok")
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)

    assert cache.find(KEY) is None
    cache.keep(OTHER, b"ok")
    assert [one.name for one in kept(tmp_path / "cache")] == [KEY]


def test_no_link_is_followed_and_no_pipe_waited_for(tmp_path: Path) -> None:
    real, linked = tmp_path / "real", tmp_path / "linked"
    Cache(real).keep(KEY, b"ok")
    linked.symlink_to(real)
    (real / OTHER).symlink_to(real / KEY)
    os.mkfifo(real / ("c" * 64))

    assert Cache(linked).find(KEY) is None
    assert Cache(real).find(OTHER) is None
    assert Cache(real).find("c" * 64) is None
    target = tmp_path / "target"
    target.write_text("mine")
    (real / ("d" * 64)).symlink_to(target)
    Cache(real).keep("d" * 64, b"new")
    assert (target.read_text(), Cache(real).find("d" * 64)) == ("mine", b"new")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[",
        b"null",
        b"{}",
        b"[1]",
        b'[{"path":"a"}]',
        orjson.dumps(
            [{**Diagnostic("a", Span(1, 1, 1, 1), "error", "R", "m").to_json(), "line": 0}]
        ),
        orjson.dumps(
            [{**Diagnostic("a", Span(1, 1, 1, 1), "error", "R", "m").to_json(), "severity": "x"}]
        ),
        orjson.dumps(
            [{**Diagnostic("a", Span(1, 1, 1, 1), "error", "R", "m").to_json(), "hint": 1}]
        ),
        b"[" * 100_000,
    ],
)
def test_a_whole_file_that_holds_no_findings_is_ignored_and_written_anew(
    tmp_path: Path, home: Path, checks: list[object], interlock: Run, content: bytes
) -> None:
    """Even when it is sealed as ours: what is read is checked, not believed."""
    bundle = written(tmp_path / "bundle", mix.bundle(10))
    expected = interlock("check", str(bundle))
    (file,) = kept(home)
    Cache(home).keep(file.name, content)

    assert expected == interlock("check", str(bundle)) == interlock("check", str(bundle))
    assert len(checks) == 2


# --- what may go wrong --------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["open", "replace", "scandir", "utime", "fstat"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_full_or_broken_disk_costs_only_the_cache(
    tmp_path: Path,
    home: Path,
    interlock: Run,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    fault: int,
) -> None:
    bundle = written(tmp_path / "bundle", WARNED)
    expected = interlock("check", "--no-cache", str(bundle))

    def fail(*_: object, **__: object) -> None:
        raise OSError(fault, os.strerror(fault))

    broken = type("os", (), {**vars(os), call: staticmethod(fail)})
    monkeypatch.setattr(caching, "os", broken)

    assert expected == interlock("check", str(bundle)) == interlock("check", str(bundle))


def test_where_nothing_can_be_written_nothing_is_said(
    tmp_path: Path, interlock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = written(tmp_path / "bundle", WARNED)
    expected = interlock("check", "--no-cache", str(bundle))
    monkeypatch.delenv(NO_CACHE, raising=False)

    for base in ("/proc/nowhere", "/dev/null", "relative", ""):
        monkeypatch.setenv("XDG_CACHE_HOME", base)
        monkeypatch.setenv("HOME", "/dev/null")
        assert expected == interlock("check", str(bundle))


def test_what_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "replace", fail)
    Cache(tmp_path / "cache").keep(KEY, b"ok")

    assert kept(tmp_path / "cache") == []


def test_those_who_read_and_write_at_once_find_all_or_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    contents = [bytes([65 + number]) * 50_000 for number in range(8)]

    def work(content: bytes) -> bool:
        for _ in range(20):
            cache.keep(KEY, content)
            found = cache.find(KEY)
            if found is not None and found not in contents:
                return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, contents))
    assert [KEY] == [one.name for one in kept(tmp_path / "cache")]


def test_what_was_not_used_for_longest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "MOST_FILES", 3)
    monkeypatch.setattr(caching, "MOST_BYTES_TOGETHER", 1_000)
    home = tmp_path / "cache"
    cache = Cache(home)
    for number, name in enumerate("123"):
        cache.keep(name * 64, b"ok")
        os.utime(home / (name * 64), (number, number))
    assert cache.find("1" * 64) == b"ok"  # used just now

    cache.keep("4" * 64, b"ok")
    assert ["1" * 64, "3" * 64, "4" * 64] == [one.name for one in kept(home)]

    cache.keep("5" * 64, b"x" * 600)
    cache.keep("6" * 64, b"x" * 600)
    assert sum(one.stat().st_size for one in kept(home)) <= 1_000
    cache.keep("7" * 64, b"x" * (caching.MOST_BYTES + 1))
    assert not (home / ("7" * 64)).exists()


def test_it_lies_where_caches_belong() -> None:
    assert folder_of({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/interlock")
    assert folder_of({"XDG_CACHE_HOME": "c", "HOME": "/h"}) == Path("/h/.cache/interlock")
    assert folder_of({"HOME": "/h"}) == Path("/h/.cache/interlock")
    assert folder_of({}) is None


def test_no_code_is_ever_read_from_it() -> None:
    """What is kept is text: nothing here can read what would run."""
    for module in (caching, rechecking, program):
        text = Path(module.__file__).read_text()
        assert not re.search(r"pickle|marshal|shelve|\beval\b|\bexec\b", text)


def test_the_name_of_the_manifest_is_one() -> None:
    assert reading.MANIFEST == MANIFEST
