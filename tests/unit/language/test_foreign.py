"""Files of other tools are known by their look, and nothing of ours looks like one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from interlock.language import load_documents
from interlock.language.foreign import look_of

ROOT = Path(__file__).parents[3]
OURS = [
    *sorted((ROOT / "machines" / "library").rglob("*.yaml")),
    *sorted((ROOT / "server" / "starter" / "files").rglob("*.yaml")),
    *sorted((ROOT / "server" / "demo").rglob("*.yaml")),
]


@pytest.mark.parametrize(
    ("text", "tool", "advice"),
    [
        ("groups:\n- {name: g, rules: [{alert: A, expr: up}]}", "alert rules of P", "init DIR"),
        ("rule_files: [a.yml]\ntests: []", "a test of promtool", "test/v1"),
        ("global: {}\nscrape_configs: []", "a configuration of Prometheus", "keep it out"),
        ("route: {receiver: x}\nreceivers: []", "a configuration of Alertmanager", "keep it out"),
        (
            "- {name: x, hosts: all, sources: [], rules: []}",
            "a rulebook of ansible-r",
            "becomes a rule",
        ),
        ("- {hosts: all, tasks: []}", "a playbook of Ansible", "executor command"),
        ("name: r\npack: p\ntrigger: {type: t}\naction: {ref: a}", "a rule of StackS", "criteria"),
        ("name: a\nrunner_type: shell\nentry_point: a.sh", "an action of StackS", "actions/v1"),
        ("version: 1.0\ntasks: {a: {action: core.noop}}", "a workflow of StackStorm", "states"),
        ("apiVersion: v1\nkind: ConfigMap", "an object of Kubernetes", "PrometheusRule"),
        ("rules: []", "", "interlock: rules/v1"),
        ("signals: {}\nfacts: {}", "", "interlock: signals/v1"),
        ("package: p\nstates: {}", "", "interlock: machine/v1"),
        ("rules: []\nsignals: {}", "", "such as interlock: rules/v1"),
        ("- 1", "", "such as interlock: rules/v1"),
        ("some text", "", "such as interlock: rules/v1"),
    ],
)
def test_what_lacks_its_kind_is_told_what_it_looks_like(text: str, tool: str, advice: str) -> None:
    [document] = load_documents(text, "f.yaml")
    [one] = document.diagnostics

    assert one.code == "RV101"
    looks = one.message.removeprefix("document does not begin with its kind")
    assert looks.startswith(f"; it looks like {tool}") if tool else looks == ""
    assert advice in (one.hint or "")


def test_no_document_of_ours_looks_like_one_of_theirs_without_its_kind() -> None:
    documents = [one for path in OURS for one in load_documents(path.read_bytes(), str(path))]
    bodies = [
        {key: value for key, value in one.data.items() if key != "interlock"}
        for one in documents
        if isinstance(one.data, Mapping)
    ]

    assert len(bodies) > 30
    assert {look_of(body).tool for body in bodies} == {""}
