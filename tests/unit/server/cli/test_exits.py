"""Which error is which exit code; programs rely on it."""

from __future__ import annotations

import pytest

from interlock import errors
from interlock.server.cli.exits import Exit, exit_code
from interlock.server.inputs import InputRejected
from interlock.server.settings import SettingRejected


@pytest.mark.parametrize(
    ("family", "code"),
    [
        (errors.RequestRejected, Exit.FOUND),
        (errors.SignalRejected, Exit.FOUND),
        (errors.NotFound, Exit.FOUND),
        (errors.NotPermitted, Exit.FOUND),
        (InputRejected, Exit.USAGE),
        (SettingRejected, Exit.USAGE),
        (errors.DefinitionError, Exit.USAGE),
        (errors.Overloaded, Exit.FAILED),
        (errors.NotReady, Exit.FAILED),
        (errors.JournalError, Exit.FAILED),
        (errors.JournalUnsafe, Exit.FAILED),
        (errors.JournalCorrupt, Exit.FAILED),
        (errors.ExecutionError, Exit.FAILED),
        (errors.InvariantBroken, Exit.FAILED),
        (errors.InterlockError, Exit.FAILED),
    ],
)
def test_every_family_has_one_code(family: type[errors.InterlockError], code: Exit) -> None:
    assert code == exit_code(family("it happened"))


def test_the_codes_never_change() -> None:
    assert {"OK": 0, "FOUND": 1, "USAGE": 2, "FAILED": 3} == {e.name: int(e) for e in Exit}
