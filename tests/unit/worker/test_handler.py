"""A function's declaration, and how its end becomes a result."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from interlock.errors import DefinitionError, ExecutionError
from interlock.ledger import AttemptResult
from interlock.worker import Assignment, ExecutionRefused, ExecutionTimeout, Worker
from interlock.worker.handler import OUTPUT_BYTES, Handler, ended

WORK = Assignment(
    intent="act-1",
    attempt=1,
    epoch=1,
    incident="inc-1",
    action="gpu.drain",
    operation="drain",
    inputs={},
    target=None,
    idempotency_key="key-1",
    timeout=timedelta(seconds=5),
    traceparent="",
)


def handler(function: Any, **outputs: str) -> Handler[Assignment]:
    return Handler.declared("drain", function, inputs={"node": "string"}, outputs=outputs)


def test_the_first_line_of_the_docstring_is_the_operations_sentence() -> None:
    def drain(_: Assignment) -> None:
        """Move everything away.

        More.
        """

    operation = handler(drain, moved="int").operation()

    assert "Move everything away." == operation.doc
    assert {"node": "string"} == dict(operation.inputs)
    assert {"moved": "int"} == dict(operation.outputs)


@pytest.mark.parametrize("type_", ["text", "list<list<int>>", ""])
def test_a_type_there_is_not_is_refused(type_: str) -> None:
    with pytest.raises(DefinitionError, match="operation drain"):
        handler(lambda _: None, moved=type_)


def test_an_operation_is_offered_once() -> None:
    worker = Worker("127.0.0.1:1", executor="gpu")
    worker.action("drain")(lambda _: None)
    worker.probe("drain")(lambda _: None)  # a probe is another kind of operation

    with pytest.raises(DefinitionError, match="offered already"):
        worker.action("drain")(lambda _: None)


def test_a_decorated_function_can_still_be_called() -> None:
    worker = Worker("127.0.0.1:1", executor="gpu")

    @worker.action("drain")
    def drain(work: Assignment) -> dict[str, str]:
        return {"intent": work.intent}

    assert drain(WORK) == {"intent": "act-1"}


def test_outputs_that_are_too_large_are_an_error() -> None:
    big = handler(lambda _: {"text": "x" * (OUTPUT_BYTES + 1)}, text="string")

    with pytest.raises(ExecutionError, match="too many"):
        asyncio.run(big.run(WORK))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ExecutionError("e", reason="BUSY"), AttemptResult("error", "BUSY", "e")),
        (ExecutionRefused("r"), AttemptResult("refused", "execution_refused", "r")),
        (ExecutionTimeout("t"), AttemptResult("timeout", "execution_timeout", "t")),
        (KeyError("k"), AttemptResult("error", "worker_fault", "KeyError: 'k'")),
    ],
)
def test_an_exception_stands_for_one_result(error: Exception, expected: AttemptResult) -> None:
    assert ended(error) == expected
