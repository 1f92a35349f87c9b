"""What can be told of a bundle without running it: rules, machines, actions, and the whole.

::

    files ─ Bundle.compile ─► what cannot be used        (the faults of ``check``)
          ─ verify ─────────► what can be used and is not meant

Rules and machines are verified by their own rooms; here stands what takes both.  Nothing is told
twice, and nothing is told of a bundle that does not compile.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.verify.counterexample import (
    HOSTILE,
    Counterexample,
    Led,
    counterexamples,
    led,
    silent_rules,
    words_of,
)
from interlock.engine.verify.events import lost_events
from interlock.engine.verify.loops import find_causes, loops, standing_rules
from interlock.engine.verify.untyped import untyped_inputs
from interlock.engine.verify.unused import unused
from interlock.engine.verify.waits import certain_waits
from interlock.engine.verify.whole import read_whole
from interlock.language.diagnostics import Diagnostic, ordered
from interlock.machines.verify import verify_machines, wrong_rollbacks
from interlock.rules.verify import verify_rules

__all__ = [
    "HOSTILE",
    "Counterexample",
    "Led",
    "counterexamples_of",
    "led",
    "silent_rules",
    "verify",
    "words_of",
]


def verify(files: Mapping[str, str], environment: str | None = None) -> list[Diagnostic]:
    """Return everything found about a bundle that passes ``check``, by place.

    Args:
        files: name to text; every ``.yaml`` or ``.yml`` file is read.
        environment: whose parameters count; None: their defaults.

    Raises:
        DefinitionError: the files do not compile.
    """
    whole = read_whole(files, environment)
    causes = find_causes(whole)
    return ordered(
        [
            *verify_rules(whole.subjects),
            *verify_machines(whole.machines),
            *wrong_rollbacks(whole.documents, whole.machinebase.actions),
            *certain_waits(whole),
            *lost_events(whole),
            *unused(whole),
            *(reach.finding() for reach in untyped_inputs(whole)),
            *(loop.finding() for loop in loops(whole, causes)),
            *(one.finding() for one in standing_rules(whole, causes)),
        ]
    )


def counterexamples_of(
    files: Mapping[str, str], environment: str | None = None
) -> tuple[list[Counterexample], list[str]]:
    """Return scenarios for those findings that can be shown, and what may run in them.

    Args:
        files: name to text, as for ``verify``.
        environment: whose parameters count; None: their defaults.

    Raises:
        DefinitionError: the files do not compile.
    """
    whole = read_whole(files, environment)
    base = whole.machinebase
    return list(counterexamples(whole)), sorted({*base.machines, *base.actions})
