"""Keeps effects to one, for executors in the service and for workers outside it.

::

    attempt ──► Fence.admit ──► Ledger.once ──► the work
                older epoch?     key known?      done at most once per key
                refused          answered

``result``  how an attempt ended: AttemptResult.
``fence``   refuses a stale owner: the newest epoch seen per target.
``ledger``  answers a repeated key from its record; ``file`` keeps the record over restarts.
"""

from interlock.ledger.fence import Fence
from interlock.ledger.ledger import Claim, Ledger
from interlock.ledger.result import OUTCOMES, AttemptResult, OutcomeWord

__all__ = ["OUTCOMES", "AttemptResult", "Claim", "Fence", "Ledger", "OutcomeWord"]
