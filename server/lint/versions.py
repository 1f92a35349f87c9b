"""RV508: a machine or an action whose content has changed and whose version has not been raised.

What it is compared to is another bundle: a folder, a git revision, or the one that decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from interlock.engine.difference import Change, What, differences
from interlock.engine.verify.whole import Whole
from interlock.language.diagnostics import Diagnostic
from interlock.language.document import Document, Loc
from interlock.server.lint.parts import actions_of, machines_of

_WORDS = frozenset({"title", "doc"})
"""What may change without a version: it is read by people alone."""


def unraised_versions(before: Whole, after: Whole) -> Iterator[Diagnostic]:
    """Yield every definition that is another one under a version that was used before.

    Args:
        before: what was published.
        after: what is to be, with the documents that findings are placed in.
    """
    for change in differences(before, after):
        if change.kind in {"machine", "action"} and change.what not in {What.ADDED, What.REMOVED}:
            for document, loc in _written(after.documents, change):
                yield from _unraised(document, loc, change)


def _unraised(document: Document, loc: Loc, change: Change) -> Iterator[Diagnostic]:
    steps = {one.key: (one.before, one.after) for one in change.details}
    changed = sorted(steps.keys() - {"version"} - _WORDS)
    if "version" in steps:
        earlier, later = (int(version or 0) for version in steps["version"])
        if later > earlier:
            return
        message = f"the version fell from {earlier} to {later}"
    elif changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        message = f"{changed[0]}{more} changed under the same version"
    else:
        return
    span = document.span((*loc, "version"))
    about = document.about((*loc, "version")) or f"{change.kind} {change.name}"
    hint = "raise it: whoever reads the version takes it for what they know"
    yield Diagnostic(document.path, span, "warning", "RV508", message, hint, about)


def _written(documents: Sequence[Document], change: Change) -> Iterable[tuple[Document, Loc]]:
    for document in documents:
        if change.kind == "machine":
            found = [(loc, str(part.get("id"))) for loc, part, _ in machines_of(document)]
        else:
            found = [(loc, name) for loc, name, _ in actions_of(document)]
        yield from ((document, loc) for loc, name in found if name == change.name)
