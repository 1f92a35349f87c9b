"""Machines that could be written, as documents: nested at will, sound in shape."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from interlock.language import load_documents, validate
from interlock.language.values import INT, STRING, Field
from interlock.machines.catalogue import Catalogue, Signature
from interlock.machines.schema import MachineDocument
from interlock.machines.states import Compiled, compile_machine

Written = dict[str, Any]

CATALOGUE = Catalogue(
    signals={"seen": {"x": Field(INT)}},
    facts={},
    probes={},
    actions={"do.it": Signature("act", {"text": Field(STRING)}, {"n": Field(INT)}, 1)},
)
RESULTS = ("done", "failed", "timed_out", "refused", "unverified")
DELAYS = ("1s", "1m", "1h")


@st.composite
def written_machines(draw: st.DrawFn) -> Written:
    """Return a machine of up to three levels; its targets are any of its states."""
    count = draw(st.integers(2, 9))
    names = [f"s{number}" for number in range(count)]
    scopes = _nested(draw, names)
    targets = st.sampled_from(sorted(_paths(scopes)))
    return {
        "interlock": "machine/v1",
        "id": "m",
        "package": "test",
        "version": 1,
        "title": "m",
        "owner": "team",
        "context": {"x": "int"},
        "events": {"poked": {}},
        "outcomes": ["ended"],
        "initial": next(iter(scopes)),
        **_sla(draw, st.sampled_from(sorted(scopes))),
        "states": {name: _state(draw, inner, targets) for name, inner in scopes.items()},
    }


def _nested(draw: st.DrawFn, names: list[str], depth: int = 0) -> dict[str, Any]:
    """Return the names as a forest: name to the forest within, empty for a leaf."""
    forest: dict[str, Any] = {}
    rest = list(names)
    while rest:
        name = rest.pop(0)
        take = draw(st.integers(0, min(3, len(rest)))) if depth < 2 else 0
        forest[name] = _nested(draw, rest[:take], depth + 1)
        del rest[:take]
    return forest


def _paths(forest: dict[str, Any], around: str = "") -> list[str]:
    found = []
    for name, inner in forest.items():
        found += [around + name, *_paths(inner, f"{around}{name}.")]
    return found


def _state(draw: st.DrawFn, inner: dict[str, Any], targets: st.SearchStrategy[str]) -> Written:
    if inner:
        return {
            "initial": next(iter(inner)),
            "states": {name: _state(draw, deeper, targets) for name, deeper in inner.items()},
            **_hearing(draw, targets, ()),
        }
    kind = draw(st.sampled_from(("run", "wait", "approve", "undo", "choose", "choose", "final")))
    match kind:
        case "run":
            return {
                "run": "do.it",
                "with": {"text": "x is ${x}"},
                **_hearing(draw, targets, RESULTS),
            }
        case "wait":
            return {"wait": {"signal": "seen"}, **_hearing(draw, targets, ("met",), bounded=True)}
        case "approve":
            return {"approve": _question(draw, targets), **_hearing(draw, targets, ())}
        case "undo":
            return {"undo": "completed", **_hearing(draw, targets, ("done", "failed"))}
        case "choose":
            return {"choose": _branches(draw, targets)}
        case _:
            return {"final": "ended"}


def _question(draw: st.DrawFn, targets: st.SearchStrategy[str]) -> Written:
    return {
        "role": "people",
        "ask": "may x be ${x}?",
        "show": ["x + 1"],
        "choices": {"approve": _branches(draw, targets), "reject": draw(targets)},
        "remind": ["1s"],
        "expires": "2s",
        "on_expire": draw(targets),
    }


def _sla(draw: st.DrawFn, targets: st.SearchStrategy[str]) -> Written:
    """Return a service level, or none."""
    target = draw(st.none() | targets)
    delay = draw(st.sampled_from(DELAYS))
    return {} if target is None else {"sla": {"resolve_within": delay, "on_breach": target}}


def _hearing(
    draw: st.DrawFn,
    targets: st.SearchStrategy[str],
    results: tuple[str, ...],
    *,
    bounded: bool = False,
) -> Written:
    optional = draw(st.sets(st.sampled_from(("poked", "operator.abort", "rule.withdrawn"))))
    delays = draw(st.sets(st.sampled_from(DELAYS), min_size=int(bounded), max_size=2))
    return {
        "on": {
            **{event: _branches(draw, targets) for event in results},
            **{event: _branches(draw, targets, stay=True) for event in sorted(optional)},
        },
        "after": {delay: draw(targets) for delay in sorted(delays)},
        **_sla(draw, targets),
    }


def _branches(
    draw: st.DrawFn, targets: st.SearchStrategy[str], *, stay: bool = False
) -> list[Written]:
    guarded = draw(st.lists(st.tuples(st.integers(-2, 2), targets), max_size=2))
    last = draw(st.one_of(targets, st.just("stay")) if stay else targets)
    return [
        *(
            {"if": f"4 / x > {bound}", "to": target, "set": {"x": "${x - 1}"}}
            for bound, target in guarded
        ),
        {"else": last, "set": {"x": "${x + 1}"}},
    ]


def compiled(written: Written) -> Compiled:
    """Return a machine compiled; the graph is not checked, so it may well be a bad one."""
    [document] = load_documents(json.dumps(written), "m.yaml")
    model = validate(MachineDocument, document)
    assert model is not None, document.diagnostics
    found = compile_machine(document, model, CATALOGUE)
    assert document.diagnostics == []
    return found
