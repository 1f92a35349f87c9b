"""What probes there are stands beside the files, too; looking for it opens nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.errors import DefinitionError
from interlock.server.cli.manifests import on_stderr, read_manifest, stated_probes
from interlock.server.inputs import InputRejected

MANIFEST = '{"http.look": {"status": "int"}}'
OPERATIONS = """\
interlock: command/v1
probes:
  seen:
    argv: [/bin/true]
    outputs: {exit: int}
"""
SEEN = {"command.seen": {"exit": "int"}}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project: settings at its root, an empty bundle below."""
    (tmp_path / "operations.yaml").write_text(OPERATIONS)
    (tmp_path / "executors.toml").write_text('[command]\noperations = "operations.yaml"\n')
    (tmp_path / "bundle").mkdir()
    return tmp_path


def test_a_folder_says_itself_what_probes_there_are(tmp_path: Path) -> None:
    (tmp_path / "executors.json").write_text(MANIFEST)

    assert MANIFEST == stated_probes([tmp_path / "rules.yaml", tmp_path], None)


def test_a_file_that_is_named_wins(tmp_path: Path) -> None:
    (tmp_path / "executors.json").write_text(MANIFEST)
    other = tmp_path / "other.json"
    other.write_text('{"x.y": {"z": "bool"}}')

    assert other.read_text() == stated_probes([tmp_path], other)


@pytest.mark.parametrize("given", [".", "bundle", "bundle/rules.yaml"])
def test_settings_of_the_project_are_found_wherever_one_stands(
    project: Path, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(stated_probes([project / given], None) or "") == SEEN
    monkeypatch.chdir(project / "bundle")
    assert json.loads(stated_probes([Path()], None) or "") == SEEN


def test_nothing_is_looked_for_farther_up(project: Path) -> None:
    below = project / "bundle" / "deep"
    below.mkdir()

    assert stated_probes([below], None) is None


def test_what_the_bundle_says_goes_before_the_settings_around_it(project: Path) -> None:
    (project / "bundle" / "executors.json").write_text(MANIFEST)

    assert stated_probes([project / "bundle"], None) == MANIFEST
    assert stated_probes([project], None) == MANIFEST


def test_settings_that_were_found_and_cannot_be_used_here_are_told_of_and_left_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = project / "executors.toml"
    settings.write_text('[command]\noperations = "/etc/no-such.yaml"\n')

    assert stated_probes([project], None) is None
    assert capsys.readouterr().err == (
        f"note: {settings} is not used to check probes:"
        " /etc/no-such.yaml cannot be read: No such file or directory\n"
    )
    with pytest.raises(DefinitionError, match=r"no-such\.yaml cannot be read"):
        stated_probes([project], settings)


def test_a_fault_with_a_place_is_a_fault_also_where_nobody_asked(project: Path) -> None:
    (project / "operations.yaml").write_text(OPERATIONS.replace("argv", "arg"))

    with pytest.raises(DefinitionError) as refused:
        stated_probes([project], None)

    assert {one.code for one in refused.value.diagnostics} == {"RV111", "RV112"}


def test_looking_opens_no_ledger(project: Path) -> None:
    (project / "executors.toml").write_text(
        '[command]\noperations = "operations.yaml"\nledger = "done.ledger"\n'
    )

    assert json.loads(read_manifest(project / "executors.toml")) == SEEN
    assert not (project / "done.ledger").exists()


def test_without_one_nothing_is_known(tmp_path: Path) -> None:
    assert stated_probes([tmp_path], None) is None


@pytest.mark.parametrize("manifest", ["[]", "{", '{"a.b": {"c": "integer"}}', '{"a.b": 1}'])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, manifest: str) -> None:
    path = tmp_path / "executors.json"
    path.write_text(manifest)

    with pytest.raises(InputRejected, match="is no manifest: expected probes"):
        stated_probes([tmp_path], None)


def test_a_manifest_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "executors.json"
    path.write_text('{"http.look": {"body": "string?", "times": "list<double(3)>"}}')

    assert path.read_text() == read_manifest(path)


def test_each_folder_states_its_own_part(tmp_path: Path) -> None:
    """Law: what is stated of a folder is what its parts state together, in any order."""
    for name, probe in (("host", "host.disk"), ("web", "http.look")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "executors.json").write_text(f'{{"{probe}": {{"seen": "int"}}}}')
    (tmp_path / "web" / "rules.yaml").write_text("")

    both = stated_probes([tmp_path], None)

    assert both is not None
    assert {"host.disk": {"seen": "int"}, "http.look": {"seen": "int"}} == json.loads(both)
    assert both == stated_probes([tmp_path / "web" / "rules.yaml", tmp_path / "host"], None)
    assert '{"host.disk": {"seen": "int"}}' == stated_probes([tmp_path / "host"], None)


def test_a_hidden_folder_states_nothing(tmp_path: Path) -> None:
    (tmp_path / ".kept").mkdir()
    (tmp_path / ".kept" / "executors.json").write_text(MANIFEST)

    assert stated_probes([tmp_path], None) is None


def test_two_that_state_one_probe_differently_are_refused_at_the_second(tmp_path: Path) -> None:
    """The control: alike, they are not."""
    for name, kind in (("a", "int"), ("b", "string"), ("c", "int")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "executors.json").write_text(f'{{\n  "x.y": {{"z": "{kind}"}}\n}}\n')

    with pytest.raises(DefinitionError) as refused:
        stated_probes([tmp_path], None)
    [fault] = refused.value.diagnostics
    assert str(fault) == (
        f"{tmp_path}/b/executors.json:2:3: error [RV122] probe 'x.y' is stated differently at"
        f' {tmp_path}/a/executors.json:2: {{"z": "int"}} (state it once, or both times alike)'
    )
    assert stated_probes([tmp_path / "a", tmp_path / "c"], None) is not None


def test_a_note_drives_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    on_stderr("a\x1b[31m\u202eb is not used")

    said = capsys.readouterr().err
    assert said.startswith("note: a")
    assert all(sign.isprintable() or sign == "\n" for sign in said)
