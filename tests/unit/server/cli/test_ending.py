"""A check ends with its process and frees nothing; whatever is printed is printed before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.server.cli import checking, ending

SOUND = b"interlock: signals/v1\nsignals: {a.b: {ttl: 1m}}\n"


def test_a_check_prints_all_it_found_before_it_ends(tmp_path: Path) -> None:
    """Far more than a pipe holds, or Python's buffer of one."""
    faults = "".join(f"  a.b{number}: {{ttl: soon}}\n" for number in range(900))
    (tmp_path / "a.yaml").write_text(f"interlock: signals/v1\nsignals:\n{faults}")

    ran = subprocess.run(
        [Path(sys.executable).with_name("interlock"), "check", "-o", "json", str(tmp_path)],
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (ran.returncode, ran.stderr) == (1, b"")
    assert len(json.loads(ran.stdout)["diagnostics"]) == 900
    assert len(ran.stdout) > 100_000


def test_nothing_is_kept_where_the_process_goes_on() -> None:
    checking.find({"a.yaml": SOUND}, None)

    assert ending._kept is None


def test_what_a_short_command_made_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_kept", None)
    ending.begin("check")

    checking.find({"a.yaml": SOUND}, None)

    assert len(ending._kept or ()) == 1


@pytest.mark.parametrize("verb", ["serve", "lsp", "test", ""])
def test_other_verbs_are_ended_as_python_does(monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setattr(ending, "_kept", [])
    monkeypatch.setattr(ending.gc, "freeze", lambda: None)  # these tests go on
    ending.begin(verb)

    with pytest.raises(SystemExit) as ended:
        ending.leave(2)

    assert ended.value.code == 2
