"""The reference lists what there is: all of it, and nothing else."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from interlock import errors
from interlock.engine import owner, partition, runtime, watchers
from interlock.engine.dispatch import Limits
from interlock.engine.executors import command_file, http_file, remote_file
from interlock.engine.fold import admission, decide, disputes
from interlock.engine.fold.gate.budget import EVERYTHING
from interlock.engine.fold.gate.freeze import SCOPES
from interlock.engine.fold.gate.judge import INTERLOCKS
from interlock.engine.journal import seal, store, tables
from interlock.engine.model import MOST_SIGNAL_BYTES, Kind
from interlock.engine.telemetry import Telemetry
from interlock.language import params
from interlock.language.expression.functions import FUNCTIONS
from interlock.language.expression.parser import POWER, RESERVED_WORDS
from interlock.language.fields import FieldDefinition, ValueDefinition
from interlock.machines import (
    contract_schema,
    invariant_schema,
    question_schema,
    target_schema,
    terms_schema,
)
from interlock.machines import schema as machine_schema
from interlock.rules import condition_schema, declaration_schema, overlay_schema
from interlock.rules import schema as rules_schema
from interlock.server import errors as wire_errors
from interlock.server.cli.exits import Exit
from interlock.server.doors.app import ALERT_DOORS
from interlock.server.doors.post import MAX_BODY_BYTES
from interlock.server.metrics import ServerMetrics
from interlock.server.settings import Settings, variable
from interlock.testing.scenario import expect_schema
from interlock.testing.scenario import schema as scenario_schema
from interlock.v1 import (
    audit_service_pb2,
    control_service_pb2,
    executor_service_pb2,
    incident_service_pb2,
    signal_service_pb2,
)
from tests.pages import ROOT

REFERENCE = ROOT / "docs" / "reference"


def page(name: str) -> str:
    """Return the text of a page of the reference, without its blocks."""
    text = (REFERENCE / f"{name}.md").read_text()
    return re.sub(r"^```.*?^```$|^<!---.*?^-->$", "", text, flags=re.MULTILINE | re.DOTALL)


def section(text: str, title: str) -> str:
    """Return what stands under a heading, up to the next of its level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title}"
    return found[1]


def first_cells(text: str) -> list[str]:
    """Return the first cell of every row of every table, without heads and rules."""
    rows = re.findall(r"^\|(.*?)(?<!\\)\|", text, re.MULTILINE)
    rules = [n for n, row in enumerate(rows) if set(row.strip()) <= {"-"} and row.strip()]
    heads = {number - 1 for number in rules}
    return [row.strip() for n, row in enumerate(rows) if n not in heads and n not in rules]


def quoted(cells: Iterable[str]) -> set[str]:
    """Return everything in backticks."""
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def keys_of(*models: type[BaseModel]) -> set[str]:
    """Return the keys that documents of some models may have."""
    return {f.alias or name for model in models for name, f in model.model_fields.items()}


def words(text: str) -> set[str]:
    """Return every word that stands in backticks, also within a longer piece of code."""
    return {word for code in quoted([text]) for word in re.findall(r"[A-Za-z_]\w*", code)}


def definitions(module: object) -> tuple[type[BaseModel], ...]:
    """Return the models a module defines."""
    return tuple(
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, BaseModel)
        and thing.__module__ == getattr(module, "__name__", "")
    )


