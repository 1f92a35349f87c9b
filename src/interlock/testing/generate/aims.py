"""What a rule is to be shown: that it fires, and each of its conjuncts both ways.

Each aim comes with what has to come for it; what it comes to is for a run to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from interlock.engine.verify.whole import Whole
from interlock.language import expression
from interlock.language.expression import Row, compile_expression
from interlock.language.expression.check import resolve
from interlock.language.regions import Numbers, Region, Truth, Values, meet, truth_of
from interlock.language.regions.samples import MOST_TRIES, row_of
from interlock.language.regions.values import between
from interlock.rules.draft import Stated
from interlock.rules.network import ElementKind
from interlock.rules.temporal.watches import Absence, TimedPattern
from interlock.rules.verify import Subject
from interlock.rules.verify.subject import Statement
from interlock.testing.coverage import Item
from interlock.testing.coverage.conditions import RuleLook, conjunct_item
from interlock.testing.coverage.model import FALSE, HEARD, HIT, SILENT, TRUE
from interlock.testing.generate.grounds import Coming, Ground, grounds

_IT: Final = "it"
"""What the fields of an element are called while one is looked for."""

MOST_GROUNDS: Final = 6
"""Ways to let a rule match that are tried for one aim."""

Wanted = tuple[Item, str]
"""An item, and the way it is to be seen in."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Something to show of a rule.

    Attributes:
        wanted: what is to be covered.
        said: the same, for people.
        tries: what has to come, each a way to try.
        reason: why it can never be shown, where that is certain.
    """

    wanted: Wanted
    said: str
    tries: Iterator[Ground]
    reason: str = ""


def aims_of(whole: Whole, subject: Subject) -> Iterator[Aim]:
    """Yield everything that may be shown of a rule, or of one branch of it."""
    written, look = subject.written, RuleLook.of(subject.written)
    fires = grounds(whole, subject)
    yield Aim((look.rule, HIT), "fires", islice(fires, MOST_GROUNDS))
    for place, stated in enumerate(written.conditions.stated):
        for number, one in enumerate(stated):
            item = conjunct_item(written, one)
            tries = islice(_unmet(whole, subject, place, number), MOST_GROUNDS)
            reason = _NEVER if _is_certain(subject, place, number) else ""
            yield Aim((item, FALSE), f"{item.said} is false", tries, reason)
    for awaited in look.awaited:
        group = next(a.stated for a in written.conditions.awaited if a.type == awaited.type)
        yield from _beside(whole, subject, _Beside(awaited.type, group, awaited.item, late=True))
    for negation, group in zip(look.negations, written.conditions.forbidden, strict=False):
        yield from _beside(whole, subject, _Beside(negation.type, group, negation.item))
    for pattern in subject.rule.patterns:
        counted = written.conditions.counted.get(pattern.alias, ())
        yield from _beside(whole, subject, _Beside(pattern.declared, counted, None, late=True))
    for listened in look.absences:
        yield Aim(
            (listened.item, SILENT), f"{listened.item.said} is missed", grounds(whole, subject)
        )
        yield Aim((listened.item, HEARD), f"{listened.item.said} is heard", _heard(whole, subject))
    for number, exception in enumerate(written.rule.exceptions):
        item, said = look.exceptions[exception.id], f"{exception.id} keeps it from firing"
        yield Aim((item, HIT), said, _excepted(whole, subject, number))


_NEVER: Final = "it is never false where it is looked at, whatever comes"


def _is_certain(subject: Subject, place: int, number: int) -> bool:
    """Return whether a conjunct is never false where all before it hold."""
    group = subject.patterns[place]
    before = (one.truth.true for some in subject.patterns[:place] for one in some)
    own = (one.truth.true for one in group[:number])
    return not meet(*before, *own, group[number].truth.false)


def _unmet(whole: Whole, subject: Subject, place: int, number: int) -> Iterator[Ground]:
    """Yield what lets a rule match but for one conjunct, which is false.

    First with everything else that the rule wants, so that the conjunct decides; then with no
    more than what stands before it.
    """
    group = subject.patterns[place]
    others = (*group[:number], *group[number + 1 :])
    whole_rule = (*subject.patterns[:place], others, *subject.patterns[place + 1 :])
    before = (*subject.patterns[:place], group[:number])
    rest = ((),) * (len(subject.patterns) - len(before))
    statement, truth = group[number], group[number].truth
    for patterns, upto in ((whole_rule, None), ((*before, *rest), place + 1)):
        partial = replace(subject, patterns=patterns, negations=())
        for region in (_rim(truth), truth.false):
            for ground in grounds(whole, partial, region, upto=upto):
                if statement.test(ground.rows[statement.owner], ground.rows) is False:
                    yield replace(ground, subject=subject)
        for ground in islice(grounds(whole, partial, upto=upto), MOST_GROUNDS):
            yield from _another(ground, subject, statement)


def _rim(truth: Truth) -> Region:
    """Return where a condition is just false: one step further and it is true."""
    found = []
    for box in truth.false:
        for variable, values in box.items():
            inside = [one[variable].held for one in truth.true if variable in one]
            for edge in (edge for span in _spans(values) for edge in span):
                if any(one.holds(edge - 1) or one.holds(edge + 1) for one in inside):
                    found += [{**box, variable: Values(between(edge, edge))}]
    return tuple(found)


def _spans(values: Values) -> Sequence[tuple[int, int]]:
    return values.held.spans if isinstance(values.held, Numbers) else ()


def _another(ground: Ground, subject: Subject, statement: Statement) -> Iterator[Ground]:
    """Yield a match in which a text that a conjunct reads is another one, if that breaks it."""
    row = ground.rows[statement.owner]
    for alias, name in sorted(expression.reads(statement.stated.node)):
        value = None if alias else row.get(name)
        if isinstance(value, str):
            rows = {**ground.rows, statement.owner: {**row, name: f"{value}-2"}}
            if statement.test(rows[statement.owner], rows) is False:
                coming = tuple(
                    replace(one, row=rows[statement.owner]) if one.row is row else one
                    for one in ground.coming
                )
                yield replace(ground, subject=subject, rows=rows, coming=coming)


@dataclass(frozen=True, slots=True)
class _Beside:
    """Elements of a type that stand beside the match of a rule.

    Attributes:
        type: what they are.
        stated: conjuncts that are asked of them.
        item: what is covered when all of those hold; None for nothing besides.
        late: whether they come after the match.
    """

    type: str
    stated: Sequence[Stated]
    item: Item | None
    late: bool = False


def _beside(whole: Whole, subject: Subject, beside: _Beside) -> Iterator[Aim]:
    written = subject.written
    if beside.item is not None:
        tries = _with(whole, subject, beside, None)
        yield Aim((beside.item, HIT), f"{beside.item.said} keeps it from firing", tries)
    for number, one in enumerate(beside.stated):
        item = conjunct_item(written, one)
        said = f"{item.said} of {beside.type}"
        yield Aim((item, TRUE), f"{said} is true", _with(whole, subject, beside, None))
        yield Aim((item, FALSE), f"{said} is false", _with(whole, subject, beside, number))


def _with(whole: Whole, subject: Subject, beside: _Beside, false: int | None) -> Iterator[Ground]:
    """Yield what lets a rule match, and an element beside; one conjunct of it may be false."""
    for ground in islice(grounds(whole, subject), MOST_GROUNDS):
        row = _element(whole, ground, beside, false)
        if row is not None:
            is_signal = beside.type in whole.rulebase.signal_types
            kind = ElementKind.SIGNAL if is_signal else ElementKind.FACT
            last = max([one.at for one in ground.coming], default=0)
            one = Coming(kind, beside.type, row, last + 1_000 if beside.late else 0)
            coming = (*ground.coming, one) if beside.late else (one, *ground.coming)
            yield replace(ground, coming=coming)


def _element(whole: Whole, ground: Ground, beside: _Beside, false: int | None) -> Row | None:
    types = whole.rulebase
    declared = types.signal_types.get(beside.type) or types.fact_types[beside.type]
    wanted = beside.stated if false is None else beside.stated[: false + 1]
    truths = [_truth(one) for one in wanted]
    region = meet(
        *(one.true for one in truths[:false]), *([truths[false].false] if false is not None else [])
    )
    texts = {v for row in ground.rows.values() for v in row.values() if isinstance(v, str)}
    orders = [[text, *sorted(texts - {text})] for text in sorted(texts)]
    if false is not None:
        orders = [["another"], *orders]
    for box in region:
        for words in orders or [[]]:
            for number in range(MOST_TRIES):
                row: Row = {
                    **row_of(box, _IT, declared.readable, number, words),
                    "name": beside.type,
                    "status": "firing",
                }
                if _holds(wanted, row, ground, false):
                    return row
    return None


def _holds(wanted: Sequence[Stated], row: Row, ground: Ground, false: int | None) -> bool:
    verdicts = [compile_expression(one.node, one.scope)(row, ground.rows) for one in wanted]
    return verdicts == [number != false for number in range(len(wanted))]


def _truth(stated: Stated) -> Truth:
    names = {alias: alias for alias in expression.names(stated.node)}
    return truth_of(resolve(stated.node, stated.scope), {**names, "": _IT})


def _heard(whole: Whole, subject: Subject) -> Iterator[Ground]:
    """Yield a signal of a listed value that comes in time."""
    for ground in islice(grounds(whole, subject), 1):
        for pattern in subject.rule.patterns:
            watch = pattern.watch if isinstance(pattern, TimedPattern) else None
            if isinstance(watch, Absence):
                declared = whole.rulebase.signal_types[watch.subject]
                key = dict(zip(watch.key, next(watch.slots())[1], strict=True))
                row = {**row_of({}, _IT, declared.readable, 0), **key, "status": "firing"}
                one = Coming(ElementKind.SIGNAL, watch.subject, row, 10_000)
                yield replace(ground, coming=(*ground.coming, one), lasting_ms=10_000)


def _excepted(whole: Whole, subject: Subject, number: int) -> Iterator[Ground]:
    """Yield matches that an exception is about."""
    exception = subject.rule.exceptions[number]
    for ground in grounds(whole, subject):
        if all(test.value({}, ground.rows) is True for test in exception.tests):
            yield ground
