"""What goes into working memory and what comes out of it.

These frozen values are the seam between the rules and the engine: the engine turns journal
entries into `SignalElement` and reads an `Outcome`; nothing else crosses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from interlock.language.values import Value

Row: TypeAlias = Mapping[str, Value]
"""The readable names of one element: its declared fields and its implicit ones."""

Match: TypeAlias = tuple[str, tuple[str, ...]]
"""The name of a production (a rule's id, with ``any`` also the branch) and the ids of the elements
its patterns matched, in pattern order."""


class SignalElement(NamedTuple):
    """A signal as the rules see it, admitted and typed.

    Attributes:
        id: the sender's identifier of this signal.
        source: who sent it.
        name: a declared signal type.
        subject: what it is about.
        severity: the sender's severity word, possibly empty.
        status: ``firing`` or ``resolved``.
        at: when it was observed, ms since the epoch, clamped by the engine.
        fields: declared fields in runtime form, as `interlock.language.values.admit` gives them.
    """

    id: str
    source: str
    name: str
    subject: str
    severity: str
    status: str
    at: int
    fields: Row


@dataclass(frozen=True, slots=True)
class Basis:
    """What stands for a stretch of time, told for people.

    Attributes:
        word: the author's: ``for``, ``within``, ``count``, ``absent``.
        since: when the stretch began, ms; of a count when its oldest element was said to hold.
        of: id, type and position of the elements it stands on; of a count the latest 16; of an
            absence the signal last heard.
        count: the number, if that is what it stands for.
        about: what is absent, as ``service=ledger``.
    """

    word: str
    since: int
    of: tuple[tuple[str, str, int], ...]
    count: int | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class ElementRef:
    """One element a firing stands on.

    Attributes:
        alias: the name the rule bound it to.
        id: ``s<position>`` for a signal, ``f<position>.<n>`` for a fact, ``t<position>.<n>`` for
            what stands for a stretch of time.
        type: the signal or fact name.
        position: the journal position at which the element entered memory.
        basis: what stretch of time it stands for, if it does.
    """

    alias: str
    id: str
    type: str
    position: int
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A signal that an element rests on, its absence, or a fact that a person set.

    Attributes:
        id: the element's.
        type: its signal or fact name.
        position: the journal position at which it entered memory.
        said_at: when its source last said that it holds, ms; of an absence now.
    """

    id: str
    type: str
    position: int
    said_at: int


@dataclass(frozen=True, slots=True)
class StartMachine:
    """Start a machine for an incident, or support the one that runs."""

    machine: str
    incident: str
    inputs: Row


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Send an event to the machine of an incident."""

    event: str
    incident: str
    data: Row


@dataclass(frozen=True, slots=True)
class Advise:
    """Tell people something; nothing acts."""

    text: str


@dataclass(frozen=True, slots=True)
class AssertFact:
    """Assert a fact.  Working memory has applied it already, unless the firing is a shadow."""

    fact: str
    key: tuple[Value, ...]
    fields: Row


Consequence: TypeAlias = StartMachine | SendEvent | Advise | AssertFact


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule whose conditions came to hold for these elements.

    Attributes:
        id: derived from rule, elements and position; never used twice in a partition.
        rule: the rule's id.
        elements: what matched, in pattern order.
        consequences: what follows, in the order the rule lists it.
        why: the rule's explanation with its values filled in.
        shadow: whether the rule only watches; then nothing of this may take effect.
        formed_at: the position at which the last of ``elements`` entered memory, which is the
            position whose evaluation the second engine must agree on.
        supersedes: the firing of the same rule, withdrawn in the same step, whose starts and
            sends were equal to these.  Its support moves here: nothing is started or sent again.
        branch: through which branch of its rule's ``any``; empty where there is none.
    """

    id: str
    rule: str
    elements: tuple[ElementRef, ...]
    consequences: tuple[Consequence, ...]
    why: str
    shadow: bool
    formed_at: int
    supersedes: str | None = None
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A match for which its rule did not fire.

    Attributes:
        id: of the match, while it is held back; never that of a firing.
        rule: the rule's id.
        elements: what matched, in pattern order.
        why: the rule's explanation with its values filled in.
        kind: ``once_per``, ``cooldown`` or ``except``.
        by: the firing it would repeat, or the exception's id.
        until: when that ends by itself, ms; None: with the firing.
        reason: the exception's reason; empty for the others.
        branch: as of a `Firing`.
    """

    id: str
    rule: str
    elements: tuple[ElementRef, ...]
    why: str
    kind: str
    by: str
    until: int | None
    reason: str
    branch: str


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact that came or went in this step.

    Attributes:
        id: ``f<position>.<n>``.
        fact: the declared fact name.
        key: values of its key fields, in declared order.
        fields: all its declared fields.
        supports: ids of the firings that assert it, sorted, and ``operator`` where one set it;
            for a fact that went, those it had before the step.
    """

    id: str
    fact: str
    key: tuple[Value, ...]
    fields: Row
    supports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that wanted different things, and which of them had its way.

    Attributes:
        kind: ``exclusive`` (one group, one incident) or ``fact`` (one key, different values).
        group: the exclusive group, or the fact's name.
        key: the incident, or the values of the fact's key.
        winners: firing ids of the rule that holds the group or of those that assert the value
            that stands, sorted; ``operator`` where an operator's fact stands.
        losers: firing ids that have no effect while the winner stands, sorted; a loser of an
            exclusive group was never in `Outcome.firings`.
        losing_rules: the rules of ``losers``, sorted, for explanations.
    """

    kind: str
    group: str
    key: tuple[Value, ...]
    winners: tuple[str, ...]
    losers: tuple[str, ...]
    losing_rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class UnknownTest:
    """A test that was neither true nor false, so that its pattern did not match.

    Attributes:
        rule: the rule's id.
        alias: the pattern's alias, or ``then`` for a value of a consequence.
        test: the conjunct or the template, as written.
        element: id of the element the test was made on.
    """

    rule: str
    alias: str
    test: str
    element: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """One element offered to the second engine, with every name a rule may read of it."""

    id: str
    type: str
    fields: Row


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The joins one new element completed in one pack, for the second engine to repeat.

    Attributes:
        position: the journal position of the step.
        pack: id of the pack of rules.
        facts: every element that could join, by position, the focus among them.
        focus: id of the element that is new.
        matches: all joins of the pack's rules that contain the focus and hold every test,
            before negation; sorted.
        too_large: more than 512 elements could join, or too many joins would have to be looked
            at; ``facts`` and ``matches`` are empty and the second engine cannot be asked.
    """

    position: int
    pack: str
    facts: tuple[FactRow, ...]
    focus: str
    matches: tuple[Match, ...]
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one step changed.

    Attributes:
        firings: new firings in agenda order: salience descending, rule id, element positions.
        withdrawn: ids of earlier firings that no longer hold, sorted.
        facts_asserted: facts that exist now and did not before, by id order.
        facts_retracted: facts that existed before and do not now, by id order.
        conflicts: the conflicts this step touched, sorted by kind, group and key.
        unknowns: tests that could not be decided, sorted, at most 16.
        evaluations: one per new element and pack, when the memory was asked to make them.
        fuel_exhausted: the step needed more than its bound: activations formed, or candidates
            looked at.  The input change stands, firings that lost an element or are forbidden
            now are withdrawn, nothing new was derived.
        suppressed: matches that did not fire, in agenda order: those that came in this step, and
            those that wait for something else than before.
    """

    firings: tuple[Firing, ...] = ()
    withdrawn: tuple[str, ...] = ()
    facts_asserted: tuple[FactChange, ...] = ()
    facts_retracted: tuple[FactChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unknowns: tuple[UnknownTest, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    fuel_exhausted: bool = False
    suppressed: tuple[Suppressed, ...] = ()


NOTHING = Outcome()
"""The outcome of a step that changed nothing."""
