"""Mutation testing of policy: are the scenarios worth anything?

``operators``                            what is changed, by name; ``steps`` by how much.
``expressions``                          the small changes of an expression; which change nothing.
``conditions``                           those of a condition that stands alone.
``of_rules, of_machines, of_states,
of_actions, of_declarations``            those of a document.  ``mutants``: all of them.
``model``                                a mutant and the document it makes.
``changing``                             the bundle that makes.
``bench``                                each mutant against the scenarios that come by its place.
``trial``                                all of them, counted.
"""

from interlock.testing.mutation.model import Mutant
from interlock.testing.mutation.operators import Operator
from interlock.testing.mutation.trial import Survivor, Trial, try_mutants

__all__ = ["Mutant", "Operator", "Survivor", "Trial", "try_mutants"]
