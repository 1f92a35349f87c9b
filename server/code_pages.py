"""The page of each diagnostic code: what to avoid, what to prefer, why, and how to mend it.

The one source is ``docs/reference/diagnostics.md``, which is shipped beside this module, so that
a page reads the same in the documentation, on a terminal without a network, and in a report.
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
        code: for instance ``RV201``.
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


def read_pages(page: str) -> Mapping[str, CodePage]:
    """Return the pages that stand in a Markdown text under headings of the third level."""
    return {code: CodePage(code, text.strip() + "\n") for code, text in _ENTRY.findall(page)}
