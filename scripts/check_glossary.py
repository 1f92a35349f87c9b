"""Check that docs/glossary.md and the code use the same words.

A term of the glossary names its code (``In code: `Firing```): each such name must be defined
somewhere in the rooms.  It may also name words that would mean the same (``Not: activation``):
no name that the code defines may contain one of them.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("engine", "rules", "machines", "server", "src/interlock", "proto")
SAYS_NOTHING = ("helper", "helpers", "manager", "misc", "util", "utils")
"""Words that fit anything, so no name may hold them."""


@dataclass(frozen=True)
class Term:
    """One entry of the glossary: its code names, and the words it replaces."""

    name: str
    code: tuple[str, ...]
    banned: tuple[str, ...]


def read_terms(page: str) -> list[Term]:
    """Return the terms of every glossary block of a page, in order."""
    terms = []
    for block in re.findall(r"^```\{glossary\}\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for name, text in re.findall(r"^(\S[^\n]*)\n((?:[ \t][^\n]*\n|\n)+)", block, re.MULTILINE):
            code = re.search(r"In code: ([^.\n]*(?:`[^`]*`[^.\n]*)*)\.", text)
            banned = re.search(r"Not: ([^.]*)\.", text)
            terms.append(
                Term(
                    name,
                    tuple(re.findall(r"`([^`]+)`", code[1]) if code else ()),
                    tuple(word.strip() for word in banned[1].split(",")) if banned else (),
                )
            )
    return terms


def words(name: str) -> list[str]:
    """Return the lower-case words of a snake_case or CamelCase name."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def defined_in_python(source: str) -> Iterator[tuple[str, int]]:
    """Yield every name that Python source defines, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno


def defined_in_proto(source: str) -> Iterator[tuple[str, int]]:
    """Yield every message, enum, service, call and field of a .proto file, with its line."""
    for number, line in enumerate(source.splitlines(), 1):
        block = r"(?:message|enum|service|rpc) (?P<block>\w+)"
        field = r"[\w.<>, ]+ (?P<field>\w+) = \d+"
        if found := re.match(rf"\s*(?:{block}|{field})", line):
            yield found["block"] or found["field"], number


def definitions(root: Path) -> Iterator[tuple[str, str]]:
    """Yield every name that the rooms define, with its place; generated files are left out."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if "_pb2" in path.name or path.suffix not in {".py", ".proto"}:
                continue
            read = defined_in_python if path.suffix == ".py" else defined_in_proto
            place = str(path.relative_to(root))
            yield path.parent.name if path.stem == "__init__" else path.stem, place
            for name, line in read(path.read_text()):
                yield name, f"{place}:{line}"


def faults(terms: list[Term], names: list[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for every term the code does not know and every name it should not have."""
    known = {name for name, _ in names}
    for term in terms:
        if not term.code:
            yield f"docs/glossary.md: {term.name}: no `In code:`"
        for name in term.code:
            if name not in known:
                yield f"docs/glossary.md: {term.name}: nothing in the code is named {name}"
    instead = {word: term.name for term in terms for word in term.banned}
    instead |= dict.fromkeys(SAYS_NOTHING, "the noun of what it is")
    for name, place in names:
        for word in words(name):
            if word in instead:
                yield f"{place}: {name}: our word for {word} is {instead[word]}"


def main() -> int:
    """Print the faults; return 1 when there are any."""
    terms = read_terms((ROOT / "docs" / "glossary.md").read_text())
    found = list(faults(terms, list(definitions(ROOT))))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found or not terms else 0


if __name__ == "__main__":
    sys.exit(main())
