"""A bundle: all files together, or every fault of every one of them."""

from __future__ import annotations

import json

import pytest

from interlock.engine import bundle as module
from interlock.engine.bundle import Bundle
from interlock.engine.probes import MANIFEST, manifest
from interlock.errors import DefinitionError
from interlock.language.values import BOOL, STRING, Field, double, list_of
from interlock.rules.caged.limits import Uncageable
from interlock.rules.caged.pack import CagedPack
from interlock.rules.network import Pack
from tests import bundles


def faults(*changes: tuple[str, str, str]) -> list[str]:
    """Return codes and places of what is wrong once texts of files have been replaced."""
    files = bundles.web()
    for name, old, new in changes:
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    with pytest.raises(DefinitionError) as refused:
        Bundle.compile(files)
    return [f"{f.path} {f.code} {f.message}" for f in refused.value.diagnostics]


def test_the_digest_is_of_names_and_contents_and_of_nothing_else() -> None:
    files = bundles.web()
    backwards = dict(reversed(files.items()))
    commented = {**files, "rules.yaml": files["rules.yaml"] + "# changed\n"}
    renamed = {**files, "others.yaml": files["rules.yaml"]}
    del renamed["rules.yaml"]

    found = {Bundle.compile(some).digest for some in (files, backwards, commented, renamed)}
    assert Bundle.compile(files).digest == bundles.web_bundle().digest
    assert len(found) == 3


def test_only_yaml_is_read_and_everything_is_kept() -> None:
    files = {**bundles.web(), "README.md": "interlock: nonsense", "more.yml": "# nothing\n"}

    assert Bundle.compile(files).files == files


def test_nothing_at_all_is_a_bundle_that_decides_nothing() -> None:
    bundle = Bundle.compile({})

    assert (dict(bundle.runtimes), bundle.packs, bundle.warnings) == ({}, (), ())


def test_a_rule_starts_a_machine_that_is_there() -> None:
    found = faults(("rules.yaml", "start: restart-service", "start: restart-servise"))

    assert found == ["rules.yaml RV211 no machine is called 'restart-servise'"]


def test_a_rule_gives_a_machine_what_it_needs_in_its_type_and_nothing_else() -> None:
    with_ = 'with: {service: "${look.service}"}'
    assert faults(("rules.yaml", with_, "with: {}")) == [
        "rules.yaml RV215 machine restart-service needs 'service' in with"
    ]
    assert faults(("rules.yaml", with_, "with: {service: 7}")) == [
        "rules.yaml RV215 'service' of machine restart-service is string, not int"
    ]
    assert faults(("rules.yaml", with_, 'with: {service: "${look.service}", port: 1}')) == [
        "rules.yaml RV215 machine restart-service has no context field 'port'"
    ]


def test_an_optional_context_field_need_not_be_given() -> None:
    files = bundles.web()
    files["restart-service.machine.yaml"] = files["restart-service.machine.yaml"].replace(
        "context:\n  service: string",
        "context:\n  service: string\n  port: {type: int, optional: true}",
    )

    Bundle.compile(files)


def test_the_faults_of_all_files_come_together_in_order() -> None:
    found = faults(
        ("rules.yaml", "salience: 100", "salience: high"),
        ("actions.yaml", "risk: low", "risk: lowish"),
    )

    assert [one.split()[0] for one in found] == sorted(one.split()[0] for one in found)
    assert {one.split()[0] for one in found} == {"actions.yaml", "rules.yaml"}


def test_no_machine_misses_what_a_broken_file_declares() -> None:
    """The signal's declaration is wrong; that machines wait for it is not."""
    found = faults(("signals.yaml", "  site.probe:\n", "  site.probe:\n    colour: red\n"))

    assert "signals.yaml RV112 unknown key 'colour'" in found
    assert {one.split()[0] for one in found} <= {"rules.yaml", "signals.yaml"}


def test_a_rule_beyond_the_second_engine_is_a_fault_of_that_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(pack: Pack) -> CagedPack:
        raise Uncageable(f"rule {pack.rules[-1].id}: more than it can hold")

    monkeypatch.setattr(module, "CagedPack", refuse)
    with pytest.raises(DefinitionError) as refused:
        Bundle.compile(bundles.web())

    (fault,) = refused.value.diagnostics
    assert (fault.path, fault.code, fault.hint) == ("rules.yaml", "RV330", "split the rule")
    assert bundles.web()["rules.yaml"].splitlines()[fault.span.line - 1].lstrip(" -") == (
        "id: suspect-release"
    )


def test_the_manifest_says_what_probes_see_and_is_read_back_the_same() -> None:
    probes = {
        "http.look": {
            "status": Field(STRING),
            "ratio": Field(double(3), optional=True),
            "names": Field(list_of(STRING)),
            "fine": Field(BOOL),
        }
    }
    text = manifest(probes)

    assert json.loads(text) == {
        "http.look": {
            "status": "string",
            "ratio": "double(3)?",
            "names": "list<string>",
            "fine": "bool",
        }
    }
    assert Bundle.compile({MANIFEST: text}).files[MANIFEST] == text


def test_a_probe_no_executor_has_is_a_fault() -> None:
    files = bundles.web()
    del files[MANIFEST]
    with pytest.raises(DefinitionError) as refused:
        Bundle.compile(files)

    assert {fault.path for fault in refused.value.diagnostics} == {"actions.yaml"}


UNREAD = """\
  release.kept:
    doc: This release stays.
    key: [service]
    fields: {service: string}
"""
KEEP = """\
  - id: keep
    title: A release stays
    when:
      - signal: deploy.finished
        as: deploy
    then:
      - assert: release.kept
        set: {service: "${deploy.service}"}
    why: ${deploy.revision} stays
"""


def warned(*, waits: bool) -> list[str]:
    """Return what is warned of when a rule asserts a fact that no rule reads."""
    files = bundles.web()
    files["signals.yaml"] += UNREAD
    files["rules.yaml"] += KEEP
    if waits:
        name = "fail-over.machine.yaml"
        before, old, after = files[name].partition("    wait:\n")
        body = after.splitlines(keepends=True)
        assert body[0].strip().startswith("signal:")
        body[0] = "      fact: release.kept\n"
        body[1] = "      where: service == ctx.service\n"
        files[name] = before + old + "".join(body)
    return [warning.code for warning in Bundle.compile(files).warnings]


def test_a_fact_that_no_rule_reads_is_warned_of() -> None:
    """The negative control of the next."""
    assert warned(waits=False) == ["RV341"]


def test_a_fact_that_a_machine_waits_for_is_read() -> None:
    assert warned(waits=True) == []
