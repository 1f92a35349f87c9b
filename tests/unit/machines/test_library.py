"""The library's machines and contracts load together, and their digests are their own."""

import pytest

from interlock.machines import MachineRuntime
from tests.starter import whole


@pytest.fixture(scope="module")
def base():
    return whole().machinebase


def test_the_library_is_clean(base):
    assert {"disk-filling", "restart-service", "rollback-release"} <= set(base.machines)
    assert base.warnings == ()


def test_a_bad_release_is_rolled_back_and_watched(base):
    class Incident:
        state = ""

    incident, runtime = Incident(), MachineRuntime(base.machines["rollback-release"])
    context = {"service": "checkout", "release": "r42", "previous": "r41", "env": "prod"}
    env = {"ctx": context, "outputs": {"from_release": "r42"}}

    path = [move.dest for move in runtime.start(incident, env)[0]]
    for event in ("done", "done", "met"):
        path += [move.dest for move in runtime.send(incident, event, env)[0]]

    assert path == [
        "acting.gate",
        "acting.pausing",
        "acting.rolling_back",
        "acting.watching",
        "resolved",
    ]


def test_every_action_on_a_target_of_the_inventory_passes_its_own_checks(base):
    activate = base.actions["release.activate"]
    inputs = activate.check_inputs({"service": "checkout", "release": "r41"})

    assert base.inventory.find(activate.target_id(inputs), activate.target_type).domain == "zone-a"
    assert activate.key(inputs, incident="inc-1", step="2") == "checkout@r41"
    assert activate.rollback_inputs(inputs, {"from_release": "r42"}) == {
        "service": "checkout",
        "release": "r42",
    }
    assert [rate.key_of(inputs) for rate in activate.rates] == ["checkout", ""]
    assert (
        activate.requires[0].reason(inputs) == "checkout must be installed and not already on r41"
    )
