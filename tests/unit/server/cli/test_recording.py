"""``test record``: from a store on disk to a document that ``interlock test`` passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.testing import Answer, Harness
from tests.bundles import web, web_bundle
from tests.unit.engine.fold.site import Site
from tests.unit.engine.kept import keep
from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture
def kept(tmp_path: Path) -> tuple[str, str]:
    """The URL of a store, and an incident in it."""
    site = Harness(web_bundle())
    site.script("web.restart", Answer("error", code="BROKEN"))
    site.script("page.on_call", Answer())
    site.observe("supervisord.process", {"found": True})
    site.signal("site.probe", service="shop", up=False, code=0)
    site.advance("1m")
    return f"sqlite:///{keep(site.store, tmp_path / 'kept.db')}", site.incidents[0].id


def test_what_is_recorded_passes_on_the_bundle_that_was_active(
    interlock: Run, kept: tuple[str, str], tmp_path: Path
) -> None:
    store, incident = kept
    for name, text in web().items():
        (tmp_path / "bundle").mkdir(exist_ok=True)
        (tmp_path / "bundle" / name).write_text(text)

    code, text, err = interlock("test", "record", incident, "--store", store, "--uses", "bundle")
    (tmp_path / "recorded.test.yaml").write_text(text)
    played = interlock("test", str(tmp_path / "recorded.test.yaml"))

    assert (code, err) == (0, "")
    assert text.startswith(f"# Recorded from {incident}; bundle {web_bundle().digest}.\n")
    assert played.code == 0, played
    assert played.out.startswith("1 scenario: passed")


def test_it_fails_where_the_bundle_does_something_else_now(
    interlock: Run, kept: tuple[str, str], tmp_path: Path
) -> None:
    store, incident = kept
    for name, text in web().items():
        (tmp_path / "bundle").mkdir(exist_ok=True)
        changed = text.replace("failed: {to: handed_over,", "failed: {to: watching,")
        (tmp_path / "bundle" / name).write_text(changed)

    text = interlock("test", "record", incident, "--store", store, "--uses", "bundle").out
    (tmp_path / "recorded.test.yaml").write_text(text)

    assert interlock("test", str(tmp_path / "recorded.test.yaml")).code == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["inc-0"], 2), (["inc-0", "--store", "STORE"], 1), ([], 2), (["a", "b"], 2)],
    ids=["no store", "unknown incident", "no incident", "two incidents"],
)
def test_what_cannot_be_recorded_is_refused(
    interlock: Run, kept: tuple[str, str], arguments: list[str], code: int
) -> None:
    store, _ = kept

    ended = interlock("test", "record", *[store if one == "STORE" else one for one in arguments])

    assert (ended.code, ended.out) == (code, "")


def test_branches_of_the_incident_are_expected_not_allowed(interlock: Run, tmp_path: Path) -> None:
    site = Site()
    site.down()
    site.approve("reject")
    site.advance("30s")
    store = f"sqlite:///{keep(site.store, tmp_path / 'kept.db')}"

    code, text, err = interlock("test", "record", site.branch("web"), "--store", store)

    assert (code, err) == (0, "")
    assert text.startswith(f"# Recorded from {site.parent}; bundle ")
    assert "allow:" not in text
    assert text.count("branch: web") == 3  # who answered, the way it went, how it ended
