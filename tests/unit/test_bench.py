"""The measurements measure what they say: the mix is the mix, the floor is a floor."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import pytest

from interlock.engine.bundle import Bundle
from interlock.engine.executors.base import Attempt
from interlock.rules.model import SignalElement
from interlock.rules.signals import readable
from interlock.v1.signal_service_pb2 import StreamRequest
from tests.bench import authoring, mix, run, stopwatch
from tests.bench.lab import Figure, figure_of, percentile
from tests.bench.profile import stage_of
from tests.bench.subjects import Client, Floor
from tests.bench.wire import Requests


@cache
def small_bundle() -> Bundle:
    return Bundle.compile(mix.bundle(100))


def sent(requests: Requests, count: int) -> list[StreamRequest]:
    return [StreamRequest.FromString(requests.next()) for _ in range(count)]


# --- the mix ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", mix.SIZES)
def test_of_the_rules_three_tenths_join_and_two_tenths_negate(rules: int) -> None:
    text = mix.bundle(rules)["rules.yaml"]

    assert rules == len(re.findall(r"^  - id:", text, re.MULTILINE))
    assert 3 * rules == 10 * text.count("as: _b")
    assert 2 * rules == 10 * text.count("- not:")


def test_a_tenth_of_the_signals_touch_a_rule_and_the_others_none() -> None:
    discriminator = small_bundle().rulebase.discriminator

    def touches(shape: mix.Shape) -> bool:
        fields = {"service": shape.service, "value": 950_000_000, "code": shape.code}
        name = f"load.n{shape.name}"
        element = SignalElement("1", "bench", name, "", "", "firing", 0, fields)
        return bool(discriminator.passed(name, readable(element))[0])

    shapes = mix.shapes(2_000)

    assert [shape.touches for shape in shapes] == [touches(shape) for shape in shapes]
    assert 200 == sum(shape.touches for shape in shapes)


def test_services_that_touch_rules_are_not_those_that_do_not() -> None:
    shapes = mix.shapes(2_000)

    assert not {s.service for s in shapes if s.touches} & {
        s.service for s in shapes if not s.touches
    }


def test_every_signal_of_every_lap_and_sender_has_an_id_of_its_own() -> None:
    requests = Requests(mix.shapes(20), 10)
    requests.begin("0001")
    ids = [one.id for request in sent(requests, 6) for one in request.signals]
    requests.begin("0002")
    ids += [one.id for request in sent(requests, 6) for one in request.signals]

    assert 120 == len(set(ids))


def test_a_lap_does_not_merely_repeat_what_touches_rules() -> None:
    requests = Requests(mix.shapes(10), 10)
    requests.begin("0001")
    first = sent(requests, 1)[0].signals[5].values["value"].double_value
    values = {sent(requests, 1)[0].signals[5].values["value"].double_value for _ in range(500)}

    assert values != {first}
    assert all(950 <= value < 999 for value in values)


def test_the_last_word_touches_a_rule() -> None:
    requests = Requests(mix.shapes(10), 10)
    requests.begin("0001")

    (last,) = StreamRequest.FromString(requests.closing()).signals

    assert 0 <= last.values["code"].int_value < mix.TOUCHED


# --- the figures ------------------------------------------------------------------------------


def test_a_figure_is_told_with_its_floor_and_their_ratio() -> None:
    assert json.loads(Figure("ingest", 250.0, 1000.0).line()) == {
        "bench": "ingest",
        "value": 250.0,
        "floor": 1000.0,
        "ratio": 0.25,
    }


def test_a_figure_without_a_floor_has_no_ratio() -> None:
    told = json.loads(Figure("memory", 2048.4).line())

    assert (told["floor"], told["ratio"]) == (None, None)


def test_the_turn_in_the_middle_is_told() -> None:
    turns = [(30.0, 100.0), (90.0, 100.0), (20.0, 50.0)]

    assert figure_of("rate", turns) == Figure("rate", 20.0, 50.0)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert 99 == percentile(range(100), 0.99)
    assert 7 == percentile([7], 0.5)


def test_an_unknown_measurement_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.main(["--quick", "ingestion"])

    assert "ingestion" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stack", "stage"),
    [
        (["run (asyncio/runners.py:1)", "read_signal (interlock/server/convert.py:9)"], "reading"),
        (["Owner.run (interlock/engine/owner.py:1)", "dumps (json.py:4)"], "core thread"),
        (["main (x.py:1)"], "else"),
    ],
)
def test_a_look_counts_for_the_innermost_stage(stack: list[str], stage: str) -> None:
    assert stage_of(stack).startswith(stage)


# --- the parts --------------------------------------------------------------------------------


def test_the_stopwatch_is_found_as_a_plugin_is(tmp_path: Path) -> None:
    site = stopwatch.install(tmp_path)

    (found,) = distributions(path=[str(site)])

    assert [point.load() for point in found.entry_points] == [stopwatch.create]


def test_the_stopwatch_notes_when_a_signals_action_was_sent(tmp_path: Path) -> None:
    watch = stopwatch.create({"file": str(tmp_path / "noted")})
    attempt = Attempt(
        intent="act-1",
        attempt=1,
        epoch=1,
        incident="inc-1",
        action="bench.note",
        executor="stopwatch",
        inputs={"signal": "s-1"},
        target=None,
        idempotency_key="s-1",
        timeout_ms=1_000,
    )

    result = asyncio.run(watch.execute(attempt))

    assert "ok" == result.outcome
    assert ["s-1"] == list(stopwatch.noted(tmp_path / "noted"))


@pytest.mark.e2e
def test_the_floor_has_stored_what_it_acknowledged(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    try:
        with Client() as client:
            report = client.load(floor, 10, 0.2)
    finally:
        floor.close()

    with sqlite3.connect(tmp_path / "floor.db") as database:
        (rows,) = database.execute("SELECT count(*) FROM journal").fetchone()
    database.close()
    assert 0 < report["signals"] == rows


# --- what an author waits for -----------------------------------------------------------------


def test_the_chain_has_as_many_links_as_it_says() -> None:
    assert authoring._chain()() > 0  # asserts by itself that every link was concluded


def test_the_yardstick_takes_the_time_of_plain_python() -> None:
    assert 0 < authoring.yardstick() < 10
