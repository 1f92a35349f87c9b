"""Two versions of machines, actions, declarations and targets."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from interlock.engine.difference import Change, differences
from interlock.engine.verify.whole import read_whole
from tests import bundles


def step(file: str, before: str, after: str) -> Change:
    """Return the one difference that replacing a text in the web bundle makes."""
    files: Mapping[str, str] = bundles.web()
    assert files[file].count(before) >= 1
    changed = {**files, file: files[file].replace(before, after, 1)}
    (found,) = differences(read_whole(files), read_whole(changed))
    return found


def told(change: Change) -> list[tuple[str, str | None, str | None, str]]:
    return [(d.key, d.before, d.after, d.what.value) for d in change.details]


@pytest.mark.parametrize(
    ("before", "after", "details"),
    [
        (
            "after: {30s: {to: handed_over, why: the",
            "after: {45s: {to: handed_over, why: the",
            [("states.watching.after.delay", "30s", "45s", "changed")],
        ),
        ("hold: 1s", "hold: 3s", [("states.watching.wait.hold", "1s", "3s", "changed")]),
        (
            "attempts: 2",
            "attempts: 4",
            [("states.restarting.retry.attempts", "2", "4", "loosened")],
        ),
        (
            "refused: {to: handed_over",
            "refused: {to: watching",
            [("states.restarting.refused.dest", "handed_over", "watching", "changed")],
        ),
    ],
)
def test_a_machine_is_compared_key_by_key(before: str, after: str, details: list) -> None:
    change = step("restart-service.machine.yaml", before, after)

    assert (change.kind, change.name) == ("machine", "restart-service")
    assert details == [one for one in told(change) if one in details]
    assert change.notes == ("its version is still 1",)


def test_a_new_version_is_not_remarked_on() -> None:
    change = step("restart-service.machine.yaml", "version: 1", "version: 2")

    assert change.notes == ()


@pytest.mark.parametrize(
    ("before", "after", "what", "raises"),
    [
        ("risk: low", "risk: high", "changed", True),
        ("risk: medium", "risk: low", "changed", False),
        ("consecutive: 5", "consecutive: 2", "loosened", False),
        ("consecutive: 5", "consecutive: 6", "tightened", False),
        ("timeout: 20s", "timeout: 30s", "changed", False),
    ],
)
def test_an_action_is_weighed(before: str, after: str, what: str, raises: bool) -> None:
    change = step("actions.yaml", before, after)

    assert (change.what.value, change.raises_risk) == (what, raises)


def test_a_guard_that_is_gone_loosens() -> None:
    files = bundles.web()
    lines = files["actions.yaml"].splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.strip() == "requires:")
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = next(
        n
        for n in range(start + 1, len(lines))
        if lines[n].strip() and len(lines[n]) - len(lines[n].lstrip()) <= depth
    )
    without = {**files, "actions.yaml": "".join(lines[:start] + lines[end:])}

    (gone,) = differences(read_whole(files), read_whole(without))
    (back,) = differences(read_whole(without), read_whole(files))

    assert (gone.what.value, back.what.value) == ("loosened", "tightened")


def test_a_signal_is_told_in_the_words_of_its_declaration() -> None:
    change = step("signals.yaml", "ttl: 30s", "ttl: 1m")

    assert told(change) == [("ttl", "30s", "1m", "changed")]


def test_a_target_that_is_gone_is_named() -> None:
    files = bundles.web()
    whole = read_whole(files)
    name = next(iter(whole.machinebase.inventory.targets))
    text = files["inventory.yaml"].replace(f"{name}:", f"{name}-2:", 1)

    found = differences(whole, read_whole({**files, "inventory.yaml": text}))

    assert [(c.kind, c.name, c.what.value) for c in found] == [
        ("target", name, "removed"),
        ("target", f"{name}-2", "added"),
    ]


def test_the_same_bundle_differs_in_nothing() -> None:
    assert differences(read_whole(bundles.web()), read_whole(bundles.web())) == []
