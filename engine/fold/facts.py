"""People say what is the case: a fact they set stands until they take it back or its ttl ends.

What is not as the rules declare it decides nothing and is noted, as for a signal: the door has
refused it already, unless the bundle changed on its way.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.engine.fold.firings import take
from interlock.engine.fold.turn import Turn
from interlock.engine.model import Body
from interlock.errors import NotFound, RequestRejected, SignalRejected
from interlock.language.diagnostics import nearest
from interlock.language.values import Value, admit
from interlock.rules.declarations import FactType
from interlock.rules.rulebase import RuleBase


def said(turn: Turn, body: Body) -> None:
    """Set a fact, or take it back."""
    memory, name = turn.state.memory, body["fact"]
    if memory is None:
        return
    at = {"position": turn.seq, "now": turn.at}
    try:
        values = stated(memory.rulebase, body)
        if body["stands"]:
            take(turn, memory.assert_fact(name, values, **at))
        else:
            take(turn, memory.retract_fact(name, values.values(), **at))
    except (RequestRejected, NotFound) as refusal:
        turn.note("inadmissible", name=name, reason=str(refusal))


def stated(rulebase: RuleBase, body: Body) -> dict[str, Value]:
    """Return the fields a person states, in order of declaration; to take it back, the key's.

    Args:
        rulebase: declares the fact.
        body: of a ``fact`` entry.

    Raises:
        RequestRejected: no such fact is declared, or a field is missing, unknown or does not fit.
    """
    declared = rulebase.fact_types.get(body["fact"])
    if declared is None:
        hint = nearest(body["fact"], rulebase.fact_types)
        message = f"no fact is called {body['fact']!r}"
        raise RequestRejected(f"{message}; {hint}" if hint else message, field="fact")
    fields = declared.fields
    if not body["stands"]:
        fields = {part: fields[part] for part in declared.key}
    _refuse_unknown(declared, fields, {**body["values"], **body["labels"]})
    try:
        return admit(fields, body["values"], body["labels"])
    except SignalRejected as fault:
        raise RequestRejected(str(fault), field=str(fault.details.get("field", ""))) from fault


def _refuse_unknown(
    declared: FactType, fields: Mapping[str, object], given: Mapping[str, object]
) -> None:
    for name in sorted(given.keys() - fields.keys()):
        wanted = "its key alone takes it back" if name in declared.fields else nearest(name, fields)
        message = f"field {name!r}: {declared.name} has {', '.join(fields)}"
        raise RequestRejected(f"{message}; {wanted}" if wanted else message, field=name)
