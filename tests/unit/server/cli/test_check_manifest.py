"""What probes there are stands beside the files, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.errors import DefinitionError
from interlock.server.cli.manifests import stated_probes
from interlock.server.inputs import InputRejected

MANIFEST = '{"http.look": {"status": "int"}}'


def test_a_folder_says_itself_what_probes_there_are(tmp_path: Path) -> None:
    (tmp_path / "executors.json").write_text(MANIFEST)

    assert MANIFEST == stated_probes([tmp_path / "rules.yaml", tmp_path], None)


def test_a_file_that_is_named_wins(tmp_path: Path) -> None:
    (tmp_path / "executors.json").write_text(MANIFEST)
    other = tmp_path / "other.json"
    other.write_text('{"x.y": {"z": "bool"}}')

    assert other.read_text() == stated_probes([tmp_path], other)


def test_without_one_nothing_is_known(tmp_path: Path) -> None:
    assert stated_probes([tmp_path], None) is None


def test_a_manifest_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "executors.json").write_text("[]")

    with pytest.raises(InputRejected, match="is no manifest"):
        stated_probes([tmp_path], None)


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
