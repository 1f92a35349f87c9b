"""The library's machines and contracts load together, and their digests are their own."""

from importlib.resources import files

import pytest

from interlock.language import load_documents
from interlock.language.values import BOOL, INT, STRING, Field, double
from interlock.machines import MachineRuntime, load_machines

LIBRARY = files("interlock.machines") / "library"
SIGNALS = {"http.error_ratio": {"service": Field(STRING), "value": Field(double())}}
PROBES = {
    "http.check": {"status": Field(INT)},
    "release.current": {"release": Field(STRING), "installed": Field(BOOL)},
    "pipeline.state": {"paused": Field(BOOL)},
}


@pytest.fixture(scope="module")
def base():
    documents = [
        document
        for file in sorted(LIBRARY.iterdir(), key=lambda one: one.name)
        if file.name.endswith(".yaml")
        for document in load_documents(file.read_text(), file.name)
    ]
    return load_machines(documents, signal_types=SIGNALS, probes=PROBES)


def test_the_library_is_clean(base):
    assert sorted(base.machines) == ["restart-service", "rollback-release"]
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
