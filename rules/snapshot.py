"""Working memory as canonical JSON and back, exactly.

What can be worked out again is left out: alpha memories, indexes, claims of rules and
consequences follow from elements, activations and the rule base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.errors import InvariantBroken
from interlock.language.values import JsonValue, Value
from interlock.rules.activation import Activation, Restraint
from interlock.rules.elements import Element
from interlock.rules.fill import fill, repeat_key
from interlock.rules.model import Consequence, Row, UnknownTest
from interlock.rules.network import Rule
from interlock.rules.rulebase import RuleBase
from interlock.rules.state import Mark, Standing, State, standing
from interlock.rules.temporal.derived import Derived
from interlock.rules.temporal.snapshot import dump_time, restore_time


def dump(state: State) -> dict[str, JsonValue]:
    """Return a state as canonical JSON; equal states give equal JSON."""
    found = [element for element in state.elements.values() if not isinstance(element, Derived)]
    elements = sorted(found, key=lambda element: element.order)
    activations = sorted(state.activations.values(), key=lambda a: a.agenda_order)
    said = sorted(state.standing.values(), key=lambda s: repr(s.key))
    dumped: dict[str, JsonValue] = {
        "rulebase": state.rulebase.digest,
        "counted_at": state.counted_at,
        "counts": dict(sorted(state.counts.items())),
        "elements": [_element_out(element) for element in elements],
        "standing": [
            {"fact": s.key[0], "fields": _row_out(s.claim.fields), "expiry": s.expiry} for s in said
        ],
        "activations": [
            {
                "id": a.id,
                "rule": a.rule.name,
                "elements": [e.id for e in a.elements],
                "now": a.now,
                "effective": a.effective,
                **_held_out(a),
            }
            for a in activations
        ],
        "holders": [[*group, holder] for group, holder in sorted(state.holders.items())],
        **_marks_out(state),
    }
    return {**dumped, **dump_time(state)}


def restore(rulebase: RuleBase, data: Any) -> State:
    """Return the state that was dumped.

    Raises:
        InvariantBroken: it was dumped under another rule base.
    """
    if data["rulebase"] != rulebase.digest:
        raise InvariantBroken(
            f"a snapshot of rule base {data['rulebase']} cannot be read by {rulebase.digest}"
        )
    state = State(rulebase)
    state.counted_at, state.counts = data["counted_at"], dict(data["counts"])
    for one in data["elements"]:
        state.insert(_element_in(rulebase, one))
    for one in data["standing"]:
        state.stand(_standing_in(rulebase, one))
    restore_time(state, data)
    for one in data["activations"]:
        state.activate(_activation_in(state, one))
    state.holders = {(group, incident): rule for group, incident, rule in data["holders"]}
    for rule, values, firing, until in data.get("marks", ()):
        key = (rule, tuple([_in(value) for value in values]))
        state.marks[key] = Mark(key, firing, until)
    state.begin()
    return state


def _held_out(activation: Activation) -> dict[str, JsonValue]:
    if activation.exception is not None:
        return {"exception": activation.exception.id}
    return {"waits": True} if activation.waits else {}


def _marks_out(state: State) -> dict[str, JsonValue]:
    marks: list[JsonValue] = [
        [rule, [_out(value) for value in values], mark.firing, mark.until]
        for (rule, values), mark in sorted(state.marks.items(), key=lambda item: repr(item[0]))
    ]
    return {"marks": marks} if marks else {}


def _element_out(element: Element) -> JsonValue:
    return {
        "id": element.id,
        "type": element.type,
        "row": _row_out(element.row),
        "seen_at": element.seen_at,
        "said_at": element.said_at,
        "expiry": element.expiry,
    }


def _element_in(rulebase: RuleBase, one: Mapping[str, Any]) -> Element:
    row, name = _row_in(one["row"]), one["type"]
    declared = rulebase.signal_types.get(name) or rulebase.fact_types[name]
    return Element(
        one["id"],
        name,
        row=rulebase.shapes.pack(row),
        key=tuple([row[part] for part in declared.key]),
        alphas=rulebase.discriminator.passed(name, row)[0],
        seen_at=one["seen_at"],
        said_at=one["said_at"],
        expiry=one["expiry"],
    )


def _standing_in(rulebase: RuleBase, one: Mapping[str, Any]) -> Standing:
    fields, name = _row_in(one["fields"]), one["fact"]
    key = tuple([fields[part] for part in rulebase.fact_types[name].key])
    return standing((name, key), fields, one["expiry"])


def _activation_in(state: State, one: Mapping[str, Any]) -> Activation:
    rule = state.rulebase.productions[one["rule"]]
    elements = tuple([state.elements[element_id] for element_id in one["elements"]])
    consequences = fill(rule, elements, one["now"])
    if isinstance(consequences, UnknownTest):
        raise InvariantBroken(f"firing {one['id']} of {rule.id} fills differently")
    activation = Activation(
        rule,
        elements,
        consequences,
        firing_id=one["id"],
        now=one["now"],
        restraint=_restraint_in(rule, elements, consequences, one),
    )
    activation.effective = one["effective"]
    return activation


def _restraint_in(
    rule: Rule,
    elements: tuple[Element, ...],
    consequences: Sequence[Consequence],
    one: Mapping[str, Any],
) -> Restraint:
    if "exception" in one:
        named = {exception.id: exception for exception in rule.exceptions}
        return Restraint(exception=named[one["exception"]])
    repeat = repeat_key(rule, elements, consequences)
    if isinstance(repeat, UnknownTest):
        raise InvariantBroken(f"firing {one['id']} of {rule.id} repeats something else")
    return Restraint(repeat, waits=one.get("waits", False))


def _row_out(row: Row) -> dict[str, JsonValue]:
    return {name: _out(value) for name, value in row.items()}


def _out(value: Value) -> JsonValue:
    return [_out(item) for item in value] if isinstance(value, tuple) else value


def _row_in(row: Mapping[str, JsonValue]) -> dict[str, Value]:
    return {name: _in(value) for name, value in row.items()}


def _in(value: JsonValue) -> Value:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple([_in(item) for item in value])
    if isinstance(value, str | int):
        return value
    raise InvariantBroken(f"{value!r} is no value of an element")
