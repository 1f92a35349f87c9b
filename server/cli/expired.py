"""What was right when it was written and no longer is: the one check that knows what day it is.

Deciding goes by the clock of the journal, so nothing here changes what a bundle does.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.language.diagnostics import Diagnostic
from interlock.language.values import format_timestamp
from interlock.rules.rulebase import RuleBase

DAY_MS = 86_400_000


def expired(rulebase: RuleBase, now: int) -> Iterator[Diagnostic]:
    """Yield a warning for every exception that no longer counts.

    Args:
        rulebase: what was checked.
        now: ms since the epoch.
    """
    for rule, one in rulebase.exceptions():
        if one.expires_ms <= now:
            last = format_timestamp(one.expires_ms - DAY_MS).partition("T")[0]
            message = f"exception {one.id!r} of rule {rule.id!r} counted through {last}"
            hint = "delete it, or say why it is still needed and until when"
            yield Diagnostic(one.path, one.span, "warning", "RV502", message, hint)
