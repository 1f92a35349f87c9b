"""Law: a value becomes exactly one argument that no program takes for an option."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.executors.operation import PATH, Operation, check_env, parse_argv
from interlock.engine.executors.process import Program
from interlock.errors import ExecutionRefused
from interlock.language.values import INT, STRING, Field, double

FIELDS = {
    "name": Field(STRING),
    "count": Field(INT),
    "ratio": Field(double(2)),
    "maybe": Field(STRING, optional=True),
}


def program(*argv: str, target: Any = None, **inputs: Any) -> Program:
    path, arguments = parse_argv(("/bin/echo", *argv), FIELDS)
    operation = Operation(program=path, arguments=arguments, inputs=FIELDS)
    return operation.run_with(inputs, target, env={}, timeout_ms=5_000)


@pytest.mark.parametrize(
    "value",
    [
        "; touch /tmp/pwned",
        "$(touch /tmp/pwned)",
        "`id`",
        "a b",
        "a\nb",
        "|cat",
        "{count}",
        "{target.id}",
        "%s",
        "*",
        "~",
        "\u202e",
        "",
    ],
)
def test_a_hostile_value_is_one_literal_argument(value: str) -> None:
    assert program("{name}", name=value).argv == ("/bin/echo", value)


@pytest.mark.parametrize(
    "value", ["-rf", "--checkpoint-action=exec=sh", "-", "--", "-5", "-\n", "a\0b", "\0"]
)
def test_a_value_that_could_be_an_option_or_holds_nul_is_refused(value: str) -> None:
    with pytest.raises(ExecutionRefused, match="nothing was done"):
        program("--", "{name}", name=value)


def test_a_negative_number_is_a_number_only_where_int_is_declared() -> None:
    assert program("{count}", count=-5).argv[-1] == "-5"
    with pytest.raises(ExecutionRefused):
        program("{ratio}", ratio=-150)


def test_an_attribute_of_the_target_may_not_be_an_option_either() -> None:
    with pytest.raises(ExecutionRefused):
        program("{target.flag}", target={"id": "web", "flag": "-x"})


def test_an_absent_optional_input_leaves_its_argument_out() -> None:
    assert program("{maybe}", "{count}", count=1).argv == ("/bin/echo", "1")


def test_fixed_arguments_are_the_operators() -> None:
    found = program("-n", "--", "{name}", "{target.id}", name="x", target={"id": "web"})

    assert found.argv == ("/bin/echo", "-n", "--", "x", "web")


@given(st.text(max_size=50))
def test_any_text_is_one_whole_argument_or_refused(value: str) -> None:
    try:
        argv = program("--", "{name}", name=value).argv
    except ExecutionRefused:
        assert value.startswith("-") or "\0" in value
    else:
        assert argv == ("/bin/echo", "--", value)


def test_the_environment_is_path_and_what_was_declared() -> None:
    path, arguments = parse_argv(["/bin/true"], {})
    operation = Operation(program=path, arguments=arguments, env={"LANG": "C"})

    found = operation.run_with({}, None, env={"INTERLOCK_EPOCH": "1"}, timeout_ms=1)

    assert found.env == {"PATH": PATH, "LANG": "C", "INTERLOCK_EPOCH": "1"}


def test_the_shorter_timeout_counts() -> None:
    operation = Operation(program="/bin/true", timeout_ms=2_000)

    assert operation.run_with({}, None, env={}, timeout_ms=9_000).timeout_s == 2
    assert operation.run_with({}, None, env={}, timeout_ms=1_000).timeout_s == 1


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "argv is empty"),
        (["{name}"], "never an input"),
        (["{target.program}"], "never an input"),
        (["/nonexistent"], "is not a program"),
        (["/etc/passwd"], "is not a program"),
        (["no-such-program"], "is not a program"),
        (["./relative"], "is not a program"),
        (["/bin/echo", "--x={name}"], "must be the whole text"),
    ],
)
def test_a_program_that_is_not_the_operators_choice_is_refused(
    argv: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        parse_argv(argv, FIELDS)


def test_a_program_is_found_on_the_path() -> None:
    program_path, _ = parse_argv(["sh"], {})

    assert program_path.startswith("/")


@pytest.mark.parametrize("name", ["", "A=B", "1A", "INTERLOCK_EPOCH", "Ä", "A B"])
def test_a_variable_that_is_none_or_is_ours_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"environment variable|Interlock's"):
        check_env({name: "x"})
