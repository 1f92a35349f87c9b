"""Plugins: found by entry point, never able to take another's name."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from interlock.engine.executors.dry_run import DryRunExecutor
from interlock.engine.executors.registry import GROUP, discover, load_executors, probe_fields
from interlock.engine.executors.remote import RemoteExecutor
from interlock.errors import DefinitionError
from tests.unit.engine.executors.scripted import MANIFEST, ScriptedExecutor

HERE = "tests.unit.engine.executors.test_registry"


def make_scripted(settings: dict[str, str]) -> ScriptedExecutor:
    executor = ScriptedExecutor()
    executor.name = settings.get("name", executor.name)
    return executor


def make_misnamed(_: dict[str, str]) -> ScriptedExecutor:
    return ScriptedExecutor()


def point(name: str, attribute: str) -> EntryPoint:
    return EntryPoint(name, f"{HERE}:{attribute}", GROUP)


SCRIPTED = point("scripted", "make_scripted")


def test_interlocks_own_are_known_without_being_installed() -> None:
    assert ["command", "dry_run", "http", "remote", "supervisord"] == list(discover([]))


def test_every_plugin_of_ours_can_be_loaded() -> None:
    assert all(callable(found.load()) for found in discover([]).values())


def test_an_installed_plugin_is_found() -> None:
    assert "scripted" in discover([SCRIPTED])


def test_a_package_cannot_take_a_name_of_ours() -> None:
    with pytest.raises(DefinitionError, match="'command' is claimed by"):
        discover([point("command", "make_scripted")])


def test_two_packages_cannot_have_one_name() -> None:
    with pytest.raises(DefinitionError, match="uninstall one"):
        discover([SCRIPTED, point("scripted", "make_misnamed")])


def test_our_own_entry_points_are_no_second_claim() -> None:
    ours = EntryPoint("command", "interlock.engine.executors.command:create", GROUP)

    assert "command" in discover([ours])


def test_executors_are_made_as_configured() -> None:
    made = load_executors({"scripted": {}, "dry_run": {}}, [SCRIPTED])

    assert isinstance(made["dry_run"], DryRunExecutor)
    assert isinstance(made["scripted"], ScriptedExecutor)


def test_one_plugin_may_serve_under_two_names() -> None:
    made = load_executors({"a": {"plugin": "scripted"}, "b": {"plugin": "scripted"}}, [SCRIPTED])

    assert {"a": "a", "b": "b"} == {name: executor.name for name, executor in made.items()}


def test_a_remote_executor_is_made_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "gpu.yaml"
    path.write_text("interlock: remote/v1\noperations: {drain: {inputs: {node: string}}}\n")

    made = load_executors({"gpu": {"plugin": "remote", "operations": str(path)}}, [])

    assert isinstance(made["gpu"], RemoteExecutor)
    assert list(made["gpu"].actions) == ["drain"]


@pytest.mark.parametrize(
    ("configured", "message"),
    [
        ({"nobody": {}}, "there is no executor plugin 'nobody'"),
        ({"dry_run": {"speed": "fast"}}, "no setting 'speed'"),
        ({"command": {}}, "needs the setting 'operations'"),
        ({"supervisord": {"address": "http://example.org"}}, "not an address"),
        ({"supervisord": {"address": "unix:relative"}}, "not an address"),
        ({"x": {"plugin": "misnamed"}}, "made one named 'scripted'"),
        ({"gone": {}}, "cannot be loaded"),
        ({"empty": {}}, "cannot be loaded"),
    ],
)
def test_a_wrong_configuration_is_refused(
    configured: dict[str, dict[str, str]], message: str
) -> None:
    installed = [
        point("misnamed", "make_misnamed"),
        EntryPoint("gone", "no.such.module:create", GROUP),
        point("empty", "no_such_attribute"),
    ]

    with pytest.raises(DefinitionError, match=message):
        load_executors(configured, installed)


def test_probes_are_listed_for_the_bundle() -> None:
    assert probe_fields({"scripted": ScriptedExecutor()}) == {"scripted.check": MANIFEST.outputs}
