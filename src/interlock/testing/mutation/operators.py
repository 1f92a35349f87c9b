"""The operators: what a mutant changes, by name.

==================  ===========================================================================
threshold           a number that is compared, or a duration, by one step: of a whole number 1;
                    of a decimal a hundredth of its declared range, else its last written digit;
                    of a duration a tenth, of a pause between tries its half and its double
comparison          ``<`` becomes ``<=`` and ``>=``, and so on; ``==`` becomes ``!=``; ``in``
                    becomes not in
truth               ``!x`` becomes ``x``, a bare ``x`` becomes ``!x``
operand             one operand of ``&&`` or ``||`` is dropped
conjunct            one conjunct of a ``where`` is dropped
negation            a ``not`` of a rule is dropped
listened            a value that an ``absent`` listens for is dropped
length              ``for``, ``over``, ``within`` and ``after_start`` of a rule, by a step
ttl                 how long a signal or fact lives, by a step, where that decides
cooldown            the cooldown of a rule, by a step, or dropped
once_per            a value by which firings count as the same is dropped
exception           an ``except`` of a rule is dropped
salience            a rule overtakes the next one of its exclusive group
parameter           a parameter, by a step; a truth value is turned, an item of a list dropped
target              a branch leads to another state
result              a result other than ``done`` is taken for it; a branch of a parallel state
                    ends as ``failed`` instead of ``done``, and back
timer               ``after``, ``resolve_within`` and ``hold`` of a machine, by a step
question            ``expires`` by a step, ``quorum`` by one, one of ``not`` dropped
retry               ``attempts`` by one, ``backoff`` as a pause, one of ``on`` dropped
requirement         a requirement of an action is dropped
verification        what ``verify`` expects becomes ``true``; ``within`` by a step, ``every``
                    as a pause, ``consecutive`` by one
timeout             ``timeout`` and ``max_age`` of an action, by a step
rollback            an action cannot be taken back any more
==================  ===========================================================================
"""

from __future__ import annotations

from enum import StrEnum


class Operator(StrEnum):
    """What a mutant changes."""

    THRESHOLD = "threshold"
    COMPARISON = "comparison"
    TRUTH = "truth"
    OPERAND = "operand"
    CONJUNCT = "conjunct"
    NEGATION = "negation"
    LISTENED = "listened"
    LENGTH = "length"
    TTL = "ttl"
    COOLDOWN = "cooldown"
    ONCE_PER = "once_per"
    EXCEPTION = "exception"
    SALIENCE = "salience"
    PARAMETER = "parameter"
    TARGET = "target"
    RESULT = "result"
    TIMER = "timer"
    QUESTION = "question"
    RETRY = "retry"
    REQUIREMENT = "requirement"
    VERIFICATION = "verification"
    TIMEOUT = "timeout"
    ROLLBACK = "rollback"
