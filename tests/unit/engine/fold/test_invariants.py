"""What can only be a bug of ours stops the fold instead of being folded over."""

from __future__ import annotations

import pytest

from interlock.engine.fold import steps
from interlock.engine.fold.decide import fold
from interlock.engine.fold.incidents import MAX_EVENTS, deliver, open_or_join
from interlock.engine.fold.state import State
from interlock.engine.fold.turn import Turn
from interlock.engine.model import Entry
from interlock.errors import InvariantBroken
from interlock.rules.model import Firing, StartMachine
from interlock.testing import Answer
from tests.unit.engine.fold.conftest import Web

TIMER = {"at": 5, "kind": "timer"}


def test_entries_come_in_order() -> None:
    state = State()
    fold(state, Entry.of(3, TIMER), {})
    for seq in (3, 2):
        with pytest.raises(InvariantBroken, match=f"entry {seq} after 3"):
            fold(state, Entry.of(seq, TIMER), {})


def test_the_bundle_that_decides_again_changes_nothing(web: Web) -> None:
    web.probe(up=False)
    supports = dict(web.state.supports)
    web.record({"kind": "bundle", "digest": web.bundle.digest, "files": []})

    assert web.state.supports == supports


def test_an_intent_has_no_other_timers(web: Web) -> None:
    web.script("web.restart", Answer("hangs"))
    web.probe(up=False)
    web.advance("1s")
    (intent,) = web.state.intents.values()
    with pytest.raises(InvariantBroken, match="no timer nap"):
        steps.due(Turn(web.state, 99, web.now), intent, "nap")


def test_a_pinned_bundle_is_loaded(web: Web) -> None:
    web.probe(up=False)
    (incident,) = web.state.incidents.values()
    web.state.bundles.clear()
    with pytest.raises(InvariantBroken, match="is not loaded"):
        Turn(web.state, 99, web.now).bundle_of(incident)


def test_nothing_fires_without_a_bundle() -> None:
    firing = Firing("fir-1", "r", (), (), "", shadow=False, formed_at=0)
    with pytest.raises(InvariantBroken, match="a firing without a bundle"):
        open_or_join(Turn(State(), 0, 0), firing, StartMachine("m", "i", {}))


def test_more_events_than_one_may_have_for_what_is_gone_are_dropped() -> None:
    turn = Turn(State(), 0, 0)
    for _ in range(MAX_EVENTS + 2):
        turn.tell("inc-0", "go", {"kind": "command"})
    deliver(turn)

    decision = turn.finish().decision
    assert decision is not None
    assert len(decision["unheard"]) == MAX_EVENTS
