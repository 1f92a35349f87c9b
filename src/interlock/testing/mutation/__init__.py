"""Mutation testing of policy: are the scenarios worth anything?

``expressions``                          the small changes of an expression.
``of_rules, of_machines, of_actions``    those of a document.
``model``                                a mutant and the document it makes.
``trial``                                each mutant against the scenarios that come by it.
"""

from interlock.testing.mutation.model import Mutant
from interlock.testing.mutation.trial import Survivor, Trial, try_mutants

__all__ = ["Mutant", "Survivor", "Trial", "try_mutants"]
