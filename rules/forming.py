"""How a match becomes an activation: what follows from it, and what keeps it from firing."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TypeAlias

from interlock.rules.activation import (
    FREE,
    Activation,
    ActivationKey,
    Restraint,
    derived_id,
    key_of,
)
from interlock.rules.elements import Element
from interlock.rules.fill import exception_of, fill, repeat_key
from interlock.rules.model import Consequence, UnknownTest
from interlock.rules.network import Rule

Elements: TypeAlias = tuple[Element, ...]


@dataclass(slots=True)
class Forming:
    """Makes the activations of one step.

    Attributes:
        step: the journal position, and which of its steps this is.
        now: the journal's time, ms.
        withdrawn: activations of before the step that are out of force, by key.
        unknowns: where tests are noted that could not be decided.
        consequences: what follows from those made, by key.
    """

    step: tuple[int, int]
    now: int
    withdrawn: Mapping[ActivationKey, Activation]
    unknowns: set[UnknownTest]
    consequences: MutableMapping[ActivationKey, tuple[Consequence, ...]] = field(
        default_factory=dict
    )

    def match(self, rule: Rule, elements: Elements) -> Activation | None:
        """Return the activation of a match: the old one where it was there before the step.

        One that may not fire at any time waits for its turn, or is excepted.  None: what follows
        from it cannot be decided.
        """
        restraint = self._restraint(rule, elements)
        return None if restraint is None else self.made(rule, elements, restraint)

    def made(self, rule: Rule, elements: Elements, restraint: Restraint) -> Activation | None:
        """Return the activation of a match with this restraint, likewise."""
        key = key_of(rule, elements)
        old = self.withdrawn.get(key)
        if old is not None and (old.waits, old.exception) == restraint[1:]:
            return old if old.rule is rule else self._through(old, rule, elements, restraint)
        consequences = self._filled(rule, elements, self.now)
        if consequences is None:
            return None
        self.consequences[key] = consequences
        return Activation(
            rule,
            elements,
            consequences,
            firing_id=derived_id(key, self.step),
            now=self.now,
            restraint=restraint,
        )

    def _through(
        self, old: Activation, rule: Rule, elements: Elements, restraint: Restraint
    ) -> Activation | None:
        """Return an activation that goes over to another branch of its rule."""
        consequences = self._filled(rule, elements, old.now)
        if consequences is None:
            return None
        again = Activation(
            rule, elements, consequences, firing_id=old.id, now=old.now, restraint=restraint
        )
        again.effective = old.effective
        return again

    def _restraint(self, rule: Rule, elements: Elements) -> Restraint | None:
        if rule.repeats is None and not rule.exceptions:
            return FREE
        exception = exception_of(rule, elements, self.now, self.unknowns)
        if exception is not None or rule.repeats is None:
            return Restraint(exception=exception)
        consequences = self._filled(rule, elements, self.now)
        if consequences is None:
            return None
        repeat = repeat_key(rule, elements, consequences)
        if isinstance(repeat, UnknownTest):
            self.unknowns.add(repeat)
            return None
        return Restraint(repeat, waits=True)

    def _filled(self, rule: Rule, elements: Elements, now: int) -> tuple[Consequence, ...] | None:
        consequences = fill(rule, elements, now)
        if isinstance(consequences, UnknownTest):
            self.unknowns.add(consequences)
            return None
        return consequences
