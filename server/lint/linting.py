"""All that ``interlock lint`` finds in some documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from interlock.language.diagnostics import Diagnostic, ordered
from interlock.language.document import Document
from interlock.server.code_pages import code_pages
from interlock.server.lint import governance, style
from interlock.server.lint.suppressions import Suppression, find_suppressions, quieted

OWN = "RV5"
"""How the codes begin that are found here."""


def lint(
    texts: Mapping[str, str],
    documents: Sequence[Document],
    checked: Iterable[Diagnostic],
    today: date,
) -> list[Diagnostic]:
    """Return what is not as people agreed, sorted by place.

    Args:
        texts: the files, by name.
        documents: what they hold, read for this alone: findings are added to them.
        checked: warnings of the check, which may be switched off too.
        today: the day on which things end.
    """
    for document in documents:
        for check in (*governance.CHECKS, *style.CHECKS):
            check(document, today)
    own = [one for d in documents for one in d.diagnostics if one.code.startswith(OWN)]
    suppressions = find_suppressions(texts, documents)
    left = quieted([*checked, *own], suppressions, today)
    return ordered([*left, *_about(suppressions, today)])


def _about(suppressions: Iterable[Suppression], today: date) -> Iterator[Diagnostic]:
    """Yield what is wrong with suppressions."""
    known = code_pages()
    for one in suppressions:
        unknown = [code for code in one.codes if code not in known]
        idle = [code for code in one.codes if code.startswith(OWN) and code not in one.used]
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
