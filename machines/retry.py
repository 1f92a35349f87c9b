"""When to try a failed action again.

The delay is exponential with jitter derived from where the attempt stands, so replaying a
journal gives the same delays on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from interlock.digest import digest

PERMILLE = 1000
"""Factors and shares are carried as whole thousandths; there are no floats."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how late.

    Attributes:
        attempts: attempts in all, the first included; 1..20.
        backoff_ms: delay after the first failed attempt.
        factor_permille: each further delay is this many thousandths of the one before.
        max_ms: no delay is longer, jitter aside.
        jitter_permille: a delay is moved by up to this share, either way; 0..1000.
        on: results tried again: ``transient`` (failed with a code the action lists as
            transient) and ``timed_out``.
    """

    attempts: int
    backoff_ms: int
    factor_permille: int
    max_ms: int
    jitter_permille: int
    on: tuple[str, ...]

    def delay_ms(self, attempt: int, seed: str) -> int:
        """Return how long to wait after a failed attempt.

        Args:
            attempt: the attempt that failed, from 1.
            seed: where the attempt stands, e.g. the intent id; equal seeds, equal delays.
        """
        delay = min(self.backoff_ms, self.max_ms)
        for _ in range(attempt - 1):
            delay = min(delay * self.factor_permille // PERMILLE, self.max_ms)
        reach = delay * self.jitter_permille // PERMILLE
        if reach == 0:
            return delay
        draw = int(digest([seed, attempt])[:12], 16)
        return delay - reach + draw % (2 * reach + 1)
