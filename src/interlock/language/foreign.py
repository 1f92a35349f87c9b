"""Files of other tools, given by mistake: which tool they look like, and what to do with them.

Told by the keys those tools must have; nothing that is ours has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from interlock.language.values import YamlValue


class Look(NamedTuple):
    """What a document without a kind looks like.

    Attributes:
        tool: for instance ``a rule of StackStorm``; empty: nothing that is known.
        advice: what to do.
    """

    tool: str
    advice: str


_OUT: Final = "keep it out of this folder"

_TOOLS: Final[Mapping[frozenset[str], Look]] = {
    frozenset(keys): Look(tool, advice)
    for keys, tool, advice in (
        (
            ("groups",),
            "alert rules of Prometheus",
            "interlock init DIR --from FILE carries them over",
        ),
        (("rule_files", "tests"), "a test of promtool", "scenarios are documents of test/v1"),
        (("scrape_configs",), "a configuration of Prometheus", _OUT),
        (("route", "receivers"), "a configuration of Alertmanager", _OUT),
        (
            ("trigger", "action"),
            "a rule of StackStorm",
            "trigger and criteria become a rule, the action one that a machine runs",
        ),
        (
            ("runner_type", "entry_point"),
            "an action of StackStorm",
            "write what it does as an action contract, actions/v1",
        ),
        (
            ("version", "tasks"),
            "a workflow of StackStorm",
            "its tasks become the states of a machine",
        ),
        (
            ("apiVersion", "kind"),
            "an object of Kubernetes",
            f"{_OUT}; interlock init DIR --from FILE carries a PrometheusRule over",
        ),
    )
}
"""The keys of a mapping at the top, and whose they are."""

_LISTS: Final[Mapping[frozenset[str], Look]] = {
    frozenset({"sources", "rules"}): Look(
        "a rulebook of ansible-rulebook",
        "a condition becomes a rule, what it runs an action that a machine runs",
    ),
    frozenset({"hosts"}): Look(
        "a playbook of Ansible", "an action of the executor command can run it"
    ),
}
"""The keys of the first item of a list at the top."""

_OURS: Final[Mapping[str, str]] = {
    "rules": "rules/v1",
    "signals": "signals/v1",
    "facts": "signals/v1",
    "states": "machine/v1",
    "actions": "actions/v1",
    "targets": "inventory/v1",
    "scenarios": "test/v1",
}
"""A key that only one kind of our documents has, to that kind."""


def look_of(data: YamlValue) -> Look:
    """Return what a document that does not begin with its kind looks like."""
    known, holder = _TOOLS, data
    if isinstance(data, list) and data:
        known, holder = _LISTS, data[0]
    keys = set(holder) if isinstance(holder, Mapping) else set()
    look = next((look for needed, look in known.items() if needed <= keys), None)
    if look is not None:
        return look
    kinds = {_OURS[key] for key in keys & _OURS.keys()} if holder is data else set()
    if len(kinds) == 1:
        return Look("", f"begin it with the line interlock: {kinds.pop()}")
    return Look("", "begin it with its kind, such as interlock: rules/v1")
