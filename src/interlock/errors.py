"""Every error Interlock raises on purpose.

::

    InterlockError(code, retryable, details)
    ├── DefinitionError      the author's files are wrong; carries every diagnostic, sorted
    ├── SignalRejected       the sender's input is wrong; nothing was journalled
    ├── RequestRejected      the caller's question or command is wrong
    ├── NotFound             the named thing does not exist
    ├── NotPermitted         the caller may not do this, or not now
    ├── Overloaded           a bounded queue is full; the caller may come again
    ├── NotReady             starting or stopping; the caller may come again
    ├── ExecutionError       an action or probe failed
    │   ├── ExecutionTimeout     its deadline passed; what it did is unknown
    │   ├── LeaseLost            who was doing it has gone; what it did is unknown
    │   └── ExecutionRefused     the executor would not do it (old epoch, bad input)
    ├── JournalError         the journal cannot be written or read
    │   ├── JournalUnsafe        its durability settings would lose acknowledged entries
    │   └── JournalCorrupt       it is not what was written; stop, never continue
    └── InvariantBroken      our own bug
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class InterlockError(Exception):
    """Base of all errors raised on purpose.

    Attributes:
        code: stable snake-case word; each has a page in ``docs/errors``.
        retryable: whether the same call may succeed later unchanged.
        details: values named in the message, for programs.
    """

    code: ClassVar[str] = "interlock_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details: Mapping[str, Any] = details


class DefinitionError(InterlockError):
    """The author's files are wrong; ``diagnostics`` lists every fault, sorted by place."""

    code = "definition_error"

    def __init__(self, message: str, diagnostics: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class SignalRejected(InterlockError):
    """The sender's input is wrong; nothing was journalled."""

    code = "signal_rejected"


class RequestRejected(InterlockError):
    """A question or command is malformed or breaks a limit; nothing was done."""

    code = "request_rejected"


class NotFound(InterlockError):
    """The named thing does not exist."""

    code = "not_found"


class NotPermitted(InterlockError):
    """What was asked makes sense, and the state of things or what was declared forbids it now."""

    code = "not_permitted"


class Overloaded(InterlockError):
    """A bounded queue is full; come again later."""

    code = "overloaded"
    retryable = True


class NotReady(InterlockError):
    """The service is starting or stopping; come again later."""

    code = "not_ready"
    retryable = True


class ExecutionError(InterlockError):
    """An action or probe failed."""

    code = "execution_error"


class ExecutionTimeout(ExecutionError):
    """The deadline passed; whether the action had its effect is unknown."""

    code = "execution_timeout"


class LeaseLost(ExecutionError):
    """Whoever was doing it has gone; whether the action had its effect is unknown."""

    code = "lease_lost"


class ExecutionRefused(ExecutionError):
    """The executor would not do it: stale epoch, unknown action or bad input."""

    code = "execution_refused"


class JournalError(InterlockError):
    """The journal cannot be written or read; nothing is decided and nothing acts."""

    code = "journal_error"


class JournalUnsafe(JournalError):
    """The store's durability settings could lose acknowledged entries."""

    code = "journal_unsafe"


class JournalCorrupt(JournalError):
    """The journal is not what was written."""

    code = "journal_corrupt"


class InvariantBroken(InterlockError):
    """A promise of Interlock's own code does not hold; please report it."""

    code = "invariant_broken"
