"""Every block of every page is true; ``tests.pages`` says how blocks are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interlock import errors
from tests.pages import ROOT, play

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
ERROR_PAGES = ROOT / "docs" / "errors"


@pytest.mark.timeout(180)  # the page of the command line starts the program forty times
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_a_page_is_true(page: Path, tmp_path: Path) -> None:
    play(page, tmp_path)


SIGNALS = "```yaml\ninterlock: signals/v1\nsignals: {a.b: {ttl: 1m, fields: {x: int}}}\n```\n"


@pytest.mark.parametrize(
    "block",
    [
        '```python\nint("one")\n```\n',
        "```python\n>>> 1 + 1\n3\n```\n",
        "```console\n$ echo one\ntwo\n```\n",
        "```yaml\na: [\n```\n",
        "```json\n{\n```\n",
        "```toml\na\n```\n",
        "```yaml\ninterlock: rules/v1\nrules: {a: 1, a: 2}\n```\n",
        "```yaml\ninterlock: signals/v1\nsignals: {a.b: {ttl: soon}}\n```\n",
        "```yaml\ninterlock: command/v1\noperations: {a: {argv: [no-such-program]}}\n```\n",
    ],
    ids=["python", "doctest", "console", "yaml", "json", "toml", "document", "bundle", "operator"],
)
def test_a_block_that_is_not_true_fails(block: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(block)

    with pytest.raises(BaseException, match=r"."):
        play(page, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ echo one two three\none … three\n```\n",
        "Save this as `a/one.txt`:\n\n```text\n1\n```\n\n```console\n$ cat a/one.txt\n1\n```\n",
        SIGNALS,
        "Save `a.yaml`:\n\n" + SIGNALS + "\nChange `a.yaml`:\n\n" + SIGNALS,
        "<!--- invisible-code-block: python\nx = 1\n-->\n\n```python\nassert x == 1\n```\n",
    ],
    ids=["dots", "saved", "documents", "changed", "unseen"],
)
def test_a_block_that_is_true_passes(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)

    play(page, tmp_path)


PLACES = re.compile(
    r"`((?:docs|engine|machines|proto|rules|scripts|server|src|tests)/(?!v\d)[\w./*-]+)`"
)


def missing_places(text: str) -> list[str]:
    """Return the places in the repository that a page names and that are not there."""
    named = sorted(set(PLACES.findall(text)))
    return [place for place in named if not list(ROOT.glob(place.rstrip("/")))]


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.parent.name != "adr"],  # those tell of their day
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_place_a_page_names_is_there(page: Path) -> None:
    assert missing_places(page.read_text()) == []


def test_a_place_that_is_not_there_is_seen() -> None:
    text = "Files: `tests/unit/`, `rules/*.py`, `engine/no_such.py`, `shop/rules.yaml`."

    assert missing_places(text) == ["engine/no_such.py"]


def test_every_page_but_indexes_ends_with_the_files_it_describes() -> None:
    described = ("tutorial", "how-to", "reference", "explanation")
    pages = [p for p in PAGES if p.parent.name in described and p.stem != "index"]
    last = {page: page.read_text().rstrip().split("\n")[-2:] for page in pages}

    assert [p.name for p, lines in last.items() if not any("Files: " in x for x in lines)] == []


def _error_classes(base: type[errors.InterlockError]) -> list[type[errors.InterlockError]]:
    return [kind for sub in base.__subclasses__() for kind in (sub, *_error_classes(sub))]


def test_every_error_code_has_a_page_with_cause_cure_and_example() -> None:
    codes = {
        kind.code
        for kind in _error_classes(errors.InterlockError)
        if kind.__module__ == errors.__name__
    }
    pages = {page.stem: page for page in ERROR_PAGES.glob("*.md") if page.stem != "index"}
    found = {
        code: re.findall(r"^#.*", page.read_text(), re.MULTILINE) for code, page in pages.items()
    }

    assert found == {code: [f"# `{code}`", "## Cause", "## Cure", "## Example"] for code in codes}


def test_every_decision_has_a_number_of_its_own_and_says_it() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    numbers = [int(page.name[:4]) for page in pages]

    assert len(set(numbers)) == len(numbers)
    for number, page in zip(numbers[1:], pages[1:], strict=True):
        assert page.read_text().startswith(f"# {number}. "), page.name
