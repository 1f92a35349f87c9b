"""RV313: an exclusive group that speaks of some values of an enum, and of others never."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interlock.language import Diagnostic
from interlock.language.regions import Variable, Words
from interlock.language.values import Field, Value, format_value
from interlock.rules.network import ElementKind, Pattern
from interlock.rules.verify.subject import Subject


def enum_gaps(subjects: Sequence[Subject]) -> Iterator[Diagnostic]:
    """Yield, for each group and enum that tells its rules apart, the values nobody asks for."""
    groups: dict[str, list[Subject]] = {}
    for subject in subjects:
        if subject.rule.exclusive is not None:
            groups.setdefault(subject.rule.exclusive, []).append(subject)
    for group, members in sorted(groups.items()):
        types = sorted({(p.kind, p.declared) for one in members for p in one.rule.patterns})
        for kind, name in types:
            yield from _of_type(group, members, kind, name)


def _of_type(
    group: str, members: Sequence[Subject], kind: ElementKind, name: str
) -> Iterator[Diagnostic]:
    declarations = members[0].declarations
    declared = declarations.signals if kind is ElementKind.SIGNAL else declarations.facts
    for part, field in declared[name].fields.items():
        if not field.enum or field.type.item is not None:
            continue
        asked = [_asked(one, p, part, field) for one, p in _readers(members, kind, name)]
        missing = [v for v in field.enum if not any(v in values for values in asked)]
        telling = [values for values in asked if len(values) < len(field.enum)]
        if missing and len(telling) == len(asked) > 1:
            shown = ", ".join(repr(format_value(value, field.type)) for value in missing)
            message = f"no rule of group {group!r} looks at {name} where {part} is {shown}"
            hint = "add a rule that does, or one without that condition"
            yield members[-1].finding(("exclusive",), "RV313", message, hint)


def _readers(
    members: Sequence[Subject], kind: ElementKind, name: str
) -> Iterator[tuple[Subject, Pattern]]:
    for one in members:
        for pattern in one.rule.patterns:
            if (pattern.kind, pattern.declared) == (kind, name):
                yield one, pattern


def _asked(subject: Subject, pattern: Pattern, part: str, field: Field) -> set[Value]:
    """Return the values of an enum with which a pattern may match."""
    variable = Variable("field", pattern.alias, part)
    found: set[Value] = set()
    for box in subject.region:
        held = box[variable].held if variable in box else Words(frozenset(field.enum))
        found |= {value for value in field.enum if held.holds(value)}
    return found
