"""An author's function: what it declares, and how its end becomes a result."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from interlock.errors import (
    DefinitionError,
    ExecutionError,
    ExecutionRefused,
    ExecutionTimeout,
    SignalRejected,
)
from interlock.language.values import Field, Value, admit, parse_type
from interlock.ledger import AttemptResult
from interlock.v1.executor_pb2 import Operation
from interlock.v1.value_pb2 import Value as WireValue
from interlock.worker.wire import json_form, write_value
from interlock.worker.work import Assignment, Question, WorkerValue

OUTPUT_BYTES = 60_000
"""The most that outputs may take, encoded; the service takes a little more."""

W = TypeVar("W", Assignment, Question)

Outputs = Mapping[str, WorkerValue] | None
Function = Callable[[W], Outputs] | Callable[[W], Awaitable[Outputs]]


@dataclass(frozen=True, slots=True)
class Handler(Generic[W]):
    """One operation.

    Attributes:
        name: the operation.
        function: does it; a plain function runs in a thread.
        inputs: name to type, as definitions write it.
        outputs: declared outputs.
        doc: one sentence for authors.
        repeatable: whether it may be done again after an attempt whose end is unknown.
    """

    name: str
    function: Function[W]
    inputs: Mapping[str, str]
    outputs: Mapping[str, Field]
    doc: str
    repeatable: bool = False

    @classmethod
    def declared(
        cls,
        name: str,
        function: Function[W],
        *,
        inputs: Mapping[str, str],
        outputs: Mapping[str, str],
        repeatable: bool = False,
    ) -> Handler[W]:
        """Return the handler of a function.

        Raises:
            DefinitionError: a type cannot be read.
        """
        _fields(name, inputs)
        doc = (inspect.getdoc(function) or "").partition("\n")[0][:1024]
        return cls(name, function, dict(inputs), _fields(name, outputs), doc, repeatable)

    @property
    def stoppable(self) -> bool:
        """Whether it ends when it is cancelled; a thread cannot be."""
        return inspect.iscoroutinefunction(self.function)

    def operation(self) -> Operation:
        """Return the declaration as the wire has it."""
        outputs = {name: str(field.type) for name, field in self.outputs.items()}
        return Operation(name=self.name, inputs=self.inputs, outputs=outputs, doc=self.doc)

    async def run(self, work: W) -> dict[str, Value]:
        """Call the function within its time and return its outputs in runtime form.

        Raises:
            ExecutionError: it failed, did nothing or did not end, as its class says; an
                exception of any other kind is passed on.
        """
        deadline = asyncio.timeout(work.timeout.total_seconds())
        try:
            async with deadline:
                outputs = await self._called(work)
        except TimeoutError as error:
            if not deadline.expired():
                raise  # the function's own
            raise ExecutionTimeout(f"no end within {work.timeout}", reason="deadline") from error
        return self._admitted(outputs or {})

    def _admitted(self, outputs: Mapping[str, WorkerValue]) -> dict[str, Value]:
        try:
            found = {name: json_form(value) for name, value in outputs.items()}
            admitted = admit(self.outputs, found, {})
        except (SignalRejected, ValueError, TypeError, AttributeError) as error:
            raise ExecutionError(f"outputs of {self.name}: {error}", reason="bad_output") from error
        size = sum(value.ByteSize() for value in self.write(admitted).values())
        if size > OUTPUT_BYTES:
            raise ExecutionError(f"outputs of {size} bytes are too many", reason="bad_output")
        return admitted

    def write(self, outputs: Mapping[str, Value]) -> dict[str, WireValue]:
        """Return outputs as the wire has them."""
        return {name: write_value(outputs[name], self.outputs[name].type) for name in outputs}

    async def _called(self, work: W) -> Outputs:
        if self.stoppable:
            called = self.function(work)
        else:
            called = await asyncio.to_thread(self.function, work)
        return await called if inspect.isawaitable(called) else called


def ended(error: Exception) -> AttemptResult:
    """Return the result an exception stands for."""
    match error:
        case ExecutionTimeout():
            return AttemptResult("timeout", _code(error), str(error))
        case ExecutionRefused():
            return AttemptResult("refused", _code(error), str(error))
        case ExecutionError():
            return AttemptResult("error", _code(error), str(error))
        case _:
            return AttemptResult("error", "worker_fault", f"{type(error).__name__}: {error}")


def _code(error: ExecutionError) -> str:
    return str(error.details.get("reason", error.code))


def _fields(operation: str, types: Mapping[str, str]) -> dict[str, Field]:
    try:
        return {name: Field(parse_type(text)) for name, text in types.items()}
    except ValueError as error:
        raise DefinitionError(f"operation {operation}: {error}") from error
