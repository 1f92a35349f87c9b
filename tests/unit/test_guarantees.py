"""Every test that the guarantees rest on is there, and every promise has one, and a control."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "guarantees.md").read_text()
NAMED = re.compile(r"`(tests/[\w./]+\.py)::(\w+)`")
CONTROL = "Negative control"
CHAPTERS = dict(part.split("\n", 1) for part in PAGE.split("\n## ")[1:])
PROMISES = {t: c for t, c in CHAPTERS.items() if not t.startswith(("More", "What is not"))}
ROWS = re.findall(r"^\| (.+) \|$", CHAPTERS["More that is proved"], re.MULTILINE)[1:]


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the names of the functions in a file; none when there is no such file."""
    path = ROOT / file
    nodes = ast.walk(ast.parse(path.read_text())) if path.is_file() else ()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in nodes if isinstance(node, functions))


def missing(text: str) -> list[str]:
    """Return the tests that a text names and that are not there."""
    return [f"{file}::{name}" for file, name in NAMED.findall(text) if name not in names_in(file)]


def test_every_test_that_is_named_is_there() -> None:
    assert missing(PAGE) == []
    assert len(NAMED.findall(PAGE)) > 60


def test_a_test_that_is_not_there_is_seen() -> None:
    here = "tests/unit/test_guarantees.py"
    text = (
        f"`{here}::test_a_test_that_is_not_there_is_seen`, `{here}::test_x`, `tests/y.py::test_z`"
    )

    assert missing(text) == [f"{here}::test_x", "tests/y.py::test_z"]


@pytest.mark.parametrize("promise", PROMISES)
def test_every_promise_names_its_tests_and_its_negative_control(promise: str) -> None:
    proofs, _, controls = PROMISES[promise].partition(CONTROL)

    assert NAMED.search(proofs)
    assert NAMED.search(controls)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[:40])
def test_so_does_every_promise_of_one_line_or_says_why_not(row: str) -> None:
    _, proof, control = row.split(" | ")

    assert NAMED.search(proof) or "every test of" in proof
    assert NAMED.search(control) or control.startswith(("within it", "none of its own"))


def test_every_test_of_failures_belongs_to_a_promise() -> None:
    files = {f"tests/failure/{path.name}" for path in (ROOT / "tests/failure").glob("test_*.py")}

    assert {file for file in files if file not in PAGE} == set()
