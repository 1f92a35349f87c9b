"""What every question and command is checked for before it reaches the core."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Protocol

import orjson
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from interlock.digest import canonical, digest
from interlock.errors import RequestRejected
from interlock.server.admission import FieldRejected
from interlock.server.convert import read_moment
from interlock.server.views import IncidentFilter, Page, TransitionFilter

MAX_NAME = 256
"""Longest identifier, actor, scope or filter, in characters."""

MAX_TEXT = 4096
"""Longest reason or remark, in characters."""

MAX_PAGE = 1000
"""Most items of one page."""

DEFAULT_PAGE = 100
"""Items of a page when the caller does not say."""

MAX_ROLES = 16
"""Most roles one answers as."""

MAX_ROLE = 100
"""Longest role, in characters."""

MAX_PAIRS = 16
"""Most names with what they read, of one question."""

_MAX_TOKEN = 4096


class RequestFieldRejected(RequestRejected):
    """One field of a request breaks the contract; ``details`` names it."""

    def __init__(self, field: str, expected: str, found: str) -> None:
        """Say what was expected of the field and what was found."""
        super().__init__(f"{field}: expected {expected}, found {found}", field=field)


class _Paged(Protocol):
    @property
    def page_size(self) -> int: ...

    @property
    def page_token(self) -> str: ...


def name(field: str, value: str) -> str:
    """Return a name that must be given.

    Raises:
        RequestFieldRejected: it is empty, longer than 256 characters or holds NUL.
    """
    return _text(field, value, least=1, most=MAX_NAME)


def optional_name(field: str, value: str) -> str:
    """Return a name that may be empty.

    Raises:
        RequestFieldRejected: it is longer than 256 characters or holds NUL.
    """
    return _text(field, value, least=0, most=MAX_NAME)


def reason(field: str, value: str) -> str:
    """Return a reason or remark that must be given.

    Raises:
        RequestFieldRejected: it is empty, longer than 4,096 characters or holds NUL.
    """
    return _text(field, value, least=1, most=MAX_TEXT)


def remark(field: str, value: str) -> str:
    """Return a remark that may be empty.

    Raises:
        RequestFieldRejected: it is longer than 4,096 characters or holds NUL.
    """
    return _text(field, value, least=0, most=MAX_TEXT)


def roles(field: str, values: Sequence[str]) -> tuple[str, ...]:
    """Return the roles somebody answers as, sorted, each once.

    Raises:
        RequestFieldRejected: there is none or more than 16, or one is empty, longer than 100
            characters or holds NUL.
    """
    if not 1 <= len(values) <= MAX_ROLES:
        raise RequestFieldRejected(field, f"1 to {MAX_ROLES} roles", str(len(values)))
    return tuple(sorted({_text(field, one, least=1, most=MAX_ROLE) for one in values}))


def pairs(field: str, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return names and what they read, sorted.

    Raises:
        RequestFieldRejected: there are more than 16, or one is longer than 256 characters, holds
            NUL or has no name.
    """
    if len(values) > MAX_PAIRS:
        raise RequestFieldRejected(field, f"at most {MAX_PAIRS} pairs", str(len(values)))
    return tuple(
        (name(field, key), optional_name(f"{field}[{key}]", values[key])) for key in sorted(values)
    )


def moment(request: Message, field: str) -> int | None:
    """Return the moment a field of the request holds, in ms since the epoch; None when absent.

    Raises:
        RequestFieldRejected: it lies outside years 0001 to 9999.
    """
    if not request.HasField(field):
        return None
    given: Timestamp = getattr(request, field)
    try:
        return read_moment(given, field)
    except FieldRejected as error:
        raise RequestFieldRejected(
            field, error.details["expected"], error.details["found"]
        ) from error


def page(request: _Paged, wanted: IncidentFilter | TransitionFilter) -> Page:
    """Return the page a request asks for.

    Raises:
        RequestFieldRejected: the size is above 1,000, or the token is not one this service
            gave for the same filters.
    """
    if request.page_size > MAX_PAGE:
        raise RequestFieldRejected("page_size", f"at most {MAX_PAGE}", str(request.page_size))
    size = request.page_size or DEFAULT_PAGE
    if not request.page_token:
        return Page(size)
    return Page(size, _open_token(request.page_token, wanted))


def page_token(cursor: str, wanted: IncidentFilter | TransitionFilter) -> str:
    """Return the token under which a page that begins at the cursor can be asked for.

    The token names the filters it belongs to, so that a caller who changes them half-way is
    told instead of being given a list with holes.  It is no secret and no proof.
    """
    if not cursor:
        return ""
    return base64.urlsafe_b64encode(canonical([_digest(wanted), cursor])).decode()


def _open_token(token: str, wanted: IncidentFilter | TransitionFilter) -> str:
    try:
        parts = orjson.loads(base64.b64decode(token[:_MAX_TOKEN], altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        parts = None
    match parts:
        case [str(filters), str(cursor)] if cursor and filters == _digest(wanted):
            return cursor
        case [str(), str()]:
            found = "the token of another list; start again without a token"
        case _:
            found = "something else; start again without a token"
    raise RequestFieldRejected("page_token", "the next_page_token of the page before", found)


def _digest(wanted: IncidentFilter | TransitionFilter) -> str:
    return digest([type(wanted).__name__, {key: getattr(wanted, key) for key in wanted.__slots__}])[
        :16
    ]


def _text(field: str, value: str, *, least: int, most: int) -> str:
    if not least <= len(value) <= most:
        bounds = f"{least} to {most}" if least else f"at most {most}"
        raise RequestFieldRejected(field, f"{bounds} characters", str(len(value)))
    if "\0" in value:
        raise RequestFieldRejected(field, "text without NUL", "a NUL")
    return value
