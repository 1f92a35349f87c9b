"""RV702 and RV803: what is wrong with a way back."""

from __future__ import annotations

import pytest

from interlock.language import load_documents
from interlock.machines.load import load_machines
from interlock.machines.verify import wrong_rollbacks
from tests.unit.machines.given import PROBES

HEAD = "interlock: actions/v1\npackage: p\nowner: o\nexecutor: command\nactions:\n"


def action(name: str, back: str = "", risk: str = "low") -> str:
    """Return an action of no input that another one takes back, if any does."""
    way = f"reversible: true, rollback: {{action: {back}}}" if back else "irreversible_because: so"
    return (
        f"  {name}: {{version: 1, title: t, target: none, risk: {risk}, {way},"
        " idempotency_key: k, timeout: 20s,"
        " verify: {probe: fake.check, expect: probe.status == 200, within: 15s}}\n"
    )


def found(*actions: str) -> list[str]:
    """Return the findings about some actions, which must be sound."""
    documents = load_documents(HEAD + "".join(actions), "a")
    base = load_machines(documents, probes=PROBES)
    return [str(one) for one in wrong_rollbacks(documents, base.actions)]


def test_a_way_back_that_leads_elsewhere_is_found_at_the_first() -> None:
    (one,) = found(action("a.do", "a.undo"), action("a.undo", "a.other"), action("a.other"))

    assert one.startswith("a:6:")
    assert "warning [RV702] 'a.do' is taken back by 'a.undo', and that by 'a.other'" in one


@pytest.mark.parametrize(
    "actions",
    [
        pytest.param([action("a.do", "a.undo"), action("a.undo", "a.do")], id="there-and-back"),
        pytest.param([action("a.do", "a.undo"), action("a.undo")], id="no-way-further"),
        pytest.param([action("a.do", "a.do")], id="its-own-way-back"),
    ],
)
def test_a_way_back_to_where_it_began_or_no_further_is_not_found(actions: list[str]) -> None:
    assert found(*actions) == []


def test_a_way_back_of_higher_risk_is_found() -> None:
    (one,) = found(action("a.do", "a.undo"), action("a.undo", risk="medium"))

    assert "[RV803] 'a.undo' is of risk medium" in one
