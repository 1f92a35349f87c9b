"""RV702, RV803: a way back that does not lead there and back, or risks more than the way there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from interlock.language import Diagnostic, Document
from interlock.machines.actions import ActionType
from interlock.machines.verify.subject import written_actions

_RISKS = ("none", "low", "medium", "high")


def wrong_rollbacks(
    documents: Iterable[Document], actions: Mapping[str, ActionType]
) -> Iterator[Diagnostic]:
    """Yield every rollback that is itself taken back by something else, or risks more.

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
    span = document.span(("actions", action.name, "rollback", "action"))
    if back.rollback is not None and back.rollback.action != action.name:
        message = (
            f"{action.name!r} is taken back by {back.name!r}, and that by {back.rollback.action!r}"
        )
        hint = "let each take the other back"
        yield Diagnostic(document.path, span, "warning", "RV702", message, hint)
    if _RISKS.index(back.risk) > _RISKS.index(action.risk):
        message = (
            f"{back.name!r} is of risk {back.risk}, and {action.name!r}, which it takes back,"
            f" of risk {action.risk}"
        )
        hint = "say the higher risk of both"
        yield Diagnostic(document.path, span, "warning", "RV803", message, hint)
