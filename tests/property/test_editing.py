"""Editing: what an editor is shown is what the command line says, and nothing typed breaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.server.cli.main import run
from interlock.server.lsp.desk import Desk, Diagnostics
from tests.hostile import FILES
from tests.pages import ROOT
from tests.scale import count

BUNDLE = {path.name: path.read_text() for path in (ROOT / "tests/e2e/bundle").glob("*.yaml")}
NAMES = sorted(BUNDLE)
PIECES = (
    "",
    " ",
    "\n",
    "x",
    ":",
    "- ",
    "{",
    '"',
    "'",
    "${",
    "interlock: off RV504 because x",
    "😀",
)


def _edited(text: str, data: st.DataObject) -> str:
    """Return a text with a stretch of it replaced."""
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.sampled_from([0, 0, 1, 5, 40]))
    return text[:start] + data.draw(st.sampled_from(PIECES)) + text[start + length :]


def _said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[object, ...]]]:
    """Return what the command line says of a folder: of errors the check, otherwise lint."""
    for verb in ("check", "lint"):
        with monkeypatch.context() as patch, redirect_stdout(StringIO()) as printed:
            patch.chdir(folder)
            run([verb, "-o", "json", "."])
        found = json.loads(printed.getvalue())
        if found["errors"]:
            break
    said: dict[str, list[tuple[object, ...]]] = {}
    for one in found["diagnostics"]:
        hint = f" ({one['hint']})" if one["hint"] else ""
        said.setdefault(one["path"], []).append(
            (one["line"], one["col"], one["code"], one["severity"], one["message"] + hint)
        )
    return said


def _shown(desk: Desk, folder: Path) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    (place,) = desk.files.places
    for uri, found in desk.reviewed(place).items():
        name = Path(uri.removeprefix("file://")).relative_to(folder).as_posix()
        if found:
            severity = {1: "error", 2: "warning"}
            yield (
                name,
                [
                    (
                        one.range.start.line + 1,
                        one.range.start.character + 1,
                        one.code,
                        severity[int(one.severity or 0)],
                        one.message,
                    )
                    for one in found
                ],
            )


@pytest.mark.timeout(300)
@settings(max_examples=count(sample=10, full=1_000))
@given(st.data())
def test_an_editor_is_shown_what_the_command_line_says_of_what_is_saved(
    data: st.DataObject,
) -> None:
    """After any edits, on disk or in buffers, the findings are those of the files as saved."""
    with (
        TemporaryDirectory() as at,
        TemporaryDirectory() as saved,
        pytest.MonkeyPatch.context() as m,
    ):
        folder = Path(at)
        desk = Desk(encoding="utf-32")
        desk.arrange([folder.as_uri()])
        for name, text in BUNDLE.items():
            (folder / name).write_text(text)
        now = dict(BUNDLE)
        for number in range(data.draw(st.integers(1, 4))):
            name = data.draw(st.sampled_from(NAMES))
            uri = (folder / name).as_uri()
            match data.draw(st.sampled_from(["type", "save", "close", "delete"])):
                case "type" if name in now:
                    now[name] = _edited(now[name], data)
                    desk.put(uri, now[name], number)
                case "save" if name in now:
                    now[name] = _edited(now[name], data)
                    (folder / name).write_text(now[name])
                    desk.put(uri, now[name], number)
                case "close" if name in now:
                    desk.drop(uri)
                    now[name] = (folder / name).read_text()
                case "delete" if name in now and len(now) > 1:
                    desk.drop(uri)
                    (folder / name).unlink()
                    del now[name]
            desk.reviewed(desk.files.places[0])
        for name, text in now.items():
            (Path(saved) / name).write_text(text)

        assert dict(_shown(desk, folder)) == _said(Path(saved), m)


def _ask_all(desk: Desk, uri: str, offset: int) -> None:
    """Ask everything about a place of a file; what is answered lies within the files."""
    scene = desk.scene(uri)
    assert scene is not None
    explained = scene.explanation(offset)
    marks = [*scene.declarations(offset), *scene.uses(offset)]
    marks += [one for _, *both in scene.outline() for one in both]

    assert all(0 <= one.replaces <= offset for one in scene.offers(offset))
    assert all(0 <= one.start <= one.end <= len(one.document.text) for one in marks)
    assert explained is None or 0 <= explained.start <= explained.end <= len(scene.text)


def _typed(desk: Desk, name: str, text: str) -> tuple[str, Diagnostics]:
    """Type a text into a file, let it be reviewed; return its URI and what is found."""
    uri = (desk.files.places[0].base / name).as_uri()
    place = desk.put(uri, text, 1)
    assert place is not None
    return uri, desk.reviewed(place)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with the bundle on disk."""
    folder = tmp_path_factory.mktemp("desk")
    for name, text in BUNDLE.items():
        (folder / name).write_text(text)
    desk = Desk()
    desk.arrange([folder.as_uri()])
    return desk


@pytest.mark.timeout(300)
@settings(max_examples=count(sample=30, full=5_000))
@given(st.sampled_from(NAMES), st.data())
def test_any_question_about_any_beginning_of_a_file_is_answered(
    desk: Desk, name: str, data: st.DataObject
) -> None:
    """A file cut anywhere, asked anywhere: answers, nothing else."""
    text = BUNDLE[name][: data.draw(st.integers(0, len(BUNDLE[name])))]
    uri, _ = _typed(desk, name, text)

    _ask_all(desk, uri, data.draw(st.integers(0, len(text))))


@pytest.mark.timeout(300)
@settings(max_examples=count(sample=30, full=5_000))
@given(st.sampled_from(NAMES), st.data())
def test_any_question_about_a_damaged_file_is_answered(
    desk: Desk, name: str, data: st.DataObject
) -> None:
    """A file with anything put into it, halves of characters among it: answers, nothing else."""
    text = BUNDLE[name]
    start = data.draw(st.integers(0, len(text)))
    noise = data.draw(st.text(max_size=12) | st.just("\ud800") | st.just("\0"))
    text = text[:start] + noise + text[start + data.draw(st.integers(0, 9)) :]
    uri, _ = _typed(desk, name, text)

    _ask_all(desk, uri, data.draw(st.integers(0, len(text))))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_can_be_asked_about(desk: Desk, name: str) -> None:
    text = FILES[name].decode(errors="replace")[:400_000]
    uri, said = _typed(desk, "hostile.yaml", text)
    _ask_all(desk, uri, min(len(text) // 2, 5_000))
    desk.drop(uri)

    assert uri in said
