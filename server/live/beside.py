"""Questions that fold the journal again, answered in a process beside the service.

::

    Beside.ask ── question, JSON ──► python -m interlock.server.live.beside STORE
               ◄── answer or error ──    folds, as ``interlock why-not --store`` does

The fold is Python and long: in a thread of the service it would take turns with the core for the
interpreter.  The process reads the store, writes nothing, yields the processor to the service,
and is ended when whoever asked has gone or has no time left.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import TypeAdapter

from interlock import errors
from interlock.engine.journal.reader import Reader
from interlock.engine.notrun import not_run
from interlock.engine.whynot import why_not
from interlock.errors import InterlockError, InvariantBroken, Overloaded
from interlock.rules.caged.worker import confine
from interlock.server.live.nearness import nearness
from interlock.server.live.reasons import explanation
from interlock.server.nearness import NotFired, NotFiredQuestion, NotRunQuestion
from interlock.server.views import Explanation

MOST_WAITING: Final = 8
"""Questions that wait for the one that is being answered; more are refused."""

COMMAND: Final = (sys.executable, "-P", "-m", "interlock.server.live.beside")

_NICE: Final = 10

Question = NotFiredQuestion | NotRunQuestion
A = TypeVar("A", NotFired, Explanation)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An error the question led to; fields as of ``InterlockError``."""

    code: str
    message: str
    details: dict[str, str]


_QUESTION: Final = TypeAdapter[Question](Question)
_REPLY: Final = TypeAdapter[NotFired | Explanation | _Refusal](NotFired | Explanation | _Refusal)
_FAMILIES: Final = {
    one.code: one for one in (errors.NotFound, errors.RequestRejected, errors.JournalCorrupt)
}


class Beside:
    """Asks about one store, one question at a time.

    Args:
        store: file of the store.
        command: what starts the process; file and own process id are added.
    """

    def __init__(self, store: Path, command: Sequence[str] = COMMAND) -> None:
        self._store = store
        self._command = command
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def ask(self, question: Question, answer: type[A]) -> A:
        """Return the answer to a question; cancelling ends the process that works on it.

        Raises:
            InterlockError: as ``whynot.why_not`` and ``notrun.not_run``.
            Overloaded: too many questions wait.
        """
        if self._waiting > MOST_WAITING:
            raise Overloaded(f"{self._waiting} questions wait; come again later, or ask the store")
        self._waiting += 1
        try:
            async with self._turn:
                said = await self._run(_QUESTION.dump_json(question))
        finally:
            self._waiting -= 1
        reply = _REPLY.validate_json(said) if said else None
        if isinstance(reply, _Refusal):
            error = _FAMILIES.get(reply.code, errors.JournalError)(reply.message)
            error.details = reply.details
            raise error
        if not isinstance(reply, answer):
            raise InvariantBroken("the process that was asked ended without an answer")
        return reply

    async def _run(self, question: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *(*self._command, str(self._store), str(os.getpid())),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            said, _ = await process.communicate(question)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
        return said


def answer(reader: Reader, question: Question) -> NotFired | Explanation:
    """Answer a question from a store.

    Raises:
        InterlockError: as ``whynot.why_not`` and ``notrun.not_run``.
    """
    match question:
        case NotFiredQuestion(rule, at, where):
            return nearness(why_not(reader, rule, at=at, where=dict(where)))
        case NotRunQuestion(incident, action):
            return explanation(not_run(reader, incident, action))


def main() -> None:
    """Answer the question that comes in."""
    store, parent = sys.argv[1:]
    confine(memory=0, parent=int(parent))
    os.nice(_NICE)
    reply: NotFired | Explanation | _Refusal
    try:
        with Reader(Path(store)) as reader:
            reply = answer(reader, _QUESTION.validate_json(sys.stdin.buffer.read()))
    except InterlockError as error:
        details = {name: str(value) for name, value in error.details.items()}
        reply = _Refusal(error.code, str(error), details)
    sys.stdout.buffer.write(_REPLY.dump_json(reply))


if __name__ == "__main__":
    main()
