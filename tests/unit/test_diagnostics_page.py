"""Every code an author can meet has a page, and every page's examples do what it says.

An example is a part of a document; the rest of a small sound bundle is put around it.
"""

from __future__ import annotations

import json
import re
from ast import literal_eval
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from interlock.engine.bundle import Bundle
from interlock.engine.verify.whole import read_whole
from interlock.errors import DefinitionError
from interlock.language.diagnostics import Diagnostic
from interlock.language.document import load_documents
from interlock.language.values import parse_timestamp
from interlock.server.cli.checking import find
from interlock.server.cli.verifying import prove
from interlock.server.code_pages import CodePage, code_pages, read_pages
from interlock.server.lint import lint
from interlock.server.lint.versions import unraised_versions
from interlock.testing.scenario import judge, load_scenarios, play, read_shape

ROOT = Path(__file__).parents[2]
ROOMS = ("rules", "machines", "engine", "server", "src/interlock")
CODE = re.compile(r"\bR[VE]\d{3}\b")
RAISED = re.compile(r"\"(R[VE]\d{3})\"")
ABOUT_JOINS = {"RV320", "RV324"}
"""Every other condition is joined before it is checked."""
ABOUT_RULES = {"RV501", "RV503", "RV506", "RV507", "RV509", "RV510"}
"""Codes whose examples are files of rules about the signals here."""
WHOLE_FILES = {f"RV{number:03}" for number in range(110)}
"""Codes whose examples are files, with nothing put around them."""

Data = dict[str, object]

HEAD: Data = {"package": "web", "owner": "team-web"}
RATIO = {"type": "double", "min": 0, "max": 1}
SIGNALS: Data = {
    "signals": {
        "http.error_ratio": {
            "key": ["service"],
            "correlate": ["service"],
            "ttl": "2m",
            "fields": {"service": "string", "value": RATIO},
        },
        "deploy.finished": {
            "key": ["service"],
            "correlate": ["service"],
            "ttl": "1h",
            "fields": {
                "service": "string",
                "revision": "string",
                "previous": {"type": "string", "optional": True},
                "by": {"type": "string", "enum": ["pipeline", "person"]},
                "took": "duration",
            },
        },
    },
    "facts": {
        "release.suspect": {
            "key": ["service"],
            "ttl": "1h",
            "fields": {"service": "string", "revision": "string"},
        }
    },
}
RULE: Data = {
    "id": "errors",
    "title": "Errors",
    "when": [{"signal": "http.error_ratio", "as": "err"}],
    "then": [{"advise": "look"}],
    "why": "errors on ${err.service}",
}
RESULTS = dict.fromkeys(("failed", "timed_out", "refused", "unverified"), "handed_over")
MACHINE: Data = {
    "id": "restart-service",
    "version": 1,
    "title": "Restart a service",
    "context": {"service": "string"},
    "outcomes": ["resolved", "handed_over"],
    "initial": "restarting",
    "states": {
        "restarting": {
            "run": "web.restart",
            "with": {"name": "${service}"},
            "on": {"done": "resolved", **RESULTS},
        },
        "resolved": {"final": "resolved"},
        "handed_over": {"final": "handed_over"},
    },
}
MACHINE_KEYS = MACHINE.keys() - RULE.keys() | {"events", "invariants", "authorised", "sla"}
PARAMS_KEYS = {"params", "environments"}
ACTIONS: Data = {
    "executor": "command",
    "actions": {
        "web.restart": {
            "version": 1,
            "title": "Restart a service",
            "inputs": {"name": "string"},
            "target": "${name}",
            "risk": "low",
            "irreversible_because": "a restart cannot be taken back",
            "idempotency_key": "restart/${name}",
            "timeout": "20s",
            "verify": {"probe": "http.look", "expect": "probe.status == 200", "within": "15s"},
        },
        "page.on_call": {
            "version": 1,
            "title": "Page somebody",
            "kind": "notify",
            "inputs": {"text": "string"},
            "idempotency_key": "${step.id}",
            "timeout": "10s",
        },
    },
}
NOW = parse_timestamp("2027-06-01T00:00:00Z")
EXECUTORS = '{"http.look": {"status": "int"}}'


def raised(root: Path) -> set[str]:
    """Return every code that stands as a text in the code."""
    files = [path for room in ROOMS for path in (root / room).rglob("*.py")]
    return {code for path in files for code in RAISED.findall(path.read_text())}


def reports(code: str, example: str) -> list[str]:
    """Return the codes an example reports, with a bundle put around it.

    Of what ``verify`` and ``lint`` find only the code at hand counts: the bundle around is small.
    """
    texts = _files(code, example)
    if "test.yaml" in texts:
        return sorted({one.code for one in _missed(texts)})
    files = {name: content.encode() for name, content in texts.items()}
    if example.startswith('b"'):
        files = {"a.yaml": literal_eval(example)}
    probes = files.pop("executors.json", b"{}").decode()
    checked = {one.code for one in find(files, probes, now=NOW).diagnostics}
    verified = {one.code for one in prove(files, probes).diagnostics}
    documents = [one for name, text in files.items() for one in load_documents(text, name)]
    unraised = _unraised(texts) if code == "RV508" else None
    linted = {one.code for one in lint(texts, documents, (), date(2026, 11, 30), unraised)}
    return sorted(checked | ((verified | linted) & {code}))


