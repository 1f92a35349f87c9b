"""A disk that is full or broken costs only the cache, which has its bounds and its place."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interlock.server.cli import cache as caching
from interlock.server.cli.cache import Cache, folder_of
from interlock.server.cli.options import NO_CACHE
from tests.unit.server.cli.cached import KEY, WARNED, Run, kept, written


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
