"""All that ``interlock lint`` finds in some documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from interlock.language.diagnostics import Diagnostic, ordered
from interlock.language.document import Document
from interlock.server.code_pages import code_pages
from interlock.server.lint import governance, style
from interlock.server.lint.drafts import check_drafts
from interlock.server.lint.suppressions import Suppression, find_suppressions, quieted

OWN = "RV5"
"""How the codes begin that are found here."""


def lint(
    texts: Mapping[str, str],
    documents: Sequence[Document],
    checked: Iterable[Diagnostic],
    today: date,
    unraised: Iterable[Diagnostic] | None = None,
) -> list[Diagnostic]:
    """Return what is not as people agreed, sorted by place.

    Args:
        texts: the files, by name.
        documents: what they hold, read for this alone: findings are added to them.
        checked: warnings of the check, which may be switched off too.
        today: the day on which things end.
        unraised: versions that were not raised; None: nothing says what they were.
    """
    check_drafts(documents)
    for document in documents:
        for check in (*governance.CHECKS, *style.CHECKS):
            check(document, today)
    own = [one for d in documents for one in d.diagnostics if one.code.startswith(OWN)]
    suppressions = find_suppressions(texts, documents)
    left = quieted([*checked, *own, *(unraised or ())], suppressions, today)
    unasked = frozenset() if unraised is not None else frozenset({"RV508"})
    return ordered([*left, *_about(suppressions, today, unasked)])


def _about(
    suppressions: Iterable[Suppression], today: date, unasked: Collection[str]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with suppressions; those of codes nobody asked for are not idle."""
    known = code_pages()
    for one in suppressions:
        unknown = [code for code in one.codes if code not in known]
        asked = [code for code in one.codes if code.startswith(OWN) and code not in unasked]
        idle = [code for code in asked if code not in one.used]
        if one.problem or unknown:
            problem = one.problem or f"there is no code {', '.join(unknown)}"
            hint = "# interlock: off RV504 until 2027-01-31 because …"
            yield replace(one.at, message=f"suppression does not count: {problem}", hint=hint)
        elif one.until is not None and one.until < today:
            message = f"suppression ended on {one.until}"
            yield replace(one.at, code="RV509", message=message, hint="mend it, or decide again")
        elif idle:
            message = f"suppression of {', '.join(idle)} hides nothing"
            yield replace(one.at, code="RV510", message=message, hint="delete it")
