"""What the journal holds and what the fold reads: entries.

An entry is everything that can change a decision.  Its body is a canonical JSON object
with ``at`` (receive time, ms since the epoch, never decreasing within a partition) and
``kind``; the other keys depend on the kind and are listed in ``Kind``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from interlock.language.values import Field, Value

Body = Mapping[str, Any]
"""A decoded canonical object."""

PARTITION = 0
"""The embedded mode's only partition."""

MOST_BODY_BYTES = 65_535
"""The longest body of an entry: what a C2SP tlog-tiles bundle can carry."""

MOST_SIGNAL_BYTES = 65_400
"""The longest signal, as canonical JSON: 64 KiB with what its entry adds."""


class Kind(StrEnum):
    """The kinds of entry, each with the keys its body carries besides ``at`` and ``kind``."""

    SIGNAL = "signal"
    """``signal``: what a source said (id, source, name, subject, severity, status, …)."""
    CONFLICT = "conflict"
    """``source, id, first``: the same id came again with another body; refused."""
    QUARANTINE = "quarantine"
    """``door, reason, digest, excerpt``: an item no signal could be made of."""
    TIMER = "timer"
    """Nothing else: time has passed and something is due."""
    RESULT = "result"
    """``intent, attempt, epoch, outcome, code, message, outputs``: an executor's answer."""
    OBSERVATION = "observation"
    """``probe, data, error``: what a probe saw, or why it saw nothing."""
    LEASE_LOST = "lease_lost"
    """``intent, attempt, epoch, reason``: nobody knows what became of the attempt."""
    RECALLED = "recalled"
    """``intent, attempt, epoch, reason, stopping``: dispatch did not send the attempt, and when
    it is stopping, will send nothing more in this process."""
    COMMAND = "command"
    """``actor, command, incident, text``: abort, acknowledge, annotate or answer; an answer also
    has ``question, choice, roles``."""
    FREEZE = "freeze"
    """``actor, scope, reason``: nothing in scope acts until thawed."""
    THAW = "thaw"
    """``actor, scope, reason``: lifts the freeze of exactly that scope."""
    FACT = "fact"
    """``actor, fact, values, labels, stands, reason``: a person says what is the case, its fields
    as a signal has them, or with ``stands`` false takes back what was said of that key."""
    BUNDLE = "bundle"
    """``digest, files``: the rules, machines, actions and inventory from here on."""
    STARTED = "started"
    """``epoch, version, engines``: a process took ownership; older attempts are unknown."""
    AGREEMENT = "agreement"
    """``through, count``: the second engine found the same joins up to that position."""
    DISAGREEMENT = "disagreement"
    """``position, pack, expected, found``: the engines differ; the incident is a human's."""
    FAULT = "fault"
    """``position, pack, reason``: the second engine could not evaluate; same consequence."""
    DECISION = "decision"
    """``of`` and what was decided; written by the fold, skipped when folding again."""


_KINDS = {str(kind): kind for kind in Kind}


class Admitted(NamedTuple):
    """A signal's fields as a declaration admits them: worked out once, where it came in.

    Attributes:
        declared: the declaration's fields; what was admitted by others is no use.
        values: what ``interlock.language.values.admit`` makes of the signal.
    """

    declared: Mapping[str, Field]
    values: Mapping[str, Value]


class Entry(NamedTuple):
    """One journal entry as the fold reads it.

    Attributes:
        seq: position in the partition, dense from 0.
        kind: see ``Kind``.
        at: receive time, ms since the epoch.
        body: the decoded body.
        admitted: of a signal, what follows from the body if it has been worked out already.
    """

    seq: int
    kind: Kind
    at: int
    body: Body
    admitted: Admitted | None = None

    @classmethod
    def of(cls, seq: int, body: Body, admitted: Admitted | None = None) -> Entry:
        """Return the entry of a decoded body."""
        return cls(seq, _KINDS[body["kind"]], body["at"], body, admitted)
