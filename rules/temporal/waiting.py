"""``not … within``: which element the wait begins with, and what ends it when it comes in time."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from interlock.language import Document, Loc, expression
from interlock.rules.draft import Draft, Stated
from interlock.rules.temporal.watches import Answer


@dataclass(frozen=True, slots=True)
class Awaited:
    """One ``not … within`` as its author wrote it, for whoever reasons about it.

    Attributes:
        loc: the negation.
        alias: whose element begins the wait.
        type: the declared name of what must not come.
        stated: its conjuncts.
        within_ms: for how long.
    """

    loc: Loc
    alias: str
    type: str
    stated: tuple[Stated, ...]
    within_ms: int


class Waits:
    """The answers that the elements of one rule wait for, by alias.

    Attributes:
        is_broken: whether one of them has a fault.
        awaited: each as it is written.
    """

    def __init__(self, document: Document) -> None:
        """Begin without any."""
        self._document = document
        self._of: dict[str, list[Answer]] = {}
        self.is_broken = False
        self.awaited: list[Awaited] = []

    @property
    def of(self) -> Mapping[str, list[Answer]]:
        """The answers by alias."""
        return self._of

    def add(self, loc: Loc, drafted: Draft, within_ms: int, begins: Container[str]) -> None:
        """Let the one element that a pattern reads wait for it; faults are reported.

        Args:
            loc: the negation.
            drafted: what must not come.
            within_ms: for how long.
            begins: the aliases a wait may begin with, those of signals and facts.
        """
        read = sorted({name for one in drafted.stated for name in expression.names(one.node)})
        if len(read) == 1 and read[0] in begins:
            self._of.setdefault(read[0], []).append(Answer(drafted.compiled(""), within_ms))
            stated = tuple(drafted.stated)
            self.awaited.append(Awaited(loc, read[0], drafted.type, stated, within_ms))
            return
        self.is_broken = True
        what = f"reads {' and '.join(read)}" if read else "reads none"
        message = f"within counts from the one signal or fact that where reads, and it {what}"
        hint = "equate a field with one, such as service == deploy.service"
        self._document.report((*loc, "within"), "RV327", message, hint)
