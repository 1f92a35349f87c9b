"""A new project on disk, and what was and was not carried over into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer, counted
from interlock.server.inputs import InputRejected, read_text
from interlock.server.starter.carrying import Translation, translate
from interlock.server.starter.project import SCHEMA, schema, starter, write
from interlock.server.starter.prometheus import read_alerts
from interlock.server.starter.runbooks import taken

PACKAGE = "alerts"
"""The package of rules that were carried over."""


def start(folder: Path, form: Form) -> None:
    """Write the starter project.

    Raises:
        InputRejected: something is in the way.
    """
    _begin(starter(), folder, form)


def take(runbooks: Sequence[str], folder: Path, form: Form) -> None:
    """Write a project of runbooks of the starter library.

    Raises:
        InputRejected: there is no such runbook, or something is in the way.
    """
    _begin(taken(runbooks), folder, form)


def _begin(texts: Mapping[str, str], folder: Path, form: Form) -> None:
    written = write(texts, folder)
    printer = Printer(form)
    if printer.is_json:
        printer.document({"files": [str(path) for path in written]})
        return
    _print_files(printer, written)
    _print_next(printer, folder)


def carry(source: Path, folder: Path, form: Form) -> None:
    """Write a project made of alert rules, and say what could not be carried.

    Raises:
        InputRejected: the file holds no alert rules, or something is in the way.
    """
    translation = translate(read_alerts(read_text(source), str(source)), PACKAGE)
    if not translation.rules:
        said = "; ".join(translation.left_out[:3])
        raise InputRejected(f"{source} holds no alert that can be carried over: {said}")
    written = write({**translation.files, SCHEMA: schema()}, folder)
    printer = Printer(form)
    if printer.is_json:
        printer.document(_record(translation, written))
        return
    _print_files(printer, written)
    _print_translation(printer, translation)
    _print_next(printer, folder)


def _print_files(printer: Printer, written: Sequence[Path]) -> None:
    for path in written:
        printer.line(("made ", "green"), str(path))


def _print_translation(printer: Printer, translation: Translation) -> None:
    for rule in translation.rules:
        printer.line(f"{rule.alert.name} → ", (rule.id, "bold"))
        for note in rule.notes:
            printer.line(("    not carried: ", "yellow"), note)
    for one in translation.left_out:
        printer.line(("left out: ", "bold yellow"), one)
    missed = sum(len(rule.notes) for rule in translation.rules)
    printer.line(
        f"{counted(len(translation.rules), 'alert')} carried,"
        f" {counted(missed, 'part')} of them not, {len(translation.left_out)} left out"
    )


def _print_next(printer: Printer, folder: Path) -> None:
    printer.line("next: ", (f"cd {folder} && interlock check && interlock test", "bold"))


def _record(translation: Translation, written: Sequence[Path]) -> dict[str, object]:
    return {
        "files": [str(path) for path in written],
        "carried": [
            {"alert": rule.alert.name, "rule": rule.id, "not_carried": rule.notes}
            for rule in translation.rules
        ],
        "left_out": list(translation.left_out),
    }
