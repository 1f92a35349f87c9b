"""RV507: who leans on a draft, and who does not."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from interlock.language import load_documents
from interlock.server.lint import lint

RULES = """\
interlock: rules/v1
package: web
owner: o
rules:
  - id: suspect
    status: shadow
    then: [{assert: release.suspect}]
    why: ${x}
  - id: tell
    when: [CONDITION]
    then: [{advise: look}]
    why: ${x}
"""
MACHINE = """\
interlock: machine/v1
id: restart
states:
  parts:
    states:
      restarting: {run: web.restart}
  over:
    final: over
    enter: [{notify: page.on_call}]
"""
ACTIONS = """\
interlock: actions/v1
actions:
  web.restart: {version: 1}
  web.switch: {rollback: {action: web.restart}}
  page.on_call: {version: 1}
"""


def found(*texts: str) -> list[str]:
    """Return what RV507 says of files, with their places."""
    files = {f"{number}.yaml": dedent(text) for number, text in enumerate(texts)}
    documents = [d for name, text in files.items() for d in load_documents(text, name)]
    said = lint(files, documents, (), date(2026, 11, 30))
    return [str(one).partition(" (")[0] for one in said if one.code == "RV507"]


@pytest.mark.parametrize(
    ("condition", "column"),
    [
        ("{fact: release.suspect, as: s}", 19),
        ("{any: [[{fact: release.suspect, as: s}], [{signal: x, as: s}]]}", 27),
    ],
)
def test_an_active_rule_that_needs_what_only_a_shadow_asserts_is_found(
    condition: str, column: int
) -> None:
    (one,) = found(RULES.replace("CONDITION", condition))

    assert one.startswith(f"0.yaml:10:{column}: warning [RV507] fact 'release.suspect' comes from")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("status: shadow", "status: active", id="it-is-asserted"),
        pytest.param("id: tell\n", "id: tell\n    status: shadow\n", id="the-reader-is-in-shadow"),
        pytest.param("id: tell\n", "id: tell\n    status: disabled\n", id="nobody-reads"),
        pytest.param("[{fact", "[{not: {fact", id="it-must-not-be-there"),
    ],
)
def test_a_rule_that_leans_on_nothing_unfinished_is_not_found(old: str, new: str) -> None:
    condition = "{fact: release.suspect, as: s}" + ("}" if "not:" in new else "")

    assert found(RULES.replace("CONDITION", condition).replace(old, new)) == []


def test_a_fact_that_another_rule_asserts_too_is_there() -> None:
    other = "interlock: rules/v1\nowner: o\nrules: [{id: a, then: [{assert: release.suspect}]}]\n"

    assert found(RULES.replace("CONDITION", "{fact: release.suspect, as: s}"), other) == []


@pytest.mark.parametrize(("status", "count"), [("active", 0), ("shadow", 1)])
def test_an_overlay_says_what_a_rule_is(status: str, count: int) -> None:
    rules = RULES.replace("CONDITION", "{fact: release.suspect, as: s}").replace("shadow", "active")
    rules = rules if status == "shadow" else rules.replace("status: active", "status: shadow")
    overlay = f"interlock: overlay/v1\ntarget: web/suspect\nreplace: {{status: {status}}}\n"

    assert len(found(rules, overlay)) == count


def test_a_machine_that_is_a_draft_is_found_where_a_rule_starts_it() -> None:
    rules = RULES.replace("CONDITION", "{signal: x, as: s}").replace(
        "{advise: look}", "{start: restart, incident: x}"
    )

    assert found(rules, MACHINE) == []
    assert found(rules, MACHINE.replace("id: restart\n", "id: restart\nstatus: draft\n")) == [
        "0.yaml:11:20: warning [RV507] machine 'restart' is a draft"
    ]


@pytest.mark.parametrize(
    ("action", "places"),
    [
        ("web.restart", ["0.yaml:6:25", "1.yaml:4:35"]),
        ("page.on_call", ["0.yaml:9:22"]),
        ("web.switch", []),
    ],
)
def test_an_action_that_is_a_draft_is_found_where_it_is_run_told_or_takes_back(
    action: str, places: list[str]
) -> None:
    actions = ACTIONS.replace(f"  {action}: {{", f"  {action}: {{status: draft, ")

    said = found(MACHINE, actions)

    assert [one.partition(": warning")[0] for one in said] == places
    assert all(f"action '{action}' is a draft" in one for one in said)


def test_what_is_a_draft_itself_may_need_drafts() -> None:
    machine = MACHINE.replace("id: restart\n", "id: restart\nstatus: draft\n")
    actions = ACTIONS.replace("{version: 1}", "{status: draft}")
    actions = actions.replace("{rollback", "{status: draft, rollback")

    assert found(machine, actions) == []
