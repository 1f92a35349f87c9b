"""The demo seen through a real Prometheus and a real Alertmanager."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from interlock.server.cli.main import run
from interlock.server.demo.bundles import ALERTS_BUNDLE, BUNDLE, lay_bundle
from interlock.server.demo.monitoring import Monitoring, find_programs
from interlock.server.demo.programs import CannotPlay
from interlock.server.demo.site import Site
from tests.e2e.playing import Played, interrupted, play
from tests.e2e.test_demo import LAST_LINE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ALERTS = Path(str(resources.files("interlock.server.demo") / "alerts.yml"))
RULE_TESTS = Path(__file__).parent / "alerts_test.yml"


def _missing() -> str:
    """Return why the demo cannot be played here; empty when it can."""
    try:
        find_programs()
    except CannotPlay as error:
        return f"NOT TESTED: {error}"
    return ""


needs_prometheus = pytest.mark.skipif(_missing() != "", reason=_missing() or "they are there")
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="NOT TESTED: promtool, of prometheus, is not installed"
)


@pytest.fixture(scope="module")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo of this file leaves its store."""
    return tmp_path_factory.mktemp("demo") / "kept"


@pytest.fixture(scope="module")
def played(keep: Path) -> Played:
    """One demo, for all that only look at what came of it."""
    return play("--prometheus", "--keep", str(keep))


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "interlock.db")) as database:
        return database.execute(sql).fetchall()


def heard(folder: Path) -> Counter[tuple[str, str, str]]:
    """Return how often each alert came: name, where from, status."""
    bodies = ask(folder, "SELECT body FROM entry WHERE kind = 'signal'")
    signals = [json.loads(body)["signal"] for (body,) in bodies]
    return Counter((each["name"], each["source"], each["status"]) for each in signals)


@needs_prometheus
def test_every_incident_ends_as_expected_and_the_last_line_says_so(played: Played) -> None:
    assert (0, "") == (played.code, played.err), played.out
    assert LAST_LINE.fullmatch(played.last_line)


@needs_prometheus
def test_each_outage_is_one_incident(played: Played, keep: Path) -> None:
    assert [
        ("api", "fail-over", "handed_over"),
        ("shop", "rollback-release", "resolved"),
        ("web", "restart-service", "resolved"),
    ] == ask(keep, "SELECT key, machine, outcome FROM incident ORDER BY key")


@needs_prometheus
@pytest.mark.parametrize(
    ("name", "source", "status"),
    [
        ("SiteDown", "alertmanager", "firing"),
        ("SiteErrors", "alertmanager", "firing"),
        ("SiteErrors", "alertmanager", "resolved"),
        ("SiteServing", "prometheus", "firing"),
        ("SiteServing", "prometheus", "resolved"),
        ("deploy.finished", "pipeline", "firing"),
    ],
)
def test_what_each_was_to_tell_it_has_told(
    played: Played, keep: Path, name: str, source: str, status: str
) -> None:
    assert heard(keep)[name, source, status] > 0


@needs_prometheus
def test_alertmanager_pages_nobody_for_good_news(played: Played, keep: Path) -> None:
    assert 0 == heard(keep)["SiteServing", "alertmanager", "firing"]


@needs_prometheus
def test_what_is_kept_can_be_verified(played: Played, keep: Path) -> None:
    assert 0 == run(["audit", "verify", "--store", f"sqlite:///{keep / 'interlock.db'}"])


@needs_prometheus
def test_when_it_is_interrupted_nothing_is_left_behind(empty: Path) -> None:
    ended, started = interrupted(empty, "--prometheus", at="1. A proc", by=[signal.SIGINT])

    commands = " ".join(each.command for each in started)
    assert (130, "") == (ended.code, ended.err)
    assert "prometheus.yml" in commands
    assert "alertmanager.yml" in commands
    assert [] == [each for each in started if each.is_alive()]
    assert [] == list(empty.iterdir())


@pytest.fixture
def empty() -> Iterator[Path]:
    """A folder with a name that is short enough for the socket of a supervisor."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@needs_prometheus
@pytest.mark.parametrize("which", ["prometheus", "alertmanager"])
def test_a_port_that_is_taken_is_named(empty: Path, which: str) -> None:
    async def watch(monitoring: Monitoring) -> None:
        async with monitoring.watching():
            pass

    monitoring = Monitoring(Site(empty / "site"), "127.0.0.1:1", empty / "monitoring")
    port = int(getattr(monitoring, which).rpartition(":")[2])
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(BaseExceptionGroup) as ended,
    ):
        asyncio.run(watch(monitoring))

    assert ended.group_contains(CannotPlay, match=f"{which} ended at once: .*:{port}: .*in use")


def test_without_prometheus_one_line_says_what_to_install(tmp_path: Path) -> None:
    refused = play("--prometheus", env={"PATH": str(tmp_path)})

    assert (3, "", 1) == (refused.code, refused.out, refused.err.count("\n"))
    assert refused.err.startswith("error [cannot_play]: Prometheus and Alertmanager are not both")
    assert "apt-get install prometheus prometheus-alertmanager" in refused.err


def test_its_definitions_replace_files_of_the_other_bundle(tmp_path: Path) -> None:
    bundle = lay_bundle(tmp_path / "bundle", prometheus=True)

    names = {path.name for path in bundle.iterdir()}
    assert names == {path.name for path in BUNDLE.iterdir()}
    assert {path.name for path in ALERTS_BUNDLE.iterdir()} < names
    assert 0 == run(["check", str(bundle)])


@needs_promtool
def test_the_alerts_mean_what_they_say(tmp_path: Path) -> None:
    """``alerts_test.yml`` has the cases; promtool runs them on a simulated clock."""
    shutil.copy(ALERTS, tmp_path)
    shutil.copy(RULE_TESTS, tmp_path)

    tested = subprocess.run(
        ["promtool", "test", "rules", RULE_TESTS.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert 0 == tested.returncode, tested.stdout + tested.stderr
