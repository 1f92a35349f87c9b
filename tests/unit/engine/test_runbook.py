"""Runbook pages: complete, linked, and made of an author's texts that cannot leave their place."""

from __future__ import annotations

import re

import pytest

from interlock.engine.runbook import MARK, pages
from interlock.engine.verify.whole import read_whole
from tests import bundles


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages(read_whole(bundles.web()))


def test_there_is_a_page_for_each_machine_and_one_for_rules_actions_and_all(
    made: dict[str, str],
) -> None:
    assert sorted(made) == [
        "actions.md",
        "index.md",
        "machine-fail-over.md",
        "machine-restart-service.md",
        "machine-rollback-release.md",
        "rules.md",
    ]
    assert all(text.startswith(f"{MARK}\n\n# ") for text in made.values())


def test_every_link_leads_to_a_page_and_an_anchor_that_are_there(made: dict[str, str]) -> None:
    anchors = {page: set(re.findall(r'<a id="([^"]+)">', text)) for page, text in made.items()}
    links = [link for text in made.values() for link in re.findall(r"\]\(([^)]+)\)", text)]

    assert len(links) > 20
    for link in links:
        page, _, anchor = link.partition("#")
        assert page in made
        assert not anchor or anchor in anchors[page]


def test_a_runbook_says_what_starts_it_its_steps_and_their_risk(made: dict[str, str]) -> None:
    page = made["machine-restart-service.md"]

    assert "* [`web/site-down`](rules.md#web/site-down): Nothing answers\n" in page
    assert (
        "| `restarting` | runs [`web.restart`](actions.md#web.restart), risk low, at most 2" in page
    )
    assert "```mermaid\nstateDiagram-v2\n" in page
    assert "> Asks the supervisor to restart the service" in page


def test_an_action_says_its_limits_its_proof_and_its_way_back(made: dict[str, str]) -> None:
    page = made["actions.md"]

    assert "* At most 3 in 1h for each `${name}`\n" in page
    assert "in 5 looks 200ms apart, within 15s\n" in page
    assert "* Cannot be taken back: a restart cannot be taken back\n" in page
    assert "* Taken back by [`web.switch_back`](actions.md#web.switch_back)\n" in page


def test_a_rule_says_when_and_then(made: dict[str, str]) -> None:
    page = made["rules.md"]

    assert "* `signal site.error_ratio as errors where value > 0.5`\n" in page
    assert "* `no fact release.suspect where service == errors.service`\n" in page
    assert "* starts [`fail-over`](machine-fail-over.md)\n" in page


def test_the_same_files_give_the_same_pages(made: dict[str, str]) -> None:
    again = dict(reversed(bundles.web().items()))

    assert made == pages(read_whole(again))


def test_no_text_of_an_author_becomes_markup() -> None:
    files = bundles.web()
    hostile = r'"# <script>x</script> | [a](b) `c` \u2028```"'
    rules = files["rules.yaml"].replace("title: Nothing answers", f"title: {hostile}")

    page = pages(read_whole({**files, "rules.yaml": rules}))["rules.md"]

    assert r"## \# \<script\>x\</script\> | \[a\](b) \`c\`  \`\`\`" in page
    assert page.count("\n## ") == 4
