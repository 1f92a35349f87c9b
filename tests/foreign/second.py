"""What the second engine makes of evaluations, in its cage but in this process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack, closing

from interlock.rules.caged.cage import Cage
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import Evaluation
from interlock.rules.rulebase import RuleBase


def agrees(rulebase: RuleBase, evaluations: Iterable[Evaluation]) -> bool:
    """Return whether durable-rules gives every evaluation the same matches."""
    caged = {pack.id: CagedPack(pack) for pack in rulebase.packs}
    with ExitStack() as end:
        cages = {name: end.enter_context(closing(Cage(c.plan))) for name, c in caged.items()}
        return all(_agrees(one, caged[one.pack], cages[one.pack]) for one in evaluations)


def _agrees(evaluation: Evaluation, pack: CagedPack, cage: Cage) -> bool:
    _, focus, rows = json.loads(pack.request(evaluation))
    return pack.matches(evaluation, cage.evaluate(rows, focus)) == evaluation.matches
