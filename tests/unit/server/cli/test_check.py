"""``check``: every fault with its place, and nothing that cannot be known offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.engine.executors.registry import load_executors, probe_fields
from interlock.engine.probes import manifest
from interlock.server.cli.checking import find
from interlock.server.cli.reading import read
from interlock.server.cli.unstated import UNSTATED
from interlock.server.inputs import DRY_RUN, InputRejected
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]

SIGNALS = """\
interlock: signals/v1
package: p
owner: o
signals:
  site.probe:
    ttl: 1h
    fields: {service: string, up: bool}
"""
RULES = """\
interlock: rules/v1
package: p
owner: o
rules:
  - id: down
    title: Down
    when: [{signal: site.probe, as: look, where: "!up"}]
    then: [{advise: "look at ${look.service}"}]
    why: it is down
"""
ACTIONS = """\
interlock: actions/v1
package: p
owner: o
executor: command
actions:
  a.b:
    version: 1
    title: Do it
    inputs: {name: string}
    target: none
    risk: low
    reversible: false
    irreversible_because: it is done
    idempotency_key: "${name}"
    timeout: 5s
    verify: {probe: command.seen, with: {}, expect: "probe.exit == 0", every: 1s, within: 9s}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sound bundle."""
    (tmp_path / "signals.yaml").write_text(SIGNALS)
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def test_a_sound_bundle_is_ok(interlock: Run, folder: Path) -> None:
    assert interlock("check", str(folder)) == (0, "2 files: ok\n", "")


def test_a_fault_is_named_with_its_place_and_a_hint(interlock: Run, folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("!up", "!upp"))

    code, out, err = interlock("check", str(folder))

    assert (code, err) == (1, "")
    assert out == (
        f"{folder}/rules.yaml:7:52: error [RV201] unknown field 'upp' (did you mean 'up'?)\n"
        "2 files: 1 error\n"
    )


@pytest.mark.parametrize("order", [("-o", "json", "check"), ("check", "-o", "json")])
def test_programs_get_the_same_as_json_wherever_they_ask_for_it(
    interlock: Run, folder: Path, order: tuple[str, ...]
) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("!up", "!upp"))

    code, out, _ = interlock(*order, str(folder))

    said = json.loads(out)
    assert code == 1
    assert (False, 2, 1, 0) == (said["ok"], said["files"], said["errors"], said["warnings"])
    assert ["RV201"] == [one["code"] for one in said["diagnostics"]]


def test_what_is_asked_for_after_the_verb_wins(interlock: Run, folder: Path) -> None:
    assert "2 files: ok\n" == interlock("-o", "json", "check", "-o", "text", str(folder)).out


def test_a_file_that_is_not_utf_8_is_a_fault_at_its_place(folder: Path) -> None:
    (folder / "rules.yaml").write_bytes(RULES.replace("Down", "D\xf6wn").encode("latin-1"))

    found = find(read([folder]), None)

    assert ["RV007"] == [one.code for one in found.diagnostics]


def test_no_verb_takes_a_file_that_is_not_utf_8_for_something_else(
    interlock: Run, folder: Path
) -> None:
    (folder / "rules.yaml").write_bytes(RULES.replace("Down", "D\xf6wn").encode("latin-1"))
    said = "rules.yaml:6:13: error [RV007] file is not UTF-8: found byte 0xf6, 'ö' in Windows-1252"

    assert said in interlock("check", str(folder)).out
    for verb in (("test",), ("graph", "rules"), ("docs", "--out", str(folder / "out"))):
        ran = interlock(*verb, str(folder))
        assert (ran.code, ran.err.count("error [RV")) == (2, 1)
        assert said in ran.err
        assert ran.err.endswith(
            "error [definition_error]: 1 fault, as above; interlock codes RV007 says more about the"
            " first\n"
        )


def test_a_file_that_is_utf_16_is_told_so(folder: Path) -> None:
    (folder / "rules.yaml").write_bytes(RULES.encode("utf-16"))

    [one] = find(read([folder]), None).diagnostics

    assert one.message == "file is not UTF-8: it looks like UTF-16"


def test_the_folder_one_stands_in_is_named(
    interlock: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert f"in this folder, {tmp_path} (" in interlock("check").err


def test_where_nobody_says_anything_a_service_without_settings_is_checked_against() -> None:
    assert manifest(probe_fields(load_executors(DRY_RUN))) == UNSTATED


def test_a_probe_nobody_was_asked_about_is_a_warning(folder: Path) -> None:
    (folder / "actions.yaml").write_text(ACTIONS)

    found = find(read([folder]), None)

    assert [("RV710", "warning")] == [(one.code, one.severity) for one in found.diagnostics]
    assert found.count("error") == 0


def test_an_unknown_probe_hides_no_warning_of_a_rule(interlock: Run, folder: Path) -> None:
    (folder / "actions.yaml").write_text(ACTIONS)
    signal = "{signal: site.probe, as: look, where: '!up'}"
    (folder / "rules.yaml").write_text(
        RULES.replace("[{signal", f"[{signal.replace('look', 'idle')}, {{signal")
    )

    found = find(read([folder]), None)

    assert {"RV710", "RV213"} <= {one.code for one in found.diagnostics}
    assert found.count("error") == 0
    assert "ok" in interlock("check", str(folder)).out


def test_a_probe_that_is_not_in_the_manifest_is_an_error(folder: Path) -> None:
    (folder / "actions.yaml").write_text(ACTIONS)

    found = find(read([folder]), "{}")

    assert [("RV710", "error")] == [(one.code, one.severity) for one in found.diagnostics]


def test_a_probe_that_is_in_the_manifest_is_checked(folder: Path) -> None:
    (folder / "actions.yaml").write_text(ACTIONS)

    assert not find(read([folder]), '{"command.seen": {"exit": "int"}}').diagnostics


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.yaml", "cannot read .*gone.yaml: No such file or directory"),
        ("gone", "cannot read .*gone: No such file or directory"),
        ("notes.txt", "expected a file that ends with .yaml or .yml"),
        ("empty", "there is no file that ends with .yaml or .yml in .*/empty .*interlock init DIR"),
        ("blank.yaml", "nothing is said in .*/blank.yaml: no document, only comments"),
    ],
)
def test_a_path_that_cannot_be_checked_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "blank.yaml").write_text("\ufeff---\n# interlock: rules/v1\n\n...\n")

    with pytest.raises(InputRejected, match=message):
        read([tmp_path / name])


def test_dashes_in_comments_take_no_time(folder: Path) -> None:
    """Law: whether a file holds a document is seen in one pass (control: 2 to the 40th ways)."""
    (folder / "dashes.yaml").write_text("# - - - -\n" * 40 + "interlock: rules/v1\n")
    (folder / "rules.yaml").unlink()
    (folder / "signals.yaml").unlink()

    assert list(read([folder])) == [str(folder / "dashes.yaml")]


def test_a_file_of_a_kind_there_is_not_is_no_silent_nothing(folder: Path) -> None:
    (folder / "more.yaml").write_text("interlock: ruls/v1\nrules: []\nrules: []\n")

    found = find(read([folder]), None)

    assert [one.code for one in found.diagnostics] == ["RV101", "RV002"]
    assert found.diagnostics[0].hint == "did you mean 'rules/v1'?"


def test_a_kind_that_others_read_is_left_to_them(folder: Path) -> None:
    (folder / "operations.yaml").write_text("interlock: command/v1\noperations: {a: {}}\n")

    assert find(read([folder]), None).diagnostics == []
