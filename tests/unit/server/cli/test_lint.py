"""``lint``: the verb reads the day, and anything found is exit code 1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.server.cli.conftest import Ran

Run = Callable[..., Ran]

SIGNALS = """\
interlock: signals/v1
package: p
signals:
  site.probe: {ttl: 1h, doc: Whether it answers., fields: {up: bool}}
"""
RULES = """\
interlock: rules/v1
package: p
owner: o
review_by: 2027-03-31
rules:
  - id: down
    title: Down
    when: [{signal: site.probe, as: look, where: "!up"}]
    then: [{advise: look}]
    why: it is ${look.up}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a bundle as people agreed."""
    (tmp_path / "signals.yaml").write_text(SIGNALS)
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def test_what_is_as_agreed_is_ok(interlock: Run, folder: Path) -> None:
    assert interlock("lint", "--today", "2027-03-31", str(folder)) == (0, "2 files: ok\n", "")


def test_what_is_found_is_a_warning_and_exit_code_1(interlock: Run, folder: Path) -> None:
    code, out, err = interlock("lint", "--today", "2027-04-01", str(folder))

    assert (code, err) == (1, "")
    assert out == (
        f"{folder}/rules.yaml:4:12: warning [RV511] was to be reviewed by 2027-03-31"
        " (review it and set the next day)\n2 files: ok, 1 warning\n"
    )


def test_today_is_read_by_the_verb_alone(
    interlock: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = 1_900_000_000_000
    monkeypatch.setattr("interlock.engine.clock.SystemClock.now_ms", lambda _: late)

    assert "RV511" in interlock("lint", str(folder)).out


def test_errors_come_first(interlock: Run, folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("!up", "!upp"))

    out = interlock("lint", "--today", "2027-04-01", str(folder)).out

    assert "RV201" in out
    assert "RV511" not in out


def test_a_day_that_is_none_is_refused(interlock: Run, folder: Path) -> None:
    code, _, err = interlock("lint", "--today", "soon", str(folder))

    assert code == 2
    assert "--today: expected a date such as 2027-01-31, found 'soon'" in err


SUPPRESSIONS = [
    ("", 1),
    ("  # interlock: off {code} because the title says it", 0),
    ("  # interlock: off {code} until 2999-01 because the title says it", 0),
    ("  # interlock: off {code} until 2020-01 because the title said it", 1),
    ("  # interlock: off {code}", 1),
]


@pytest.mark.parametrize(("comment", "warnings"), SUPPRESSIONS)
@pytest.mark.parametrize(
    "found",
    [
        ("check", "RV213", "it is ${look.up}", "it is down"),
        ("verify", "RV301", '"!up"', '"up || !up"'),
    ],
)
def test_other_verbs_heed_suppressions_too(
    interlock: Run, folder: Path, found: tuple[str, str, str, str], comment: str, warnings: int
) -> None:
    verb, code, written, instead = found
    said = '"}]' + comment.format(code=code) + "\n"
    (folder / "rules.yaml").write_text(RULES.replace(written, instead).replace('"}]\n', said))

    assert interlock(verb, str(folder)).out.count(code) == warnings
