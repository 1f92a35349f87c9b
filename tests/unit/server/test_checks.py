"""Requests: names, remarks, moments and pages."""

from __future__ import annotations

import base64

import pytest

from interlock.server import checks
from interlock.server.views import IncidentFilter, Page, TransitionFilter
from interlock.v1.incident_service_pb2 import ListIncidentsRequest


@pytest.mark.parametrize("value", ["a", "x" * 256, "ü\n\x1b"])
def test_a_name_has_1_to_256_characters(value: str) -> None:
    assert value == checks.name("actor", value)


@pytest.mark.parametrize("value", ["", "x" * 257, "a\0"])
def test_any_other_name_is_refused_and_its_field_named(value: str) -> None:
    with pytest.raises(checks.RequestFieldRejected, match="actor: expected") as refused:
        checks.name("actor", value)

    assert "actor" == refused.value.details["field"]


def test_a_filter_may_be_empty_and_a_reason_may_not() -> None:
    assert "" == checks.optional_name("state", "")
    assert "" == checks.remark("text", "")
    assert "x" * 4096 == checks.reason("reason", "x" * 4096)
    with pytest.raises(checks.RequestFieldRejected):
        checks.reason("reason", "")
    with pytest.raises(checks.RequestFieldRejected):
        checks.remark("text", "x" * 4097)


def test_an_absent_moment_is_none_and_an_impossible_one_refused() -> None:
    request = ListIncidentsRequest()
    assert checks.moment(request, "since") is None

    request.since.FromMilliseconds(1500)
    assert 1500 == checks.moment(request, "since")

    request.since.seconds = 2**60
    with pytest.raises(checks.RequestFieldRejected, match="since"):
        checks.moment(request, "since")


def test_a_page_has_a_hundred_items_unless_said_and_at_most_a_thousand() -> None:
    wanted = IncidentFilter()
    assert Page(100) == checks.page(ListIncidentsRequest(), wanted)
    assert Page(1000) == checks.page(ListIncidentsRequest(page_size=1000), wanted)
    with pytest.raises(checks.RequestFieldRejected, match="page_size"):
        checks.page(ListIncidentsRequest(page_size=1001), wanted)


def test_a_token_brings_its_cursor_back() -> None:
    wanted = IncidentFilter(state="open", since=7)

    token = checks.page_token("seq:42", wanted)

    assert Page(100, "seq:42") == checks.page(ListIncidentsRequest(page_token=token), wanted)


def test_the_last_page_has_no_token() -> None:
    assert "" == checks.page_token("", IncidentFilter())


@pytest.mark.parametrize(
    "token",
    [
        "!",
        "AAAA",
        "x" * 10_000,
        base64.urlsafe_b64encode(b"[1,2]").decode(),
        base64.urlsafe_b64encode(b'{"a":1}').decode(),
        base64.urlsafe_b64encode(b'["a","b","c"]').decode(),
        checks.page_token("1", IncidentFilter(state="closed")),
        checks.page_token("1", TransitionFilter(state="open")),
    ],
)
def test_a_token_this_service_did_not_give_for_this_list_is_refused(token: str) -> None:
    request = ListIncidentsRequest(page_token=token)

    with pytest.raises(checks.RequestFieldRejected, match="page_token: expected"):
        checks.page(request, IncidentFilter(state="open"))
