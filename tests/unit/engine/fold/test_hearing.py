"""A signal's fields are worked out once, and by the declaration that decides."""

from __future__ import annotations

from interlock.engine.fold.decide import fold
from interlock.engine.fold.hearing import hear
from interlock.engine.fold.state import State
from interlock.engine.model import Admitted, Entry
from tests import bundles

AT = 1_795_000_000_000
VALUES = {"service": "shop", "up": True, "code": 200}
DOWN = {"service": "shop", "up": False, "code": 0}


def listening() -> State:
    bundle = bundles.web_bundle()
    state = State()
    chosen = {"at": AT, "kind": "bundle", "digest": bundle.digest, "files": []}
    fold(state, Entry.of(0, chosen), {bundle.digest: bundle})
    return state


def look(admitted: Admitted | None) -> Entry:
    signal = {
        "id": "look-1",
        "source": "prober",
        "name": "site.probe",
        "subject": "",
        "severity": "",
        "status": "firing",
        "labels": {},
        "values": VALUES,
        "observed_at": None,
        "trace": "",
    }
    return Entry.of(1, {"at": AT, "kind": "signal", "signal": signal}, admitted)


def test_what_the_door_worked_out_is_not_worked_out_again() -> None:
    declared = bundles.web_bundle().rulebase.signal_types["site.probe"].fields

    heard = hear(listening(), look(Admitted(declared, DOWN)))

    assert heard is not None
    assert heard.element is not None
    assert DOWN == heard.element.fields


def test_what_was_worked_out_by_another_declaration_is_not_used() -> None:
    declared = dict(bundles.web_bundle().rulebase.signal_types["site.probe"].fields)

    heard = hear(listening(), look(Admitted(declared, DOWN)))

    assert heard == hear(listening(), look(None)) is None
