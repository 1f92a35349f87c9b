"""What lies in the cache is believed only when it must be true: ours alone, whole, of that key."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.language.diagnostics import Diagnostic, Span
from interlock.server.cli import cache as caching
from interlock.server.cli import program, rechecking
from interlock.server.cli.cache import Cache
from tests.bench import mix
from tests.unit.server.cli.cached import KEY, OTHER, Run, kept, written


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


def test_no_code_is_ever_read_from_it() -> None:
    """What is kept is text: nothing here can read what would run."""
    for module in (caching, rechecking, program):
        text = Path(module.__file__).read_text()
        assert not re.search(r"pickle|marshal|shelve|\beval\b|\bexec\b", text)
