"""Rebuilds the disks a power cut may leave, from the system calls of one recorded run.

A file is what was synced, and a list of writes since.  After a cut the disk holds all of the
first, and of the second: nothing, or the first few, or any sectors of 512 bytes in any order.
A name is made and removed at once.  Reads, and the log's index (never synced, rebuilt by SQLite),
do not matter.

The model is that of "All File Systems Are Not Created Equal" (Pillai et al., OSDI 2014), without
what a file system may do to names, and without disks that lie about a sync.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
TRACED = "trace=pwrite64,write,fdatasync,fsync,ftruncate,unlink"
RECORDING = ["-y", "-xx", "-s", "300000", "-e", TRACED]
"""Options of strace that make a recording: whole buffers, in hexadecimal, and paths."""
_IGNORED = ("-shm", ".lock", ".reserve")
_CALL = re.compile(r"\d+ +(\w+)\((.*)\) += (-?\d+)")
_FILE = re.compile(r"\d+<([^>]*)>")
_BUFFER = re.compile(r'"([^"]*)"')


class Write(NamedTuple):
    """Bytes at a place; None: the file is cut or grown to that place."""

    offset: int
    data: bytes | None

    def apply(self, content: bytearray) -> None:
        """Do to a content what the call did to the file."""
        if self.data is None:
            del content[self.offset :]
            content.extend(bytes(self.offset - len(content)))
            return
        content.extend(bytes(max(0, self.offset - len(content))))
        content[self.offset : self.offset + len(self.data)] = self.data

    def sectors(self) -> Iterator[Write]:
        """Give the parts that reach the disk one by one."""
        if self.data is None:
            yield self
            return
        for at in range(0, len(self.data), SECTOR):
            yield Write(self.offset + at, self.data[at : at + SECTOR])


class Call(NamedTuple):
    """One recorded call: ``write``, ``sync``, ``unlink`` of a file, or ``ack``."""

    what: str
    name: str
    write: Write | None = None


@dataclass
class File:
    """What a file surely holds, and what was written since."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[Write] = field(default_factory=list)
    was_synced: bool = False


class Cut(NamedTuple):
    """A disk after a cut, and how many appends were acknowledged before it."""

    files: dict[str, bytes]
    acked: int
    what: str


def read_recording(trace: Path, folder: Path) -> list[Call]:
    """Return the calls of a recording on the files of a folder, in order."""
    calls = (_call(line, folder) for line in trace.read_text(errors="replace").splitlines())
    return [call for call in calls if call is not None]


def cuts(calls: list[Call], wanted: int, seed: int = 7) -> Iterator[Cut]:
    """Give ``wanted`` disks, spread evenly over the run, of the four kinds in turn."""
    choose = random.Random(seed)
    kinds = ("nothing", "the first writes", "any sectors", "any sectors")
    every = max(1.0, len(calls) * len(kinds) / wanted)
    points = {int(n * every) for n in range(wanted)}
    disk: dict[str, File] = {}
    acked = 0
    for number, call in enumerate(calls):
        acked += call.what == "ack"
        _step(disk, call)
        for index, kind in enumerate(kinds):
            if number * len(kinds) + index in points:
                yield Cut(_after(disk, kind, choose), acked, f"call {number}: {kind}")


def _step(disk: dict[str, File], call: Call) -> None:
    if call.write is not None:
        disk.setdefault(call.name, File()).since.append(call.write)
    elif call.what == "unlink":
        disk.pop(call.name, None)
    elif call.what == "sync" and call.name in disk:
        file = disk[call.name]
        for write in file.since:
            write.apply(file.synced)
        file.since, file.was_synced = [], True


def _after(disk: dict[str, File], kind: str, choose: random.Random) -> dict[str, bytes]:
    files = {}
    for name, file in disk.items():
        content = bytearray(file.synced)
        for write in _kept(file.since, kind, choose):
            write.apply(content)
        if file.was_synced or kind != "nothing":
            files[name] = bytes(content)
    return files


def _kept(since: list[Write], kind: str, choose: random.Random) -> list[Write]:
    if kind == "nothing":
        return []
    if kind == "the first writes":
        return since[: choose.randint(0, len(since))]
    return [part for write in since for part in write.sectors() if choose.random() < 0.5]


def _call(line: str, folder: Path) -> Call | None:
    matched = _CALL.match(line)
    if matched is None:
        return None
    name, arguments, result = matched.groups()
    if int(result) < 0:
        return None
    if name == "unlink":
        return _on_file(Path(_text(_buffer(arguments))), folder, "unlink")
    file = _FILE.match(arguments)
    path = Path(_text(file[1])) if file else Path()
    if name == "write":
        return Call("ack", "") if _buffer(arguments).startswith(_hex(b"ACK ")) else None
    if name in {"fdatasync", "fsync"}:
        return _on_file(path, folder, "sync")
    place = int(arguments.rsplit(",", 1)[1])
    data = None if name == "ftruncate" else _bytes(_buffer(arguments))
    return _on_file(path, folder, "write", Write(place, data))


def _on_file(path: Path, folder: Path, what: str, write: Write | None = None) -> Call | None:
    if path.parent != folder or path.name.endswith(_IGNORED):
        return None
    return Call(what, path.name, write)


def _buffer(arguments: str) -> str:
    matched = _BUFFER.search(arguments)
    return matched[1] if matched else ""


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _text(text: str) -> str:
    return _bytes(text).decode() if text.startswith("\\x") else text


def _hex(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)
