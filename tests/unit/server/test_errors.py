"""One table: every family has a status, a reason and what the caller can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo

from interlock import errors
from interlock.server.errors import (
    _TABLE,
    http_body,
    http_status,
    retry_after_ms,
    rpc_code,
    rpc_status,
)

Code = grpc.StatusCode


@pytest.mark.parametrize(
    ("family", "code", "http"),
    [
        (errors.SignalRejected, Code.INVALID_ARGUMENT, 400),
        (errors.RequestRejected, Code.INVALID_ARGUMENT, 400),
        (errors.DefinitionError, Code.INVALID_ARGUMENT, 400),
        (errors.NotFound, Code.NOT_FOUND, 404),
        (errors.NotPermitted, Code.FAILED_PRECONDITION, 409),
        (errors.Overloaded, Code.RESOURCE_EXHAUSTED, 503),
        (errors.NotReady, Code.UNAVAILABLE, 503),
        (errors.ExecutionError, Code.ABORTED, 502),
        (errors.ExecutionTimeout, Code.DEADLINE_EXCEEDED, 504),
        (errors.ExecutionRefused, Code.FAILED_PRECONDITION, 409),
        (errors.LeaseLost, Code.ABORTED, 502),
        (errors.JournalError, Code.UNAVAILABLE, 503),
        (errors.JournalUnsafe, Code.UNAVAILABLE, 503),
        (errors.JournalCorrupt, Code.DATA_LOSS, 500),
        (errors.InvariantBroken, Code.INTERNAL, 500),
    ],
)
def test_each_family_has_its_status(
    family: type[errors.InterlockError], code: grpc.StatusCode, http: int
) -> None:
    error = family("why")

    assert code is rpc_code(error)
    assert http == http_status(error)


def test_no_family_is_left_out_of_the_table_above() -> None:
    def descendants(family: type[errors.InterlockError]) -> Iterator[type[errors.InterlockError]]:
        for child in family.__subclasses__():
            if child.__module__ == errors.__name__:
                yield child
                yield from descendants(child)

    (mark,) = test_each_family_has_its_status.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} == set(descendants(errors.InterlockError))


def details(error: errors.InterlockError, kind: type) -> list[object]:
    found = []
    for packed in rpc_status(error).details:
        detail = kind()
        if packed.Unpack(detail):
            found.append(detail)
    return found


def test_a_status_names_the_error_for_programs() -> None:
    error = errors.NotFound("no incident 'x'", incident="x", count=3)

    (info,) = details(error, ErrorInfo)

    assert "no incident 'x'" == rpc_status(error).message
    assert Code.NOT_FOUND.value[0] == rpc_status(error).code
    assert ("NOT_FOUND", "interlock") == (info.reason, info.domain)
    assert {"count": "3", "incident": "x"} == dict(info.metadata)


def test_a_status_names_the_field_at_fault() -> None:
    error = errors.RequestRejected("actor: expected a name, found none", field="actor")

    (bad,) = details(error, BadRequest)

    assert [("actor", "actor: expected a name, found none")] == [
        (one.field, one.description) for one in bad.field_violations
    ]


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (errors.Overloaded("full"), 1000),
        (errors.Overloaded("full", retry_after_ms=250), 250),
        (errors.NotReady("starting"), 1000),
        (errors.JournalError("no space"), 1000),
    ],
)
def test_a_status_says_when_to_come_again(error: errors.InterlockError, after: int) -> None:
    (info,) = details(error, RetryInfo)

    assert after == retry_after_ms(error)
    assert after == info.retry_delay.ToMilliseconds()


@pytest.mark.parametrize("error", [errors.NotFound("x"), errors.RequestRejected("x")])
def test_a_status_does_not_invite_again_where_that_would_not_help(
    error: errors.InterlockError,
) -> None:
    assert retry_after_ms(error) is None
    assert [] == details(error, RetryInfo)


def test_a_status_fits_in_a_header_however_much_the_error_says() -> None:
    error = errors.SignalRejected("語" * 100_000, field="y" * 100_000, found="z" * 100_000)

    status = rpc_status(error)

    assert status.ByteSize() < 4096
    assert 3 * len(status.message.encode()) < 4096


def test_over_http_the_same_is_a_json_object() -> None:
    error = errors.RequestRejected("body: expected JSON", field="body")

    assert {
        "error": "request_rejected",
        "message": "body: expected JSON",
        "field": "body",
    } == http_body(error)


ROOT = Path(__file__).parents[3]
STATUS = re.compile(r"\b(" + "|".join(code.name for code in Code) + r")\b")


@pytest.mark.parametrize("file", sorted((ROOT / "proto").rglob("*.proto")), ids=lambda f: f.stem)
def test_the_contract_names_only_statuses_that_errors_have(file: Path) -> None:
    named = set(STATUS.findall(file.read_text())) - {"OK"}

    assert named <= {answer.rpc.name for answer in _TABLE.values()}


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "errors").glob("*.md")), ids=lambda f: f.stem
)
def test_the_page_of_an_error_names_the_status_it_has(page: Path) -> None:
    told = re.findall(r"Over gRPC it is `(\w+)`", page.read_text())
    classes = {error.code: error for error in _TABLE}

    assert told == [] or told == [_TABLE[classes[page.stem]].rpc.name]
