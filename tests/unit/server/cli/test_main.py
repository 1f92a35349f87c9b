"""The program: one line for an error, one code for each kind, help without work."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import __version__
from interlock.errors import NotReady
from interlock.server.cli import main
from interlock.server.cli.verbs import VERBS
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]


def test_the_version_is_printed(interlock: Run) -> None:
    assert interlock("--version") == (0, f"interlock {__version__}\n", "")


def test_the_version_is_printed_beside_other_options(interlock: Run) -> None:
    assert interlock("-o", "json", "--version") == (0, f"interlock {__version__}\n", "")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_every_verb_in_the_order_one_meets_them(
    interlock: Run, arguments: tuple[str, ...]
) -> None:
    code, out, err = interlock(*arguments)

    listed = re.findall(r"^  ([\w-]+)  +\S", out.split("Commands:\n")[1], re.MULTILINE)
    assert (code, err) == (0, "")
    assert listed == [*VERBS]


@pytest.mark.parametrize("group", ["signal", "incidents", "graph", "audit", "history"])
def test_a_group_alone_shows_its_verbs(interlock: Run, group: str) -> None:
    code, out, err = interlock(group)

    assert (code, err) == (0, "")
    assert f"Usage: interlock {group}" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["wy"], "No such command 'wy'. Did you mean 'why'? (see interlock --help)"),
        (["freeze", "global"], "Missing option '--reason'. (see interlock freeze --help)"),
        (["why"], "Missing argument 'SUBJECT'. (see interlock why --help)"),
        (["gate", "--servr", "x"], "No such option: --servr"),
        (["incidents", "list", "--limit", "0"], "Invalid value for '--limit'"),
        (["gate", "-o", "xml"], "'xml' is not one of 'text', 'json'"),
        (["why", "\udcff"], "an argument is not UTF-8: '\\udcff'"),
    ],
)
def test_a_command_that_cannot_be_used_is_one_line_and_code_2(
    interlock: Run, arguments: list[str], message: str
) -> None:
    code, out, err = interlock(*arguments)

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert err.startswith("error [usage]: ")
    assert message in err


def test_an_error_raised_on_purpose_is_one_harmless_line_without_a_traceback(
    interlock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        raise NotReady("nobody\nat \x1b[2Jhome")

    monkeypatch.setattr(main, "_run", fail)

    assert interlock("gate") == (3, "", "error [not_ready]: nobody\\nat \\x1b[2Jhome\n")


def test_a_bug_is_shown_in_full_and_is_code_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(main, "_run", fail)

    with pytest.raises(SystemExit) as exit_:
        main.run(["gate"])
    err = capsys.readouterr().err
    assert exit_.value.code == 3
    assert "Traceback" in err
    assert err.endswith("error [internal]: ZeroDivisionError; please report it\n")


def test_ctrl_c_is_the_code_a_shell_expects(
    interlock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "_run", interrupt)

    assert interlock("gate") == (130, "", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grpc-address", "0.0.0.0:0"], "INTERLOCK_GRPC_ADDRESS: expected a loopback address"),
        (["--http-address", "7480"], "INTERLOCK_HTTP_ADDRESS: expected host:port"),
        (["--origin", "a b"], "INTERLOCK_ORIGIN: expected printable ASCII"),
    ],
)
def test_a_setting_on_the_command_line_is_checked_as_one_of_the_environment(
    interlock: Run, arguments: list[str], message: str
) -> None:
    code, out, err = interlock("serve", *arguments)

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert message in err


def test_a_setting_nobody_knows_keeps_the_service_from_starting(
    interlock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_ENGINE", "both")

    code, out, err = interlock("serve")

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert "INTERLOCK_ENGINE; did you mean 'INTERLOCK_ENGINES'?" in err


_VERBS = st.sampled_from(
    [
        ["why", "--store"],
        ["check"],
        ["check", "--executors"],
        ["history", "export", "--store"],
        ["audit", "verify", "--store"],
        ["signal", "send", "x", "--server", "127.0.0.1:1", "--value"],
        ["incidents", "list", "--server", "127.0.0.1:1", "--since"],
        ["serve", "--grpc-address"],
    ]
)


_ARGUMENTS = st.text(st.characters(exclude_characters="\0"), min_size=1)
"""No system passes a NUL; lone surrogates are what is not UTF-8."""


@given(_VERBS, st.lists(_ARGUMENTS, min_size=1, max_size=2))
def test_no_argument_makes_it_stumble(verb: list[str], rest: list[str]) -> None:
    """Law: whatever the arguments, the code is a stable one and nothing escapes."""
    assert main.run([*verb, *rest]) in {0, 1, 2, 3}
