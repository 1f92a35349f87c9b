"""Reads the operator's file that says which programs ``command`` may run.

::

    interlock: command/v1
    operations:
      reload:
        doc: Reload the web server's configuration.
        argv: [/usr/sbin/nginx, -s, reload, -c, "{config}"]
        inputs: {config: {type: string, pattern: "/etc/nginx/[a-z]+[.]conf"}}
        timeout: 10s
    probes:
      config_ok:
        argv: [/usr/sbin/nginx, -t, -c, "{config}"]
        inputs: {config: string}
        outputs: {exit: int}
        success: [0, 1]
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from interlock.engine.executors.operation import (
    FILE_BYTES,
    MEMORY_BYTES,
    TIMEOUT_MS,
    Operation,
    check_env,
    parse_argv,
)
from interlock.engine.executors.operator_file import fields_of, read_operator_file
from interlock.language.fields import FieldDefinition
from interlock.language.model import Definition, Duration, FieldName, Identifier

_MIB = 1 << 20


class OperationDefinition(Definition):
    """One program and its limits."""

    argv: tuple[str, ...]
    """The program and its arguments; ``{input}`` and ``{target.id}`` are whole arguments."""
    inputs: dict[FieldName, FieldDefinition] = Key(default_factory=dict)
    """Inputs by name."""
    outputs: dict[FieldName, FieldDefinition] = Key(default_factory=dict)
    """Members of the JSON object on its last line; ``exit`` is its exit code."""
    env: dict[str, str] = Key(default_factory=dict)
    """Environment besides PATH; nothing else is passed on."""
    cwd: str = "/"
    """Working directory, an absolute path."""
    timeout: Duration = TIMEOUT_MS
    """The most it may take."""
    success: tuple[Annotated[int, Key(ge=0, le=255)], ...] = (0,)
    """Exit codes that mean done."""
    memory_mib: Annotated[int, Key(ge=16)] = MEMORY_BYTES // _MIB
    """Address space it may use, in MiB."""
    file_mib: Annotated[int, Key(ge=0)] = FILE_BYTES // _MIB
    """Size of the largest file it may write, in MiB."""
    setuid: bool = False
    """Whether it may gain privileges, as ``sudo`` does."""
    doc: str = ""
    """One sentence for authors."""

    @model_validator(mode="after")
    def _is_runnable(self) -> Self:
        self.operation()
        return self

    def operation(self) -> Operation:
        """Return the operation.

        Raises:
            ValueError: it could not be run.
        """
        inputs = fields_of(self.inputs)
        program, arguments = parse_argv(self.argv, inputs)
        check_env(self.env)
        if not self.cwd.startswith("/"):
            raise ValueError(f"cwd {self.cwd!r} is not an absolute path")
        return Operation(
            program=program,
            arguments=arguments,
            inputs=inputs,
            outputs=fields_of(self.outputs),
            env=self.env,
            cwd=self.cwd,
            timeout_ms=self.timeout,
            success=self.success,
            memory_bytes=self.memory_mib * _MIB,
            file_bytes=self.file_mib * _MIB,
            setuid=self.setuid,
            doc=self.doc,
        )


class CommandFile(Definition):
    """The whole file."""

    interlock: Literal["command/v1"]
    """Kind of the document."""
    operations: dict[Identifier, OperationDefinition] = Key(default_factory=dict)
    """What actions may run."""
    probes: dict[Identifier, OperationDefinition] = Key(default_factory=dict)
    """What probes may run; must change nothing."""


def read_operations(path: Path) -> tuple[dict[str, Operation], dict[str, Operation]]:
    """Return the operations and the probes of a file.

    Raises:
        DefinitionError: it cannot be read or is wrong; carries every diagnostic.
    """
    file = read_operator_file(path, "command/v1", CommandFile)
    return (
        {name: definition.operation() for name, definition in file.operations.items()},
        {name: definition.operation() for name, definition in file.probes.items()},
    )
