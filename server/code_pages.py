"""The page of each code: of a diagnostic what to avoid and prefer, of an error cause and cure.

The one source is ``docs/reference/diagnostics.md``, and ``docs/errors/`` for errors.  Both are
shipped beside this module, so that a page reads the same in the documentation, on a terminal
without a network, and in a report.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_ENTRY = re.compile(r"^### (\S+)\n(.*?)(?=^##|^Files: |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class CodePage:
    """What there is to say about a code.

    Attributes:
        code: for instance ``RV201`` or ``not_found``.
        markdown: the entry as the documentation has it, without its heading.
    """

    code: str
    markdown: str

    @property
    def summary(self) -> str:
        """What it means, in one sentence."""
        return " ".join(self.markdown.partition("\n\n")[0].split("\n"))

    @property
    def avoid(self) -> str:
        """An example that reports the code."""
        return self._example("Avoid")

    @property
    def prefer(self) -> str:
        """The same without the fault."""
        return self._example("Prefer")

    @property
    def text(self) -> str:
        """The entry for a terminal: its examples are indented."""
        return _BLOCK.sub(lambda block: textwrap.indent(block[1], "    "), self.markdown)

    def _example(self, word: str) -> str:
        _, found, rest = self.markdown.partition(f"\n{word}:\n\n")
        block = _BLOCK.match(rest) if found else None
        return block[1] if block else ""


@cache
def code_pages() -> Mapping[str, CodePage]:
    """Return every page by its code, in the order of the documentation."""
    page = files("interlock.server").joinpath("diagnostics.md").read_text(encoding="utf-8")
    return read_pages(page)


@cache
def error_pages() -> Mapping[str, CodePage]:
    """Return the page of every error that is raised on purpose, by its code, sorted."""
    shipped = files("interlock.server").joinpath("error_pages").iterdir()
    pages = {one.name.removesuffix(".md"): one for one in shipped if one.name.endswith(".md")}
    del pages["index"]
    return {
        code: CodePage(code, pages[code].read_text(encoding="utf-8").partition("\n\n")[2])
        for code in sorted(pages)
    }


def read_pages(page: str) -> Mapping[str, CodePage]:
    """Return the pages that stand in a Markdown text under headings of the third level."""
    return {code: CodePage(code, text.strip() + "\n") for code, text in _ENTRY.findall(page)}
