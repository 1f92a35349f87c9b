"""One program the operator allows, and how typed inputs become its arguments."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from interlock.engine.executors.base import Manifest
from interlock.engine.executors.placeholders import Literal, Placeholder, Template, parse_template
from interlock.engine.executors.process import Program
from interlock.errors import ExecutionRefused
from interlock.language.values import Field, Kind, Value

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where programs are found, and what they find their own in unless the operator says."""

MEMORY_BYTES: Final = 4 << 30
FILE_BYTES: Final = 1 << 30
TIMEOUT_MS: Final = 30_000

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OURS: Final = "INTERLOCK_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A program, its arguments and its limits.

    Attributes:
        program: absolute path.
        arguments: what follows; each literal or one whole placeholder.
        inputs: fields of the inputs.
        outputs: fields of the JSON object on its last line; ``exit`` is its exit code when
            declared and not in the object.
        env: environment besides PATH.
        cwd: working directory.
        timeout_ms: the most it may take, whatever an attempt allows.
        success: exit codes that mean done.
        memory_bytes: address space limit.
        file_bytes: size limit of any file it writes.
        setuid: whether it may gain privileges, as ``sudo`` does.
        doc: one sentence for authors.
    """

    program: str
    arguments: tuple[Template, ...] = ()
    inputs: Mapping[str, Field] = field(default_factory=dict)
    outputs: Mapping[str, Field] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    timeout_ms: int = TIMEOUT_MS
    success: tuple[int, ...] = (0,)
    memory_bytes: int = MEMORY_BYTES
    file_bytes: int = FILE_BYTES
    setuid: bool = False
    doc: str = ""

    @property
    def manifest(self) -> Manifest:
        """What it takes and gives."""
        return Manifest(self.inputs, self.outputs, self.doc)

    def run_with(
        self,
        inputs: Mapping[str, Value],
        target: Mapping[str, Value] | None,
        *,
        env: Mapping[str, str],
        timeout_ms: int,
    ) -> Program:
        """Return the program to run for checked inputs.

        Args:
            inputs: by name; an argument whose optional input is absent is left out.
            target: the inventory's attributes; None when there is none.
            env: variables of Interlock's own.
            timeout_ms: what the caller allows.

        Raises:
            ExecutionRefused: a value may not be an argument.
        """
        arguments = (_argument(one, inputs, target) for one in self.arguments)
        return Program(
            argv=(self.program, *(text for text in arguments if text is not None)),
            env={"PATH": PATH, **self.env, **env},
            cwd=self.cwd,
            timeout_s=min(timeout_ms, self.timeout_ms) / 1000,
            memory_bytes=self.memory_bytes,
            file_bytes=self.file_bytes,
            setuid=self.setuid,
        )


def parse_argv(
    argv: Sequence[str], inputs: Mapping[str, Field]
) -> tuple[str, tuple[Template, ...]]:
    """Return the program and the templates of its arguments.

    Raises:
        ValueError: there is no such program, or a template is wrong.
    """
    if not argv:
        raise ValueError("argv is empty; write the program first")
    first, *rest = (parse_template(text, inputs) for text in argv)
    if isinstance(first, Placeholder):
        raise ValueError(  # noqa: TRY004  # the file's author chose wrong, not a caller
            f"{argv[0]!r}: the program is the operator's choice, never an input"
        )
    program = shutil.which(first.text, path=PATH)
    if program is None or not program.startswith("/"):
        raise ValueError(f"{first.text!r} is not a program; write its absolute path")
    return program, tuple(rest)


def check_env(names: Mapping[str, str]) -> None:
    """Refuse variables that are none, or are Interlock's own.

    Raises:
        ValueError: names the variable.
    """
    for name, value in names.items():
        if _ENV_NAME.fullmatch(name) is None or "\0" in value:
            raise ValueError(f"{name!r} is not an environment variable")
        if name.startswith(_OURS):
            raise ValueError(f"{name!r}: names that begin with {_OURS} are Interlock's")


def _argument(
    template: Template, inputs: Mapping[str, Value], target: Mapping[str, Value] | None
) -> str | None:
    if isinstance(template, Literal):
        return template.text
    value = template.value(inputs, target)
    if value is None:
        return None
    text = template.text(value)
    if text.startswith("-") and not _is_number(template, value):
        raise ExecutionRefused(
            f"nothing was done: {template.name!r} begins with '-' and could be taken for an option",
            reason="bad_input",
        )
    if "\0" in text:
        raise ExecutionRefused(
            f"nothing was done: {template.name!r} holds a NUL", reason="bad_input"
        )
    return text


def _is_number(template: Placeholder, value: Value) -> bool:
    """Return whether a leading minus is a sign: only where an ``int`` was declared."""
    return (
        template.field is not None and template.field.type.kind is Kind.INT and type(value) is int
    )
