"""The ledger's file: one JSON line a change, on disk before the caller goes on.

A torn last line is what a crash leaves and is dropped; any other damage stops the executor,
for a record that cannot be read could let an effect happen twice.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path

from interlock import digest
from interlock.errors import JournalCorrupt
from interlock.language.values import JsonValue, Value
from interlock.ledger.result import AttemptResult, OutcomeWord


@dataclass(frozen=True, slots=True)
class Line:
    """State of one key: started (``result`` None) or ended."""

    key: str
    attempt: int
    request: str
    result: AttemptResult | None


class LedgerFile:
    """Append-only file of lines, rewritten when it holds four times the bound.

    Blocking; thread-safe.

    Args:
        path: made when missing, with mode 0600; its folder must exist.
        bound: how many keys are kept.

    Raises:
        JournalCorrupt: a line before the last is not what was written.
    """

    def __init__(self, path: Path, bound: int) -> None:
        self._path = path
        self._bound = bound
        self._lock = threading.Lock()
        self._last: OrderedDict[str, Line] = OrderedDict()
        if path.exists():
            for line in _read(path):
                self._remember(line)
        self._appended = 0
        self._rewrite()

    def lines(self) -> list[Line]:
        """Return the last line of every key kept, oldest first."""
        return list(self._last.values())

    def append(self, line: Line) -> None:
        """Write a line and wait until it is on disk."""
        with self._lock:
            self._remember(line)
            self._appended += 1
            if self._appended > 4 * self._bound:
                self._rewrite()
                return
            with self._path.open("ab") as file:
                _write(file.fileno(), _encode(line))

    def _remember(self, line: Line) -> None:
        self._last[line.key] = line
        self._last.move_to_end(line.key)
        if len(self._last) > self._bound:
            self._last.popitem(last=False)

    def _rewrite(self) -> None:
        """Replace the file by one line a key; a crash leaves the old file or the new."""
        fresh = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write(descriptor, b"".join(map(_encode, self._last.values())))
        finally:
            os.close(descriptor)
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._appended = 0


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


def _encode(line: Line) -> bytes:
    return digest.canonical(asdict(line)) + b"\n"


def _read(path: Path) -> list[Line]:
    whole, _, _torn = path.read_bytes().rpartition(b"\n")
    return [_decode(path, number, row) for number, row in enumerate(whole.splitlines(), 1)]


def _decode(path: Path, number: int, row: bytes) -> Line:
    try:
        value = digest.decode(row)
        result = value["result"]
        return Line(
            key=value["key"],
            attempt=value["attempt"],
            request=value["request"],
            result=None if result is None else _result(**result),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise JournalCorrupt(f"{path}: line {number} is not what was written") from error


def _result(
    outcome: OutcomeWord, code: str, message: str, outputs: dict[str, JsonValue]
) -> AttemptResult:
    return AttemptResult(outcome, code, message, {k: _value(v) for k, v in outputs.items()})


def _value(value: JsonValue) -> Value:
    """Return a runtime value; canonical bytes hold tuples as lists."""
    match value:
        case str() | int():
            return value
        case [*items]:
            return tuple(_value(item) for item in items)
        case _:
            raise TypeError(f"no runtime value: {value!r}")
