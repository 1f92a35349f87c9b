"""What can be told of rules without running them: beyond being well formed, do they make sense?

::

    documents ─ load.read_rules ─► Written ─ subject ─► Subject: conjuncts as regions, with places
                                                          │
        certainties  301 302 303     duplicates  314      │ each a function to findings
        windows      321             shadows     312      │
        gaps         313             rivals      350      │
        likeness: one rule laid on another    witness: elements that rules match

`load` refuses what cannot be used; here stands what can be used and is not meant.  A finding is
so for every signal that may come (``interlock.language.regions``), or says that it may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from interlock.language import Diagnostic, Document, ordered
from interlock.language.expression import NO_PARAMETERS, Parameters
from interlock.rules.load import read_rules
from interlock.rules.verify.certainties import certain_in_all
from interlock.rules.verify.duplicates import duplicate_rules
from interlock.rules.verify.gaps import enum_gaps
from interlock.rules.verify.rivals import rival_rules
from interlock.rules.verify.shadows import shadowed_rules
from interlock.rules.verify.subject import Subject, by_rule, subject
from interlock.rules.verify.windows import unbounded_joins

__all__ = ["Subject", "read_subjects", "verify_rules"]


def read_subjects(
    documents: Iterable[Document], parameters: Parameters = NO_PARAMETERS
) -> list[Subject]:
    """Return the rules that are not disabled as they are reasoned about, sorted by id."""
    written, declarations = read_rules(documents, parameters)
    return [subject(one, declarations) for one in written]


def verify_rules(subjects: Sequence[Subject]) -> list[Diagnostic]:
    """Return everything found about rules that `load_rulebase` accepts, by place."""
    found: list[Diagnostic] = []
    for one in subjects:
        found += unbounded_joins(one)
    for branches in by_rule(subjects):
        found += certain_in_all(branches)
    found += (one.finding() for one in shadowed_rules(subjects))
    found += duplicate_rules(subjects)
    found += enum_gaps(subjects)
    found += (pair.finding() for pair in rival_rules(subjects))
    return ordered(found)
