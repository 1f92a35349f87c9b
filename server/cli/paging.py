"""Runbook pages on disk: written, or held against what would be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from interlock.engine.runbook import MARK, pages
from interlock.engine.verify.whole import read_whole
from interlock.server.cli.checking import read_texts
from interlock.server.cli.exits import Exit
from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer, counted
from interlock.server.inputs import InputRejected, read_text


def write(paths: Iterable[Path], folder: Path, env: str | None, *, check: bool, form: Form) -> Exit:
    """Write the pages of a bundle, or say which would change.

    Args:
        paths: the author's files, and folders with all below them.
        folder: where the pages are.
        env: the environment whose parameters count; None: their defaults.
        check: only say it.
        form: how to print.

    Raises:
        InputRejected: a file cannot be read or written, or a page stands in the way that is
            none of ours (then nothing is written).
        DefinitionError: the files are no sound bundle.
    """
    if str(folder) == "-":  # elsewhere that is standard output, and a folder of that name is litter
        raise InputRejected("--out: expected a folder, found '-': there are several pages")
    texts = read_texts(paths)
    made = {folder / name: text for name, text in pages(read_whole(texts, env)).items()}
    changed, gone = _changed(made), _gone(made, folder)
    if not check:
        _write({path: made[path] for path in changed}, gone)
    _print(changed, gone, len(made), Printer(form), check=check)
    return Exit.FOUND if check and (changed or gone) else Exit.OK


def _changed(made: Mapping[Path, str]) -> list[Path]:
    changed = []
    for path, text in made.items():
        before = read_text(path) if path.exists() else None
        if before is not None and not before.startswith(MARK):
            raise InputRejected(f"{path} is no page of interlock docs; choose another folder")
        if before != text:
            changed.append(path)
    return changed


def _gone(made: Mapping[Path, str], folder: Path) -> list[Path]:
    """Return our pages of what is no longer in the bundle."""
    found = sorted(folder.glob("*.md")) if folder.is_dir() else []
    return [path for path in found if path not in made and read_text(path).startswith(MARK)]


def _write(made: Mapping[Path, str], gone: Iterable[Path]) -> None:
    try:
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for path in gone:
            path.unlink()
    except OSError as error:
        raise InputRejected(f"cannot write {error.filename}: {error.strerror}") from error


def _print(
    changed: Iterable[Path], gone: Iterable[Path], count: int, printer: Printer, *, check: bool
) -> None:
    record = {
        "pages": count,
        "changed": [str(path) for path in changed],
        "gone": [str(path) for path in gone],
    }
    if printer.is_json:
        printer.document(record)
        return
    for path in changed:
        printer.line(("would change " if check else "wrote ", "green"), str(path))
    for path in gone:
        printer.line(("would remove " if check else "removed ", "yellow"), str(path))
    printer.line(counted(count, "page"))