OPERATOR_MODELS = tuple(
    model for module in (command_file, http_file, remote_file) for model in definitions(module)
)
MACHINE_MODELS = tuple(
    model
    for module in (
        machine_schema,
        target_schema,
        question_schema,
        invariant_schema,
        terms_schema,
    )
    for model in definitions(module)
)
RULE_MODELS = (*definitions(rules_schema), *definitions(condition_schema))
SIGNAL_MODELS = (
    declaration_schema.SignalsDocument,
    declaration_schema.SignalDefinition,
    declaration_schema.FactDefinition,
    FieldDefinition,
)
PARAMS_MODELS = (*definitions(params), ValueDefinition)
INVENTORY_MODELS = (contract_schema.InventoryDocument, contract_schema.TargetDefinition)


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("signals", SIGNAL_MODELS),
        ("params", PARAMS_MODELS),
        ("overlays", definitions(overlay_schema)),
        ("rules", tuple(set(RULE_MODELS) - set(SIGNAL_MODELS))),
        ("machine", MACHINE_MODELS),
        ("actions", tuple(set(definitions(contract_schema)) - set(INVENTORY_MODELS))),
        ("inventory", INVENTORY_MODELS),
        ("test", (*definitions(scenario_schema), *definitions(expect_schema))),
        ("operator-files", OPERATOR_MODELS),
    ],
)
def test_every_key_of_a_document_is_on_its_page(
    name: str, models: tuple[type[BaseModel], ...]
) -> None:
    inherited = keys_of(FieldDefinition) if name == "actions" else set()

    assert keys_of(*models) - inherited - words(page(name)) == set()


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("signals", SIGNAL_MODELS),
        ("params", PARAMS_MODELS),
        ("overlays", (*definitions(overlay_schema), *RULE_MODELS)),
        ("rules", RULE_MODELS),
        ("machine", MACHINE_MODELS),
        ("actions", definitions(contract_schema)),
        ("inventory", INVENTORY_MODELS),
        ("test", (*definitions(scenario_schema), *definitions(expect_schema))),
        ("operator-files", OPERATOR_MODELS),
    ],
)
def test_every_key_in_a_table_of_keys_is_a_key(
    name: str, models: tuple[type[BaseModel], ...]
) -> None:
    listed = [table for table in re.split(r"\n\n", page(name)) if table.startswith("| key")]

    assert quoted(c.partition(" (")[0] for t in listed for c in first_cells(t)) - keys_of(
        *models
    ) <= {"choose: [branch, …]"} | {one for one in quoted(listed) if ":" in one}


def test_every_metric_is_listed_with_its_labels_and_no_other() -> None:
    registry = CollectorRegistry()
    Telemetry(registry)
    ServerMetrics(registry)
    exported = {
        family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")
        for family in registry.collect()
    }

    assert quoted(first_cells(page("metrics"))) == exported


def never_set(telemetry: Telemetry, code: str) -> set[str]:
    """Return the metrics that are declared and that nothing in the code touches."""
    metrics = {name: one for name, one in vars(telemetry).items() if hasattr(one, "describe")}
    unused = [n for n in metrics if not re.search(rf"\b(telemetry|figures)\.{n}\b(?! =)", code)]
    return {family.name for n in unused for family in metrics[n].describe()}


def test_metrics_that_nothing_sets_are_said_to_be_so() -> None:
    files = [path for room in ("engine", "server") for path in (ROOT / room).rglob("*.py")]
    setters = (Telemetry.count, Telemetry.committed, Telemetry.stand)
    own = [inspect.getsource(setter).replace("self.", "telemetry.") for setter in setters]
    code = "\n".join([*own, *(path.read_text() for path in files)])
    text = page("metrics")
    said = "Declared, and not set yet"
    listed = quoted(first_cells(section(text, said))) if said in text else set()

    assert {name.removesuffix("_total") for name in listed} == never_set(Telemetry(), code)
    assert len(never_set(Telemetry(), "")) > len(listed)


def test_every_setting_is_listed_and_no_other() -> None:
    cells = first_cells(page("settings").partition("## ")[0])

    assert quoted(cells) == {variable(field) for field in Settings.model_fields}


def test_every_kind_of_entry_is_listed_and_no_other() -> None:
    assert quoted(first_cells(section(page("journal"), "Kinds"))) == {str(kind) for kind in Kind}


def noted(root: Path) -> Iterator[str]:
    """Yield the topic of every ``note`` in the fold."""
    for path in (root / "engine" / "fold").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                match call.func.attr, call.args[:1]:
                    case "note", [ast.Constant(value=str(topic))]:
                        yield topic


def test_every_topic_of_a_decision_is_listed_and_no_other() -> None:
    cells = first_cells(section(page("journal"), "Topics of a decision"))

    assert quoted(cells) == set(noted(ROOT))


def test_every_table_of_the_store_is_listed_and_no_other() -> None:
    cells = first_cells(section(page("journal"), "Tables"))

    assert quoted(cells) == {str(table.name) for table in tables.METADATA.sorted_tables}


def test_every_interlock_is_listed_and_no_other() -> None:
    listed = first_cells(page("gate").partition("## ")[0])

    assert quoted(listed) == {interlock.__name__ for interlock in INTERLOCKS}
    assert {f"{kind}:" for kind in SCOPES} <= set(re.findall(r"\w+:", page("gate")))


