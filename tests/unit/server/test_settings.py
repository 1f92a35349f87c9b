"""Settings: every default is safe, every name known, every fault named."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.server.settings import Address, SettingRejected, Settings, masked


def test_nothing_set_is_loopback_with_both_engines_and_executors_that_do_nothing() -> None:
    settings = Settings.read({}, {})

    assert settings.printed() == {
        "bundle": "bundle",
        "data_dir": "interlock-data",
        "grpc_address": "127.0.0.1:7400",
        "http_address": "127.0.0.1:7480",
        "env": None,
        "engines": "both",
        "executors": None,
        "origin": "interlock",
        "reflection": True,
        "log_level": "info",
    }


def test_the_environment_sets_and_the_command_line_has_the_last_word() -> None:
    environ = {"INTERLOCK_ENGINES": "reference", "INTERLOCK_LOG_LEVEL": "debug", "HOME": "/root"}

    settings = Settings.read(environ, {"log_level": "error", "origin": None})

    assert ("reference", "error", "interlock") == (
        settings.engines,
        settings.log_level,
        settings.origin,
    )


def test_the_files_of_a_store_lie_beside_each_other() -> None:
    settings = Settings.read({"INTERLOCK_DATA_DIR": "/var/lib/interlock"}, {})

    assert [settings.store, settings.key, settings.public_key] == [
        Path("/var/lib/interlock/interlock.db"),
        Path("/var/lib/interlock/interlock.key"),
        Path("/var/lib/interlock/interlock.pub"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "INTERLOCK_ENGINE",
            "both",
            "unknown setting INTERLOCK_ENGINE; did you mean 'INTERLOCK_ENGINES'?",
        ),
        (
            "INTERLOCK_engines",
            "both",
            "unknown setting INTERLOCK_engines; did you mean 'INTERLOCK_ENGINES'?",
        ),
        (
            "INTERLOCK_ENGINES",
            "one",
            "INTERLOCK_ENGINES: expected 'both' or 'reference', found 'one'",
        ),
        (
            "INTERLOCK_LOG_LEVEL",
            "loud",
            "INTERLOCK_LOG_LEVEL: expected 'debug', 'info', 'warning' or 'error', found 'loud'",
        ),
        ("INTERLOCK_REFLECTION", "yes", "INTERLOCK_REFLECTION: expected on or off, found 'yes'"),
        (
            "INTERLOCK_ORIGIN",
            "a+b",
            "INTERLOCK_ORIGIN: expected printable ASCII without spaces and +, found 'a+b'",
        ),
        (
            "INTERLOCK_GRPC_ADDRESS",
            "7400",
            "INTERLOCK_GRPC_ADDRESS: expected host:port, e.g. 127.0.0.1:7400, found '7400'",
        ),
        (
            "INTERLOCK_HTTP_ADDRESS",
            "127.0.0.1:70000",
            "INTERLOCK_HTTP_ADDRESS: expected a port from 0 to 65535, found 70000",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_is_expected(
    name: str, value: str, message: str
) -> None:
    with pytest.raises(SettingRejected) as refusal:
        Settings.read({name: value}, {})

    assert message == str(refusal.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "192.0.2.1", "example.net", ""])
def test_a_listener_that_others_could_reach_is_refused(host: str) -> None:
    with pytest.raises(SettingRejected):
        Settings.read({}, {"grpc_address": f"{host}:7400"})


@pytest.mark.parametrize("text", ["127.0.0.1:0", "127.9.9.9:7400", "[::1]:7400", "localhost:1"])
def test_a_loopback_address_reads_back_as_written(text: str) -> None:
    assert text == str(Address.parse(text))


def test_a_value_whose_name_says_that_it_is_secret_is_masked() -> None:
    shown = masked({"token": "t", "api_key": "k", "password_file": "/p", "address": "unix:///s"})

    assert shown == {
        "address": "unix:///s",
        "api_key": "***",
        "password_file": "/p",
        "token": "***",
    }


def test_executors_given_as_settings_are_printed_masked() -> None:
    settings = Settings.read({}, {"executors": {"pager": {"token": "t", "url": "u"}}})

    assert {"pager": {"token": "***", "url": "u"}} == settings.printed()["executors"]


def test_settings_do_not_change() -> None:
    settings = Settings.read({}, {})

    with pytest.raises(ValueError, match="frozen"):
        settings.engines = "reference"  # type: ignore[misc]  # that is the point
