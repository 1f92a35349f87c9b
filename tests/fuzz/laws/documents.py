"""Any bytes are documents, or faults that lie in the file; nothing is raised."""

from __future__ import annotations

from interlock.language.document import load_documents


def hold(data: bytes) -> None:
    """Read a file; print every fault, and find the place of everything in it."""
    documents = load_documents(data, "f.yaml")
    lines = data.count(b"\n") + data.count(b"\r") + data.count(b"\xc2\x85") + 1
    lines += data.count(b"\xe2\x80\xa8") + data.count(b"\xe2\x80\xa9")
    for document in documents:
        assert document.data is not None or document.diagnostics
        if document.root is not None:
            document.report(tuple(document.root.keys)[:1], "RV110", "found")
        for one in document.diagnostics:
            span = one.span
            assert str(one).startswith(f"f.yaml:{span.line}:{span.col}: ")
            assert 1 <= span.line <= span.end_line <= lines
            assert span.col >= 1
            assert (span.line, span.col) <= (span.end_line, span.end_col)