def _unraised(texts: Mapping[str, str]) -> list[Diagnostic]:
    """Return the versions that were to be raised since the actions around every example."""
    return list(
        unraised_versions(read_whole({"a.yaml": _text("actions/v1", ACTIONS)}), read_whole(texts))
    )


def _missed(texts: Mapping[str, str]) -> list[Diagnostic]:
    """Return the faults of a test document, or what its scenarios miss."""
    bundle = Bundle.compile(texts)
    (document,) = load_documents(texts["test.yaml"], "test.yaml")
    try:
        scenarios = load_scenarios(document, read_shape(document), bundle)
    except DefinitionError as refused:
        return list(refused.diagnostics)
    return [miss for one in scenarios for miss in judge(play(one, bundle)).misses]


def _files(code: str, example: str) -> dict[str, str]:
    if code in WHOLE_FILES or "interlock: " in example:
        around = {"signals.yaml": _text("signals/v1", SIGNALS)} if code in ABOUT_RULES else {}
        return {"a.yaml": example, "executors.json": EXECUTORS, **around}
    (document,) = load_documents(f"interlock: x\n{example}", "example")
    assert isinstance(document.data, Mapping)
    part = {key: value for key, value in document.data.items() if key != "interlock"}
    return {
        **{f"{kind[:-3]}.yaml": _text(kind, data) for kind, data in _around(code, part)},
        "executors.json": EXECUTORS,
        **({"environment.json": '{"environment": "prod"}'} if code == "RV217" else {}),
    }


def _text(kind: str, data: Data) -> str:
    whole = {"interlock": kind, **({} if kind == "test/v1" else HEAD), **data}
    return json.dumps(whole, default=float)


def _around(code: str, part: Data) -> Iterator[tuple[str, Data]]:
    """Yield the documents of a bundle that holds a part; what it declares is all there is."""
    keys = part.keys()
    if keys & {"signals", "facts"} and "rules" not in keys:
        yield "signals/v1", part
    elif "actions" in keys:
        yield "actions/v1", {"executor": "command", **part}
    else:
        yield "signals/v1", {**SIGNALS, **{key: part[key] for key in keys & SIGNALS.keys()}}
        yield "params/v1", {key: part[key] for key in keys & PARAMS_KEYS}
        yield "actions/v1", ACTIONS
        yield "machine/v1", {**MACHINE, **{key: part[key] for key in keys & MACHINE_KEYS}}
        if "scenarios" in part:
            yield "test/v1", {"scenarios": part.pop("scenarios")}
            yield "inventory/v1", {"targets": {"shop": {"type": "service", "domain": "a"}}}
        yield "rules/v1", _rules(code, part)


def _rules(code: str, part: Data) -> Data:
    if "rules" in part:
        return {"rules": part["rules"]}
    rule = {**RULE, **{key: part[key] for key in part.keys() - MACHINE_KEYS - PARAMS_KEYS}}
    where = rule.pop("where", None)
    if where is not None:
        tests = [where] if isinstance(where, str) else list(where)  # type: ignore[call-overload]
        joined = tests if code in ABOUT_JOINS else ["service == err.service", *tests]
        deploy = {"signal": "deploy.finished", "as": "deploy", "where": joined}
        rule |= {"when": [*RULE["when"], deploy], "why": "${err.value} ${deploy.revision}"}  # type: ignore[misc]
    return {"rules": [rule]}


PAGES = list(code_pages().values())


def test_every_code_that_is_raised_has_a_page_and_every_page_is_raised() -> None:
    assert {page.code for page in PAGES} == raised(ROOT)


def test_pages_are_in_order() -> None:
    codes = [page.code for page in PAGES]

    assert codes == sorted(codes, key=lambda code: (code.startswith("RE"), code))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.code))
def test_a_page_says_what_to_avoid_what_to_prefer_why_and_how_to_mend_it(page: CodePage) -> None:
    parts = re.findall(r"^(Avoid|Prefer|Why|Fix):", page.markdown, re.MULTILINE)

    assert parts == ["Avoid", "Prefer", "Why", "Fix"]
    assert page.summary.endswith(".")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.code))
def test_what_is_to_be_avoided_reports_the_code_and_what_is_preferred_nothing(
    page: CodePage,
) -> None:
    assert page.code in reports(page.code, page.avoid)
    assert reports(page.code, page.prefer) == []


def test_a_code_without_a_page_and_a_page_without_a_code_are_seen(tmp_path: Path) -> None:
    for room in ROOMS:
        (tmp_path / room).mkdir(parents=True)
    (tmp_path / "rules" / "a.py").write_text('report("RV999")')
    pages = read_pages("### RV998\n\nIt is so.\n\nAvoid:\n\n```text\nx\n```\n\nWhy: so.\n")

    assert raised(tmp_path) == {"RV999"}
    assert [(p.code, p.summary, p.avoid, p.prefer) for p in pages.values()] == [
        ("RV998", "It is so.", "x\n", "")
    ]


def test_an_example_without_the_fault_is_seen() -> None:
    assert reports("RV201", code_pages()["RV201"].prefer) == []
    assert reports("RV202", code_pages()["RV201"].avoid) == ["RV201"]
