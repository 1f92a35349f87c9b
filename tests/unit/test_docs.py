"""Every block of every page is true: it runs, loads, or prints what the page says.

``python`` blocks share names within their page.  ``console`` blocks run in an empty folder with the
project's programs on the path.  ``yaml`` blocks that begin with ``interlock:`` go through the real
loader.  ``sh`` and ``text`` blocks are for the reader and are not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from interlock import errors
from interlock.language.document import load_documents

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
ERROR_PAGES = ROOT / "docs" / "errors"


def _run_console(example: Example) -> str | None:
    """Run the commands of a block; say what differs from the page."""
    commands = re.findall(r"^\$ (.*)\n?", example.parsed, re.MULTILINE)
    expected = re.sub(r"^\$ .*\n?", "", example.parsed, flags=re.MULTILINE).rstrip()
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        cwd=example.namespace["folder"],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=50,
        check=False,
    )
    printed = done.stdout.rstrip()
    pattern = re.escape(expected).replace(r"\.\.\.", r".*")
    if re.fullmatch(pattern, printed, re.DOTALL):
        return None
    return f"{commands} printed\n{printed}\nand the page says\n{expected}"


def _load_yaml(example: Example) -> str | None:
    """Load a block as what it is: one of our documents, or any YAML; say what is wrong."""
    if not example.parsed.startswith("interlock:"):
        yaml.safe_load(example.parsed)
        return None
    documents = load_documents(example.parsed, example.path)
    found = [str(fault) for document in documents for fault in document.diagnostics]
    return "\n".join(found) or None


SYBIL = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser("console", _run_console),
        CodeBlockParser("yaml", _load_yaml),
    ],
    pattern="*.md",
    path=str(ROOT),
)


def _evaluate(page: Path, folder: Path) -> None:
    document = SYBIL.parse(page)
    document.namespace["folder"] = folder
    for example in document.examples():
        example.evaluate()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_a_page_is_true(page: Path, tmp_path: Path) -> None:
    _evaluate(page, tmp_path)


@pytest.mark.parametrize(
    "block",
    [
        '```python\nint("one")\n```\n',
        "```console\n$ echo one\ntwo\n```\n",
        "```yaml\na: [\n```\n",
        "```yaml\ninterlock: rules/v1\nrules: {a: 1, a: 2}\n```\n",
    ],
    ids=["python", "console", "yaml", "interlock"],
)
def test_a_block_that_is_not_true_fails(block: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(block)

    with pytest.raises(Exception, match=r"."):
        _evaluate(page, tmp_path)


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
