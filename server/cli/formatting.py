"""Files laid out in place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from interlock.language.document import load_documents
from interlock.language.model import Definition
from interlock.server.cli.exits import Exit
from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer, counted
from interlock.server.cli.reading import read
from interlock.server.inputs import InputRejected
from interlock.server.kinds import known_kinds
from interlock.server.layout import Unusual, laid_out

_FAULTY = "has a fault, see interlock check"


def lay_out(paths: Iterable[Path], only_check: bool, form: Form) -> Exit:
    """Lay files out and print which were changed.

    Args:
        paths: files, and folders with all below them.
        only_check: whether to change nothing.
        form: how to print.

    Raises:
        InputRejected: a path cannot be read or written.
    """
    kinds = known_kinds()
    files = read(paths)
    changed, left = [], {}
    for name, content in files.items():
        result, problem = _laid_out(name, content, kinds)
        if problem:
            left[name] = problem
        elif result != content:
            changed.append(name)
            if not only_check:
                _replace(Path(name), result)
    _print(Printer(form), len(files), changed, left, "would change" if only_check else "changed")
    is_faulty = _FAULTY in left.values()
    return Exit.FOUND if is_faulty or (only_check and changed) else Exit.OK


def _laid_out(
    name: str, content: bytes, kinds: Mapping[str, type[Definition]]
) -> tuple[bytes, str | None]:
    """Return a file in canonical layout, or why it is left as it is."""
    documents = load_documents(content, name)
    if any(document.diagnostics for document in documents):
        return content, _FAULTY
    try:
        return laid_out(content.decode(), kinds).encode(), None
    except Unusual as unusual:
        return content, f"uses {unusual}"


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is never half there, whoever reads it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.chmod(path.stat().st_mode & 0o7777)
        fresh.replace(path.resolve())
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise InputRejected(f"cannot write {path}: {error.strerror}") from error


def _print(
    printer: Printer, count: int, changed: list[str], left: Mapping[str, str], word: str
) -> None:
    if printer.is_json:
        printer.document({"files": count, "changed": changed, "left": left})
        return
    for name in changed:
        printer.line(name)
    for name, problem in left.items():
        printer.line(f"{name}: left as it is: {problem}")
    printer.line(f"{counted(count, 'file')}: {len(changed)} {word}")
