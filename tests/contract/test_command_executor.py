"""The command executor with real programs: what they are given, what is made of their end."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from interlock.engine.executors.base import AttemptResult
from interlock.engine.executors.command import CommandExecutor, create
from interlock.engine.executors.operation import Operation
from interlock.engine.executors.placeholders import Literal, Placeholder
from interlock.errors import ExecutionError, ExecutionRefused, ExecutionTimeout
from interlock.language.values import DURATION, INT, STRING, Field, double
from tests.unit.engine.executors.given import attempt, probe

PYTHON = (Literal("-I"), Literal("-S"), Literal("-c"))
NAME = {"name": Field(STRING)}


def python(code: str, **changes: Any) -> Operation:
    given: dict[str, Any] = {
        "program": sys.executable,
        "arguments": (*PYTHON, Literal(code), Placeholder("name", NAME["name"])),
        "inputs": NAME,
    }
    return Operation(**{**given, **changes})


def execute(operation: Operation, **changes: Any) -> AttemptResult:
    async def main() -> AttemptResult:
        executor = CommandExecutor({"restart": operation}, {})
        try:
            return await executor.execute(attempt(**{"timeout_ms": 20_000, **changes}))
        finally:
            await executor.close()

    return asyncio.run(main())


def look(operation: Operation, **changes: Any) -> Any:
    async def main() -> Any:
        executor = CommandExecutor({}, {"check": operation})
        try:
            return await executor.probe(probe(**{"timeout_ms": 20_000, **changes}))
        finally:
            await executor.close()

    return asyncio.run(main())


def test_the_json_object_on_the_last_line_is_the_outputs() -> None:
    code = """print("working"); print('{"count": 3, "took": "1m", "ratio": 0.25, "more": []}')"""
    outputs = {"count": Field(INT), "took": Field(DURATION), "ratio": Field(double(2))}

    result = execute(python(code, outputs=outputs))

    assert result.outputs == {"count": 3, "took": 60_000, "ratio": 25}


@pytest.mark.parametrize(
    "said", ["", "no json", "[1]", "3", '{"count": "many"}', '{"count": NaN}', '{"count": 1}\\nbye']
)
def test_an_output_that_is_owed_and_not_given_is_an_error(said: str) -> None:
    result = execute(python(f"print('''{said}''')", outputs={"count": Field(INT)}))

    assert ("error", "bad_output") == (result.outcome, result.code)


def test_an_exit_code_is_an_error_with_what_was_said() -> None:
    code = "import sys; print('\\x1b[31mno such release', file=sys.stderr); sys.exit(3)"

    result = execute(python(code))

    assert AttemptResult("error", "exit_3", "exit code 3. no such release") == result


def test_an_exit_code_the_operator_lists_is_success() -> None:
    result = execute(python("raise SystemExit(3)", success=(0, 3), outputs={"exit": Field(INT)}))

    assert ("ok", {"exit": 3}) == (result.outcome, result.outputs)


def test_a_program_ended_by_a_signal_is_an_error() -> None:
    result = execute(python("import os; os.kill(os.getpid(), 11)"))

    assert ("error", "signal") == (result.outcome, result.code)


def test_a_program_past_its_timeout_leaves_its_effect_unknown() -> None:
    code = "import sys, time; print('half way', file=sys.stderr, flush=True); time.sleep(60)"

    result = execute(python(code), timeout_ms=500)

    assert ("timeout", "deadline") == (result.outcome, result.code)
    assert "half way" in result.message


def test_a_program_learns_key_epoch_attempt_and_incident() -> None:
    names = ["IDEMPOTENCY_KEY", "EPOCH", "ATTEMPT", "INCIDENT"]
    code = (
        f"import json, os;print(json.dumps({{n: os.environ['INTERLOCK_' + n] for n in {names}}}))"
    )
    outputs = {name: Field(STRING) for name in names}

    result = execute(python(code, outputs=outputs), attempt=2, epoch=7)

    assert ["key-1", "7", "2", "inc-1"] == [result.outputs[name] for name in names]


@pytest.mark.parametrize("value", ["; id", "$(id)", "a b", "*", "{name}", "\n", "'\""])
def test_a_hostile_value_arrives_as_it_is(value: str) -> None:
    code = "import json, sys; print(json.dumps({'got': sys.argv[1]}))"

    result = execute(python(code, outputs={"got": Field(STRING)}), inputs={"name": value})

    assert result.outputs == {"got": value}


def test_a_value_that_could_be_an_option_starts_nothing(tmp_path: Path) -> None:
    touched = tmp_path / "touched"

    with pytest.raises(ExecutionRefused):
        execute(python(f"open({str(touched)!r}, 'w')"), inputs={"name": "--help"})

    assert not touched.exists()


def test_a_value_too_long_for_an_argument_is_refused() -> None:
    with pytest.raises(ExecutionRefused, match="was not started"):
        execute(python("pass"), inputs={"name": "x" * 200_000})


def test_a_folder_that_is_not_there_starts_nothing() -> None:
    with pytest.raises(ExecutionRefused, match="was not started"):
        execute(python("pass", cwd="/nonexistent"))


def test_a_probe_answers_its_typed_fields() -> None:
    code = """print('{"count": 2}')"""

    assert look(python(code, outputs={"count": Field(INT)})) == {"count": 2}


def test_a_probe_of_a_program_that_fails_is_an_error() -> None:
    with pytest.raises(ExecutionError, match="exit code 1"):
        look(python("raise SystemExit(1)"))


def test_a_probe_past_its_timeout_is_an_error() -> None:
    with pytest.raises(ExecutionTimeout):
        look(python("import time; time.sleep(60)"), timeout_ms=300)


def test_a_probe_may_be_asked_many_times() -> None:
    operation = python("""print('{"count": 2}')""", outputs={"count": Field(INT)})

    async def main() -> list[Any]:
        executor = CommandExecutor({}, {"check": operation})
        request = probe(timeout_ms=20_000)
        seen = [await executor.probe(request) for _ in range(3)]
        await executor.close()
        return seen

    assert asyncio.run(main()) == [{"count": 2}] * 3


def test_an_attempt_that_is_cancelled_ends_its_program(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"

    async def main() -> None:
        executor = CommandExecutor({"restart": python(code)}, {})
        task = asyncio.create_task(executor.execute(attempt(timeout_ms=60_000)))
        async with asyncio.timeout(10):
            while not pid.exists() or not pid.read_text():  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.wait({task}, timeout=5)
        assert task.cancelled()
        await executor.close()

    asyncio.run(main())

    assert not Path(f"/proc/{pid.read_text()}").exists()


def test_the_executor_is_made_from_the_operators_file(tmp_path: Path) -> None:
    path = tmp_path / "command.yaml"
    path.write_text(
        "interlock: command/v1\n"
        'operations: {restart: {argv: [/bin/echo, "{name}"], inputs: {name: string}}}\n'
    )
    executor = create({"operations": str(path), "ledger": str(tmp_path / "ledger")})

    result = asyncio.run(executor.execute(attempt(timeout_ms=20_000)))

    assert result.outcome == "ok"
    assert (tmp_path / "ledger").exists()