def test_every_door_is_listed_and_no_other() -> None:
    listed = quoted(first_cells(page("doors").partition("## ")[0]))
    posts = {f"POST {door.path}" for door in ALERT_DOORS}

    assert listed == posts | {"GET /livez", "GET /readyz", "GET /metrics"}


def test_every_service_and_call_is_listed_and_no_other() -> None:
    modules = (
        audit_service_pb2,
        control_service_pb2,
        executor_service_pb2,
        incident_service_pb2,
        signal_service_pb2,
    )
    services = [s for m in modules for s in m.DESCRIPTOR.services_by_name.values()]
    table = page("services").partition("## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", calls)) for name, calls in rows}

    assert listed == {s.name: {method.name for method in s.methods} for s in services}


def _kinds(base: type[errors.InterlockError]) -> Iterator[type[errors.InterlockError]]:
    for kind in base.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from _kinds(kind)


def test_every_error_has_the_status_the_page_says() -> None:
    rows = re.findall(r"^\| (`.*?) \| `(\w+)` \| (\d+) \|", page("services"), re.MULTILINE)
    listed = {code: (rpc, int(http)) for codes, rpc, http in rows for code in quoted([codes])}
    families = {kind.code: kind for kind in _kinds(errors.InterlockError)}
    answers = {
        code: (wire_errors.rpc_code(one).name, wire_errors.http_status(one))
        for code, one in ((code, kind("x")) for code, kind in families.items())
        if code != "invariant_broken"
    }

    assert listed == answers


def test_every_function_operator_and_word_of_expressions_is_listed() -> None:
    text = page("expressions").replace("\\|", "|")

    assert {*FUNCTIONS, "has"} <= words(section(text, "Functions"))
    assert {f"`{o}`" in text or f" {o} " in text for o in POWER} == {True}
    assert set(words(section(text, "Literals"))) >= RESERVED_WORDS


def test_every_exit_code_is_listed() -> None:
    cells = first_cells(section(page("cli"), "What holds for every verb"))

    assert {str(code.value) for code in Exit} <= set(cells)


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("gate", "60 s", admission.HOLD_MS == 60_000),
        ("gate", "120 attempts in any hour", EVERYTHING.most == 120),
        ("gate", "120 attempts in any hour", EVERYTHING.per_ms == 3_600_000),
        ("gate", "15 s", admission.GRACE_MS == 15_000),
        ("gate", "30 s", decide.LISTEN_MS == 30_000),
        ("gate", "50,000", disputes.MOST_UNANSWERED == 50_000),
        ("machine", "more than 10 s", decide.LATE_MS == 10_000),
        ("machine", "30 s after it is back", decide.LISTEN_MS == 30_000),
        ("gate", "| 32 |", Limits().total == 32),
        ("gate", "| 8 |", Limits().per_executor == 8),
        ("gate", "| 1,000 |", Limits().waiting == 1_000),
        ("actions", "120 attempts an hour", EVERYTHING.most == 120),
        ("settings", "65,400 bytes", MOST_SIGNAL_BYTES == 65_400),
        ("settings", "| 20,000;", runtime.QUEUE == 20_000),
        ("settings", "about 500", owner.GROUP == 500),
        ("settings", "50,000", partition.SNAPSHOT_EVERY == 50_000),
        ("settings", "16 MiB", store.RESERVE_BYTES == 16 << 20),
        ("settings", "| 1,000 |", watchers.BEHIND == 1_000),
        ("journal", "every 1,000 entries or every second", seal.SEAL_EVERY == 1_000),
        ("doors", "8 MiB", MAX_BODY_BYTES == 8 << 20),
    ],
)
def test_a_number_on_a_page_is_the_one_in_the_code(name: str, said: str, value: bool) -> None:
    assert said in page(name)
    assert value


def test_what_is_missing_or_left_over_is_seen(tmp_path: Path) -> None:
    text = (
        "## A\n\n| key | holds |\n|---|---|\n| `one`, `two` | `three` |\n\n## B\n\n| `four` | |\n"
    )
    fold = tmp_path / "engine" / "fold"
    fold.mkdir(parents=True)
    (fold / "a.py").write_text('turn.note("five", x=1)\nturn.tell("six")\n')

    assert quoted(first_cells(section(text, "A"))) == {"one", "two"}
    assert list(noted(tmp_path)) == ["five"]
    assert words("`a.b(c)` and d") == {"a", "b", "c"}
