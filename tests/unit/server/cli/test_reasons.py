"""The tree of reasons, from a store on disk as from a service."""

from __future__ import annotations

import pytest

from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer
from interlock.server.cli.reasons import ReasonRecord, tree


def _reason(kind: str, title: str, *children: ReasonRecord, name: str = "") -> ReasonRecord:
    return {
        "kind": kind,
        "id": name,
        "title": title,
        "position": {"partition": 0, "seq": 5},
        "at": "2026-03-02T09:00:00Z",
        "children": list(children),
    }


def test_every_reason_is_a_line_below_what_rests_on_it_with_its_entry(
    capsys: pytest.CaptureFixture[str],
) -> None:
    signal = _reason("signal", "site.probe from prober", name="s-1")
    firing = _reason("firing", "p/down: nothing answers", signal)
    root = _reason("incident", "restart for shop: resolved", firing, name="inc-1")

    Printer(Form.TEXT).tree(tree(root))

    assert capsys.readouterr().out.splitlines() == [
        "incident inc-1 restart for shop: resolved #5 2026-03-02T09:00:00Z",
        "└── firing p/down: nothing answers #5 2026-03-02T09:00:00Z",
        "    └── signal site.probe from prober #5 2026-03-02T09:00:00Z",
    ]


def test_a_reason_without_an_entry_of_its_own_names_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = _reason("fact", "release.suspect")
    root["position"] = root["at"] = None

    Printer(Form.TEXT).tree(tree(root))

    assert "fact release.suspect\n" == capsys.readouterr().out


def test_what_a_source_wrote_is_shown_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(Form.TEXT).tree(tree(_reason("signal", "a (x=\x1b[2J\n\u202e)")))

    assert "signal a (x=\\x1b[2J\\n\\u202e) #5 2026-03-02T09:00:00Z\n" == capsys.readouterr().out
