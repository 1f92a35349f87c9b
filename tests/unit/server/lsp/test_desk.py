"""What a desk logs about a bundle it is asked of with every key that is pressed."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from interlock.server.lsp.desk import Desk

SETTINGS = '[command]\noperations = "/etc/no-such.yaml"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a bundle and settings that cannot be used on this machine."""
    (tmp_path / "executors.toml").write_text(SETTINGS)
    (tmp_path / "signals.yaml").write_text("interlock: signals/v1\n")
    return tmp_path


def test_settings_that_are_not_used_are_logged_once_until_they_are_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk()
    desk.arrange([folder.as_uri()])
    (place,) = desk.open_places()

    with capture_logs() as logs:
        desk.reviewed(place)
        desk.reviewed(place)
        (folder / "executors.toml").write_text(SETTINGS.replace("no-such", "nor-such"))
        desk.reviewed(place)

    assert [one["event"] for one in logs] == ["settings_not_used"] * 2
    assert "/etc/no-such.yaml cannot be read" in logs[0]["reason"]
    assert "/etc/nor-such.yaml cannot be read" in logs[1]["reason"]
    assert capsys.readouterr().err == ""
