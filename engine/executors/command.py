"""Runs programs the operator has listed; a signal chooses neither program nor option.

Guarantees: argument vectors only, no shell; an input is one whole argument, never begins
with ``-`` unless it is declared ``int``, and holds no NUL; the environment is PATH, what the
operation declares and Interlock's own variables; ``process`` bounds time and output.

A program may answer with a JSON object on the last line of its standard output: its declared
outputs.  An exit code not listed under ``success`` is the error ``exit_<code>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from typing_extensions import override

from interlock.engine.executors.base import Attempt, AttemptResult, ProbeRequest
from interlock.engine.executors.command_file import read_operations
from interlock.engine.executors.operation import Operation
from interlock.engine.executors.outputs import Json, parse_json, typed_outputs
from interlock.engine.executors.plugin import Plugin
from interlock.engine.executors.process import Ended, Program
from interlock.engine.executors.program_pool import ProgramPool
from interlock.engine.executors.settings import check_settings, require_setting
from interlock.engine.executors.text import plain
from interlock.errors import ExecutionError, ExecutionRefused, ExecutionTimeout
from interlock.language.values import Value
from interlock.ledger import Ledger

NAME: Final = "command"

PROGRAMS: Final = 32
"""How many programs run at a time; as many as dispatch sends."""


class CommandExecutor(Plugin):
    """Runs the operator's programs.

    Args:
        operations: what actions may run, by operation.
        probes: what probes may run, by operation.
        ledger: where effects are remembered; in memory by default.
        name: what contracts write in ``executor:``.
    """

    slack_ms: ClassVar[int] = 3_000  # SIGTERM, grace, SIGKILL, last output

    def __init__(
        self,
        operations: Mapping[str, Operation],
        probes: Mapping[str, Operation],
        ledger: Ledger | None = None,
        name: str = NAME,
    ) -> None:
        super().__init__(
            name,
            actions={name: operation.manifest for name, operation in operations.items()},
            probes={name: operation.manifest for name, operation in probes.items()},
            ledger=ledger,
        )
        self._operations = dict(operations)
        self._checks = dict(probes)
        self._pool = ProgramPool(PROGRAMS)

    @override
    async def close(self) -> None:
        self._pool.close()

    @override
    async def _perform(self, attempt: Attempt) -> AttemptResult:
        operation = self._operations[attempt.operation]
        program = operation.run_with(
            attempt.inputs, attempt.target, env=_own(attempt), timeout_ms=attempt.timeout_ms
        )
        ended = await self._run(program)
        outputs = _answer(operation, ended)
        return AttemptResult("ok", message=plain(ended.stderr), outputs=outputs)

    @override
    async def _observe(self, request: ProbeRequest) -> Mapping[str, Value]:
        operation = self._checks[request.operation]
        program = operation.run_with(
            request.inputs, request.target, env={}, timeout_ms=request.timeout_ms
        )
        return _answer(operation, await self._run(program))

    async def _run(self, program: Program) -> Ended:
        try:
            return await self._pool.run(program)
        except OSError as error:
            raise ExecutionRefused(
                f"nothing was done: {program.argv[0]} was not started: {error.strerror}",
                reason="not_started",
            ) from error


def create(settings: Mapping[str, str]) -> CommandExecutor:
    """Make the executor.

    Args:
        settings: ``operations``, the operator's file; optional ``ledger``, a file, and ``name``.

    Raises:
        DefinitionError: a setting or the file is wrong.
    """
    check_settings(NAME, settings, "operations", "ledger", "name")
    operations, probes = read_operations(Path(require_setting(NAME, settings, "operations")))
    ledger = Ledger(Path(settings["ledger"])) if settings.get("ledger") else None
    return CommandExecutor(operations, probes, ledger, settings.get("name", NAME))


def _own(attempt: Attempt) -> dict[str, str]:
    """Return the variables by which a program can do its work once, too."""
    return {
        "INTERLOCK_IDEMPOTENCY_KEY": attempt.idempotency_key,
        "INTERLOCK_EPOCH": str(attempt.epoch),
        "INTERLOCK_ATTEMPT": str(attempt.attempt),
        "INTERLOCK_INCIDENT": attempt.incident,
    }


def _answer(operation: Operation, ended: Ended) -> dict[str, Value]:
    """Return the declared outputs of a program that ended well.

    Raises:
        ExecutionTimeout: its time was over.
        ExecutionError: it ended otherwise, or its outputs do not fit.
    """
    said = plain(ended.stderr) or plain(ended.stdout)
    if ended.timed_out or ended.status is None:
        raise ExecutionTimeout(f"ended because its time was over. {said}", reason="deadline")
    if ended.status < 0:
        raise ExecutionError(f"ended by signal {-ended.status}. {said}", reason="signal")
    if ended.status not in operation.success:
        raise ExecutionError(f"exit code {ended.status}. {said}", reason=f"exit_{ended.status}")
    return typed_outputs(operation.outputs, {"exit": ended.status, **_last_object(ended.stdout)})


def _last_object(stdout: bytes) -> Mapping[str, Json]:
    """Return the JSON object on the last line that is not blank; empty when it is none."""
    lines = stdout.rstrip().splitlines()
    if not lines:
        return {}
    try:
        value = parse_json(lines[-1])
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}
