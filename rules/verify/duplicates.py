"""RV314: two rules that say the same under two names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interlock.language import Diagnostic
from interlock.language.expression import Template
from interlock.language.regions import Values
from interlock.rules.network import (
    AdviseSpec,
    AssertSpec,
    ConsequenceSpec,
    Produced,
    SendSpec,
    StartSpec,
)
from interlock.rules.verify.likeness import follows, forbidden_texts, layings
from interlock.rules.verify.subject import Names, Subject, is_plain, renamed


def duplicate_rules(subjects: Sequence[Subject]) -> Iterator[Diagnostic]:
    """Yield every rule that matches when an earlier one does, and leads to the same."""
    seen: dict[object, list[Subject]] = {}
    for subject in subjects:
        if not is_plain(subject.rule) or not subject.region:
            continue
        alike = seen.setdefault(_form(subject), [])
        twin = next((one for one in alike if _are_twins(one, subject)), None)
        if twin is None:
            alike.append(subject)
        else:
            message = f"says the same as {twin.rule.id!r}"
            yield subject.finding(("id",), "RV314", message, "keep one of them")


def _form(subject: Subject) -> object:
    """Return what two rules must share to be looked at more closely."""
    rule = subject.rule
    return (
        rule.shadow,
        rule.exclusive,
        tuple(sorted((p.kind.value, p.type) for p in rule.patterns)),
        tuple(sorted((p.kind.value, p.type) for p in rule.negations)),
        frozenset(_leads_to(subject, {p.alias: p.declared for p in rule.patterns})),
        _projected(subject),
    )


def _projected(subject: Subject) -> object:
    """Return what each field may be, by the kind of element: what says the same has one form."""
    types = {pattern.alias: pattern.declared for pattern in subject.rule.patterns}
    found: dict[tuple[str, str], Values] = {}
    for box in subject.region:
        for variable, values in box.items():
            if variable.sort == "field" and variable.alias in types:
                key = types[variable.alias], variable.name
                found[key] = values.either(found[key]) if key in found else values
    return frozenset(found.items())


def _are_twins(one: Subject, other: Subject) -> bool:
    return any(
        _leads_to(one, names) == _leads_to(other, {})
        and forbidden_texts(one, names) == forbidden_texts(other, {})
        and follows(one, other, names)
        and follows(other, one, {new: old for old, new in names.items()})
        for names in layings(one, other)
    )


def _leads_to(subject: Subject, names: Names) -> set[object]:
    return {_consequence(spec, names) for spec in subject.rule.consequences}


def _consequence(spec: ConsequenceSpec, names: Names) -> object:
    def said(one: Produced) -> str:
        return renamed(Template(one.text), names)

    match spec:
        case AssertSpec():
            return "assert", spec.fact, frozenset((n, said(v)) for n, v in spec.set.items())
        case StartSpec():
            given = frozenset((n, said(v)) for n, v in spec.inputs.items())
            return "start", spec.machine, said(spec.incident), given
        case SendSpec():
            given = frozenset((n, said(v)) for n, v in spec.data.items())
            return "send", spec.event, said(spec.incident), given
        case AdviseSpec():
            return "advise", said(spec.text)
