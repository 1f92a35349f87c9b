"""The program as a process: a terminal, a pipe, a service that is not there, a quick start."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.serving import BUNDLE, PROGRAM, Served, served

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def _on_a_terminal(*arguments: str, **env: str) -> str:
    """Run the program on a terminal and return what it shows there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **env},
    )
    os.close(theirs)
    shown = b""
    with open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123  # a descriptor
        while True:
            try:
                part = terminal.read(4096)
            except OSError:  # how Linux says that nobody holds the other side any more
                break
            if not part:
                break
            shown += part
    process.wait(10)
    return shown.decode()


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A bundle with one fault."""
    rules = (BUNDLE / "rules.yaml").read_text().replace("!up", "!upp")
    (tmp_path / "rules.yaml").write_text(rules)
    (tmp_path / "signals.yaml").write_text((BUNDLE / "signals.yaml").read_text())
    return tmp_path


def test_on_a_terminal_a_fault_has_its_line_with_carets_and_colour(faulty: Path) -> None:
    shown = _on_a_terminal("check", str(faulty / "rules.yaml"), str(faulty / "signals.yaml"))

    assert "\x1b[1;31m" in shown
    assert '   12 |         where: "!upp"\r\n      |                  ^^^\r\n' in shown


def test_no_color_is_honoured(faulty: Path) -> None:
    files = (str(faulty / "rules.yaml"), str(faulty / "signals.yaml"))

    assert "\x1b" not in _on_a_terminal("check", *files, NO_COLOR="1")


def test_json_is_the_same_on_a_terminal(faulty: Path) -> None:
    shown = _on_a_terminal("check", "-o", "json", str(faulty))

    assert "\x1b" not in shown
    assert '"code": "RV201"' in shown


def test_a_service_that_is_not_there_is_one_line_and_code_3() -> None:
    done = subprocess.run(
        [*PROGRAM, "gate", "--server", "127.0.0.1:1"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (3, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert done.stderr.startswith("error [not_ready]: the service at 127.0.0.1:1 does not answer")


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A service that has run."""
    with served(tmp_path_factory.mktemp("interlock")) as running:
        pass
    return running


def _unread(*arguments: str) -> tuple[int, bytes]:
    """Run the program with nobody reading; return its code and what it says of errors."""
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        done = subprocess.run(
            [*PROGRAM, *arguments], stdout=theirs, stderr=subprocess.PIPE, timeout=30, check=False
        )
    finally:
        os.close(theirs)
    return done.returncode, done.stderr


def test_a_reader_that_has_enough_hears_no_complaint(stopped: Served) -> None:
    assert _unread("history", "export", "--store", stopped.store) == (141, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_nobody_read_to_the_end_is_no_success(
    faulty: Path, monkeypatch: pytest.MonkeyPatch, unbuffered: str
) -> None:
    """``interlock check | head`` under pipefail is not green, whatever was found."""
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    check = [*PROGRAM, "check", str(faulty)]

    assert subprocess.run(check, capture_output=True, timeout=30, check=False).returncode == 1
    assert _unread("check", str(faulty)) == (141, b"")
    assert _unread("--version") == (141, b"")


def test_an_encoding_that_lacks_a_character_is_no_error(stopped: Served) -> None:
    done = subprocess.run(
        [*PROGRAM, "why", "ü→", "--store", stopped.store],
        capture_output=True,
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )

    assert 1 == done.returncode
    assert b"\\xfc\\u2192" in done.stderr


HEAVY = ["aiohttp", "alembic", "grpc", "rich", "sqlalchemy", "starlette", "structlog", "yaml"]


@pytest.mark.parametrize(
    ("arguments", "heavy"), [(["--help"], [*HEAVY, "pydantic"]), (["serve", "--help"], HEAVY)]
)
def test_help_loads_nothing_that_a_verb_works_with(arguments: list[str], heavy: list[str]) -> None:
    program = (
        f"import sys; from interlock.server.cli.main import run; run({arguments}); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )

    assert "[]" == done.stdout.splitlines()[-1]


def test_the_version_loads_no_command_line_at_all() -> None:
    program = (
        "import sys; from interlock.server.cli.main import run; run(['--version']); "
        "print('typer' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )

    assert "False" == done.stdout.splitlines()[-1]
