"""Logs: one JSON object a line, ours and the libraries'."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from interlock.server.logs import configure_logs


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Put the process' logging back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("interlock").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def _lines(level: str, text: io.StringIO) -> list[dict[str, object]]:
    configure_logs(level, text)
    structlog.get_logger("interlock.a").debug("looked")
    structlog.get_logger("interlock.a").info("action_dispatched", action="web.restart")
    logging.getLogger("library").info("a library chats")
    logging.getLogger("library").warning("a library %s", "worries")
    return [json.loads(line) for line in text.getvalue().splitlines()]


def test_our_events_and_what_worries_libraries_are_logged_as_json() -> None:
    lines = _lines("info", io.StringIO())

    assert [
        ("action_dispatched", "info", "interlock.a"),
        ("a library worries", "warning", "library"),
    ] == [(line["event"], line["level"], line["logger"]) for line in lines]
    assert "web.restart" == lines[0]["action"]


def test_who_debugs_sees_everything() -> None:
    events = [line["event"] for line in _lines("debug", io.StringIO())]

    assert ["looked", "action_dispatched", "a library chats", "a library worries"] == events


def test_who_wants_quiet_sees_errors_only() -> None:
    assert not _lines("error", io.StringIO())


def test_the_time_is_utc_and_a_traceback_is_one_field_of_its_line() -> None:
    text = io.StringIO()
    configure_logs("info", text)
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        structlog.get_logger("interlock.a").exception("failed")

    (line,) = [json.loads(one) for one in text.getvalue().splitlines()]
    assert str(line["at"]).endswith("Z")
    assert "ZeroDivisionError" in line["exception"]
