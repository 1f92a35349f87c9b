"""A file's text → its canonical layout, proved to say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from interlock.errors import InvariantBroken
from interlock.language.document import Document, load_documents
from interlock.language.located.comments import find_comments
from interlock.language.model import Definition, conditions_of, shapes_of
from interlock.language.shape import Shapes
from interlock.server.layout.block import Unusual, read_block
from interlock.server.layout.printing import BlockPrinter
from interlock.server.layout.scalars import split

_MARKER = re.compile(r"^---[ \t]*(?=#|$)", re.MULTILINE)
_DIRECTIVE = re.compile(r"^(%|\.\.\.)", re.MULTILINE)
_OTHER_BREAKS = re.compile("[\r\x85\u2028\u2029]")


def laid_out(text: str, kinds: Mapping[str, type[Definition]]) -> str:
    """Return a file in canonical layout.

    Args:
        text: a file without faults of YAML.
        kinds: the models of documents, by kind; of others only the layout is made canonical.

    Raises:
        Unusual: the file uses YAML that is not laid out; says which.
        InvariantBroken: the layout would have changed what the file says.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if _OTHER_BREAKS.search(text):
        raise Unusual("line breaks that few editors know")
    documents = load_documents(text, "file")
    if not documents:
        return text
    parts = [
        _printed(text, document, _shapes(document, kinds), start, end)
        for document, (start, end) in zip(documents, _extents(text, documents), strict=True)
    ]
    result = "---\n".join(parts)
    if _meanings(result, kinds) != _meanings(text, kinds) or _remarks(result) != _remarks(text):
        raise InvariantBroken("the layout would change what the file says; it is left as it is")
    return result


def _printed(text: str, document: Document, shapes: Shapes, start: int, end: int) -> str:
    root = document.root
    if root is None or not root.children or text[root.start] in "{[&":
        raise Unusual("documents that are no mapping in block style")
    block = read_block(text, root, start, end)
    lines = [line.rstrip() for line in BlockPrinter(text, shapes).lines(block)]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


def _extents(text: str, documents: Sequence[Document]) -> Iterator[tuple[int, int]]:
    """Yield where each document begins and ends; the markers between belong to none."""
    roots = [document.root for document in documents]
    end = 0
    for number, root in enumerate(roots):
        following = roots[number + 1] if number + 1 < len(roots) else None
        if root is None:
            raise Unusual("documents without content")
        if _DIRECTIVE.search(text[end : root.start]) or _DIRECTIVE.search(text[root.end - 1 :]):
            raise Unusual("directives and document ends")
        marker = _MARKER.search(text, end, root.start)
        start = marker.end() if marker else end
        if marker and text[end : marker.start()].strip():
            raise Unusual("comments before the first document")
        stop = following.start if following else len(text)
        next_marker = _MARKER.search(text, max(root.end - 1, root.start), stop)
        end = next_marker.start() if next_marker and following else len(text)
        yield start, end


def _shapes(document: Document, kinds: Mapping[str, type[Definition]]) -> Shapes:
    model = kinds.get(document.kind or "")
    return shapes_of(model, document) if model else Shapes()


def _meanings(text: str, kinds: Mapping[str, type[Definition]]) -> list[object]:
    """Return what a file says, with conditions one by one however they are written."""
    documents = load_documents(text, "file")
    return [_meaning(document.data, _shapes(document, kinds)) for document in documents]


def _remarks(text: str) -> list[str]:
    """Return the comments of a file, sorted."""
    roots = [one.root for one in load_documents(text, "file") if one.root is not None]
    return sorted(one.text for one in find_comments(text, roots))


def _meaning(data: object, shapes: Shapes) -> object:
    if isinstance(data, Mapping):
        model = shapes.model(data)
        conditions = conditions_of(model) if model else frozenset()
        return {
            key: _conditions(value) if key in conditions else _meaning(value, shapes)
            for key, value in data.items()
        }
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [_meaning(one, shapes) for one in data]
    return data, type(data)


def _conditions(value: object) -> list[object]:
    texts = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    found: list[object] = []
    for text in texts:
        found += split(text) or [text]
    return found
