"""Words that people read at night: short titles, signals that say what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from interlock.language.document import Document

LONGEST_TITLE = 72
"""Characters of a title that fit a page and a phone."""


def check_titles(document: Document, _: date) -> None:
    """RV520: a title that is no title."""
    data = document.data
    if not isinstance(data, Mapping):
        return
    rules = data.get("rules")
    actions = data.get("actions")
    places = [
        ("title",),
        *(("rules", n, "title") for n in range(len(rules) if isinstance(rules, list) else 0)),
        *(("actions", n, "title") for n in (actions if isinstance(actions, Mapping) else ())),
    ]
    for loc in places:
        title = document.at(loc)
        if not isinstance(title, str) or not isinstance(title, str):
            continue
        if len(title) > LONGEST_TITLE:
            message = f"title has {len(title)} characters, more than {LONGEST_TITLE}"
            document.report(loc, "RV520", message, "say the rest in doc", warning=True)
        elif title.endswith("."):
            document.report(loc, "RV520", "title ends with a period", None, warning=True)


def check_docs(document: Document, _: date) -> None:
    """RV521: a signal or fact that does not say what it means."""
    data = document.data
    if document.kind != "signals/v1" or not isinstance(data, Mapping):
        return
    for group in ("signals", "facts"):
        declared = data.get(group)
        for name, one in declared.items() if isinstance(declared, Mapping) else ():
            if isinstance(one, Mapping) and not one.get("doc"):
                message = f"{name} does not say what it means"
                document.report((group, name), "RV521", message, "add doc", key=True, warning=True)


CHECKS = (check_titles, check_docs)
