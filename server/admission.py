"""The limits every signal keeps, whichever door it came through.

A door makes a ``SignalBody``; ``seal`` checks it against the limits of ``signal.proto`` and
gives it its canonical bytes.  Nothing behind the door checks them again.

Control characters, bidirectional marks and shell fragments in text are data and pass; only
what could not be stored or read back is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, Literal

import orjson

from interlock.engine.model import MOST_SIGNAL_BYTES
from interlock.errors import SignalRejected
from interlock.server.signals import Form, Incoming, SignalBody

MAX_SIGNAL_BYTES = MOST_SIGNAL_BYTES
"""Largest signal, measured on its canonical JSON."""

MAX_NAME = 256
"""Longest id, source, name, label name or field name, in characters."""

MAX_SUBJECT = 1024
"""Longest subject, in characters."""

MAX_TEXT = 32_768
"""Longest label value or string value, in characters."""

MAX_ENTRIES = 128
"""Most labels, and most values, of one signal."""

_SHOWN = 80
_HEAD: Final[tuple[Literal["id", "source", "name", "subject"], ...]] = (
    "id",
    "source",
    "name",
    "subject",
)


class FieldRejected(SignalRejected):
    """One field of a signal breaks the contract; ``details`` has field, expected and found."""

    def __init__(self, field: str, expected: str, found: object, cure: str = "") -> None:
        """Say what is wrong and what the sender can do.

        Args:
            field: path of the field, e.g. ``values.ratio``.
            expected: what the contract asks for.
            found: what came; shown printable and cut short.
            cure: what to do about it; empty when that is plain.
        """
        field, shown = shorten(field), shorten(str(found))
        advice = f"; {cure}" if cure else ""
        message = f"{field}: expected {expected}, found {shown}{advice}"
        super().__init__(message, field=field, expected=expected, found=shown)


def seal(body: SignalBody) -> Incoming:
    """Return the signal with its canonical bytes.

    Raises:
        FieldRejected: a limit is broken.
    """
    if not (
        0 < len(body["id"]) <= MAX_NAME
        and 0 < len(body["source"]) <= MAX_NAME
        and 0 < len(body["name"]) <= MAX_NAME
        and len(body["subject"]) <= MAX_SUBJECT
    ):
        _refuse_head(body)
    labels, values = body["labels"], body["values"]
    # Joining is the quick question: names that together fit need no look at each.
    if len(labels) > MAX_ENTRIES or "" in labels or len("".join(labels)) > MAX_NAME:
        _refuse_names("labels", labels)
    if len(values) > MAX_ENTRIES or "" in values or len("".join(values)) > MAX_NAME:
        _refuse_names("values", values)
    # Equal to digest.canonical: the types above leave nothing inexact, so it is not asked again.
    encoded = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    if len(encoded) > MAX_TEXT:
        _refuse_long(body, len(encoded))
    if b"\\" in encoded and b"\\u0000" in encoded:  # the first question is the cheap one
        _refuse_nul(body)
    return Incoming(body, encoded)


def shorten(text: str) -> str:
    """Return text that may be shown in an error: printable, at most 80 characters."""
    printable = text if text.isprintable() else ascii(text)[1:-1]
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}…"


def _refuse_head(body: SignalBody) -> None:
    """Refuse the id, source, name or subject that is missing or too long."""
    for field in _HEAD:
        if not body[field] and field != "subject":
            raise FieldRejected(field, f"1 to {MAX_NAME} characters", "none", f"give it a {field}")
        longest = MAX_SUBJECT if field == "subject" else MAX_NAME
        if len(body[field]) > longest:
            raise FieldRejected(field, f"at most {longest} characters", f"{len(body[field])}")


def _refuse_names(part: str, names: Collection[str]) -> None:
    if len(names) > MAX_ENTRIES:
        raise FieldRejected(part, f"at most {MAX_ENTRIES} entries", len(names))
    expected = f"names of 1 to {MAX_NAME} characters"
    for name in sorted(names):
        if not name:
            raise FieldRejected(part, expected, "an empty name")
        if len(name) > MAX_NAME:
            raise FieldRejected(f"{part}.{name}", expected, f"{len(name)} characters")


def _refuse_long(body: SignalBody, size: int) -> None:
    for path, text in _texts(body):
        if len(text) > MAX_TEXT:
            raise FieldRejected(path, f"at most {MAX_TEXT} characters", f"{len(text)} characters")
    if size > MAX_SIGNAL_BYTES:
        raise FieldRejected(
            "signal",
            f"at most {MAX_SIGNAL_BYTES} bytes as JSON",
            f"{size} bytes",
            "send less text with it",
        )


def _refuse_nul(body: SignalBody) -> None:
    """Refuse a NUL; the text may also just contain a backslash and ``u0000``, which is data."""
    for path, text in _texts(body):
        if "\0" in text:
            raise FieldRejected(path, "text without NUL", text, "remove the NUL character")


def _texts(body: SignalBody) -> Iterator[tuple[str, str]]:
    for field in _HEAD:
        yield field, body[field]
    for part, entries in (("labels", body["labels"]), ("values", body["values"])):
        for name, value in sorted(entries.items()):
            yield f"name of {part}.{name}", name
            for text in _texts_of(value):
                yield f"{part}.{name}", text


def _texts_of(value: Form) -> list[str]:
    match value:
        case str():
            return [value]
        case {"list": list() as items}:
            return [one for one in items if isinstance(one, str)]
        case _:
            return []
