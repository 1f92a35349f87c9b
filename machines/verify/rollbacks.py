"""RV803: a way back that risks more than the way there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from interlock.language import Diagnostic, Document
from interlock.machines.actions import ActionType
from interlock.machines.verify.subject import written_actions

_RISKS = ("none", "low", "medium", "high")


def risky_rollbacks(
    documents: Iterable[Document], actions: Mapping[str, ActionType]
) -> Iterator[Diagnostic]:
    """Yield every rollback of higher risk than the action it takes back.

    An undo runs it unasked, in the middle of a failure, on the word of who approved the action.
    """
    for document in documents:
        for name in written_actions(document):
            yield from _of_action(document, actions[name], actions)


def _of_action(
    document: Document, action: ActionType, actions: Mapping[str, ActionType]
) -> Iterator[Diagnostic]:
    if action.rollback is None:
        return
    back = actions[action.rollback.action]
    if _RISKS.index(back.risk) > _RISKS.index(action.risk):
        span = document.span(("actions", action.name, "rollback", "action"))
        message = (
            f"{back.name!r} is of risk {back.risk}, and {action.name!r}, which it takes back,"
            f" of risk {action.risk}"
        )
        hint = "say the higher risk of both"
        yield Diagnostic(document.path, span, "warning", "RV803", message, hint)
