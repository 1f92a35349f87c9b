"""The gate in values: what each interlock says of a request, and what the worst makes of it."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.fold.gate.agreement import agreement
from interlock.engine.fold.gate.budget import EVERYTHING, budget, give_back, spend
from interlock.engine.fold.gate.duplicate import duplicate
from interlock.engine.fold.gate.freeze import (
    GLOBAL,
    SCOPES,
    freeze,
    frozen_by,
    is_scope,
    scopes_of,
)
from interlock.engine.fold.gate.freshness import freshness
from interlock.engine.fold.gate.judge import INTERLOCKS, judge
from interlock.engine.fold.gate.lock import lock
from interlock.engine.fold.gate.model import HOLDING, Budget, Outcome, Request
from interlock.engine.fold.state import Gate

PASS, HOLD, REFUSE = Outcome.PASS, Outcome.HOLD, Outcome.REFUSE
NOW = 10_000_000
HOURLY = Budget("restart:shop", 2, 3_600_000)

REQUEST = Request(
    intent="act-1",
    scopes=(GLOBAL, "machine:restart", "action:web.restart", "executor:command", "target:shop"),
    notifies=False,
    target="shop",
    work="web.restart:shop",
    rivals=(),
    budgets=(HOURLY,),
    evidence_at=NOW - 5_000,
    evidence_max_age_ms=30_000,
    agree_at=7,
    disputed=False,
)
PAGE = replace(REQUEST, notifies=True, budgets=(), target=None, evidence_max_age_ms=None)


def gate(**more: object) -> Gate:
    """Return a gate that lets REQUEST pass, but for what is given."""
    return Gate(**{"agreed": 7, **more})  # type: ignore[arg-type]


BY = {"actor": "ana", "reason": "peace", "at": NOW - 10, "seq": 3}


# --- freeze -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", REQUEST.scopes)
def test_a_freeze_of_anything_it_is_in_holds_an_action(scope: str) -> None:
    found = freeze(REQUEST, gate(freezes={scope: BY}), NOW)

    assert found.outcome is HOLD
    assert found.reason == f"{scope} is frozen by ana: peace"
    assert found.numbers == {"since": NOW - 10, "for_ms": 10}


def test_a_freeze_of_something_else_does_not() -> None:
    assert freeze(REQUEST, gate(freezes={"target:api": BY}), NOW).outcome is PASS


def test_a_page_is_never_frozen() -> None:
    assert freeze(PAGE, gate(freezes={GLOBAL: BY}), NOW).outcome is PASS


def test_the_widest_freeze_is_the_one_named() -> None:
    assert frozen_by(REQUEST.scopes, {"target:shop": BY, GLOBAL: BY}) == GLOBAL
    assert frozen_by(REQUEST.scopes, {}) is None


def test_scopes_are_those_an_action_has_the_widest_first() -> None:
    found = scopes_of(target=None, action="a", machine="m", incident="", executor="e")

    assert found == (GLOBAL, "machine:m", "action:a", "executor:e", "incident:")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (GLOBAL, True),
        *((f"{kind}:x", True) for kind in SCOPES),
        ("executor:", False),
        ("planet:earth", False),
        ("executor", False),
        ("", False),
        ("global:x", False),
    ],
)
def test_a_scope_is_everything_or_a_kind_and_a_name(text: str, holds: bool) -> None:
    assert is_scope(text) is holds


# --- agreement --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "state", "outcome"),
    [
        (REQUEST, gate(), PASS),
        (REQUEST, gate(agreed=8), PASS),
        (REQUEST, gate(agreed=6), HOLD),
        (REQUEST, gate(agreed=-1), HOLD),
        (replace(REQUEST, disputed=True), gate(), REFUSE),
        (replace(REQUEST, disputed=True), gate(agreed=6), REFUSE),
        (replace(REQUEST, disputed=True), gate(second_engine=False), PASS),
        (REQUEST, gate(agreed=-1, second_engine=False), PASS),
        (replace(PAGE, disputed=True), gate(agreed=-1), PASS),
    ],
)
def test_nothing_acts_before_both_engines_agree(
    request_: Request, state: Gate, outcome: Outcome
) -> None:
    assert agreement(request_, state, NOW).outcome is outcome


# --- duplicate, lock --------------------------------------------------------------------------


def test_work_that_somebody_is_at_is_refused() -> None:
    found = duplicate(replace(REQUEST, rivals=("act-7", "act-8")), gate(), NOW)

    assert found.outcome is REFUSE
    assert found.reason == "act-7 is already doing web.restart:shop"
    assert duplicate(REQUEST, gate(), NOW).outcome is PASS


@pytest.mark.parametrize(("holder", "outcome"), [(None, PASS), ("act-1", PASS), ("act-2", HOLD)])
def test_a_target_has_one_actor(holder: str | None, outcome: Outcome) -> None:
    locks = {} if holder is None else {"shop": holder}

    assert lock(REQUEST, gate(locks=locks), NOW).outcome is outcome


def test_without_a_target_there_is_nothing_to_lock() -> None:
    assert lock(PAGE, gate(locks={"shop": "act-2"}), NOW).outcome is PASS


# --- freshness --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen_at", "limit", "outcome"),
    [
        (NOW - 30_000, 30_000, PASS),
        (NOW - 30_001, 30_000, REFUSE),
        (NOW + 5, 30_000, PASS),
        (None, 30_000, REFUSE),
        (None, None, PASS),
        (0, None, PASS),
    ],
)
def test_evidence_is_no_older_than_the_contract_allows(
    seen_at: int | None, limit: int | None, outcome: Outcome
) -> None:
    """A missing number is a refusal, never a pass."""
    request = replace(REQUEST, evidence_at=seen_at, evidence_max_age_ms=limit)

    assert freshness(request, gate(), NOW).outcome is outcome


# --- budget -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "outcome"),
    [
        ([], PASS),
        ([NOW - 1], PASS),
        ([NOW - 2, NOW - 1], REFUSE),
        ([NOW - 3_600_000, NOW - 1], PASS),
        ([NOW - 3_599_999, NOW - 1], REFUSE),
    ],
)
def test_a_window_sees_only_so_many_attempts(times: list[int], outcome: Outcome) -> None:
    found = budget(REQUEST, gate(spent={"restart:shop": deque(times)}), NOW)

    assert found.outcome is outcome
    assert found.numbers["key"] == "restart:shop"


def test_the_limit_over_all_that_acts_holds_where_a_contract_sets_none() -> None:
    spent = {"everything": deque([NOW] * EVERYTHING.most)}

    assert budget(replace(REQUEST, budgets=()), gate(spent=spent), NOW).outcome is REFUSE
    assert budget(PAGE, gate(spent=spent), NOW).outcome is PASS


def test_a_page_has_the_limits_of_its_contract() -> None:
    spent = {"restart:shop": deque([NOW, NOW])}

    assert budget(replace(PAGE, budgets=(HOURLY,)), gate(spent=spent), NOW).outcome is REFUSE


def test_spending_forgets_what_no_window_sees_and_giving_back_undoes_it() -> None:
    state = gate(spent={"restart:shop": deque([NOW - 3_600_000, NOW - 5])})
    spend(REQUEST, state, NOW)
    after = {key: list(times) for key, times in state.spent.items()}
    give_back(REQUEST, state, NOW)
    give_back(REQUEST, state, NOW - 123)
    give_back(REQUEST, gate(), NOW)

    assert after == {"restart:shop": [NOW - 5, NOW], "everything": [NOW]}
    assert {key: list(times) for key, times in state.spent.items()} == {
        "restart:shop": [NOW - 5],
        "everything": [],
    }


# --- all of them ------------------------------------------------------------------------------


def test_what_everything_lets_pass_passes() -> None:
    verdict = judge(REQUEST, gate(), NOW)

    assert verdict.outcome is PASS
    assert [finding.interlock for finding in verdict.findings] == [
        "freeze", "agreement", "duplicate", "lock", "freshness", "budget",
    ]  # fmt: skip
    assert verdict.body()["findings"][0]["interlock"] == "freeze"  # type: ignore[index]


def test_refuse_beats_hold_and_the_reasons_are_of_those_that_decided() -> None:
    state = gate(freezes={GLOBAL: BY}, agreed=-1)
    held = judge(REQUEST, state, NOW)
    refused = judge(replace(REQUEST, evidence_at=None), state, NOW)

    assert held.outcome is HOLD
    assert held.reason == ("global is frozen by ana: peace; the second engine has not answered yet")
    assert refused.outcome is REFUSE
    assert refused.reason == "nothing is known of the evidence behind this incident"


REQUESTS = st.builds(
    Request,
    intent=st.sampled_from(["act-1", "act-2"]),
    scopes=st.just(REQUEST.scopes),
    notifies=st.booleans(),
    target=st.sampled_from([None, "shop", "api"]),
    work=st.just("w"),
    rivals=st.sampled_from([(), ("act-9",)]),
    budgets=st.sampled_from([(), (HOURLY,)]),
    evidence_at=st.one_of(st.none(), st.integers(0, NOW)),
    evidence_max_age_ms=st.one_of(st.none(), st.integers(1, NOW)),
    agree_at=st.integers(-1, 9),
    disputed=st.booleans(),
)
GATES = st.builds(
    gate,
    freezes=st.dictionaries(st.sampled_from([*REQUEST.scopes, "target:api"]), st.just(BY)),
    spent=st.dictionaries(
        st.sampled_from(["restart:shop", "everything"]),
        st.lists(st.integers(0, NOW), max_size=130).map(lambda times: deque(sorted(times))),
    ),
    locks=st.dictionaries(st.sampled_from(["shop", "api"]), st.sampled_from(["act-1", "act-2"])),
    agreed=st.integers(-1, 9),
    second_engine=st.booleans(),
)


@given(REQUESTS, GATES)
def test_every_interlock_speaks_the_worst_decides_and_only_some_may_hold(
    request: Request, state: Gate
) -> None:
    """judge(r, g) is the worst of all findings; it changes nothing and says the same again."""
    before = repr(state)
    verdict = judge(request, state, NOW)

    outcomes = [finding.outcome for finding in verdict.findings]
    worst = REFUSE if REFUSE in outcomes else HOLD if HOLD in outcomes else PASS
    assert verdict.outcome is worst
    assert len(outcomes) == len(INTERLOCKS)
    assert {f.interlock for f in verdict.findings if f.outcome is HOLD} <= set(HOLDING)
    assert judge(request, state, NOW) == verdict
    assert repr(state) == before


@given(REQUESTS, GATES)
def test_a_page_is_never_held_but_for_its_target(request: Request, state: Gate) -> None:
    """When in doubt nothing acts, and people hear of it."""
    page = replace(request, notifies=True, target=None)

    assert judge(page, state, NOW).outcome is not HOLD
