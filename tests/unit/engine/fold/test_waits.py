"""A sample finds the incidents it may concern, however many others wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interlock.engine.fold.waits import Waits
from interlock.language.values import Value


class Asked(Mapping[str, Value]):
    """A row that remembers how often it was asked."""

    def __init__(self, **fields: Value) -> None:
        self._fields = fields
        self.times = 0

    def __getitem__(self, name: str) -> Value:
        self.times += 1
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def test_a_sample_concerns_those_that_wait_for_its_value_and_those_that_wait_for_any() -> None:
    waits = Waits()
    waits.add("inc-3", "probe", ("service", "shop"))
    waits.add("inc-2", "probe", ("service", "cart"))
    waits.add("inc-1", "probe", None)
    waits.add("inc-4", "deploy", None)

    assert ["inc-1", "inc-3"] == list(waits.candidates("probe", {"service": "shop"}))


def test_a_sample_without_the_field_concerns_only_those_that_wait_for_any() -> None:
    waits = Waits()
    waits.add("inc-1", "probe", ("service", "shop"))
    waits.add("inc-2", "probe", None)

    assert ["inc-2"] == list(waits.candidates("probe", {}))


def test_an_incident_that_waits_for_something_else_is_found_only_there() -> None:
    waits = Waits()
    waits.add("inc-1", "probe", ("service", "shop"))
    waits.add("inc-1", "deploy", ("service", "shop"))

    assert not waits.concerns("probe")
    assert ["inc-1"] == list(waits.candidates("deploy", {"service": "shop"}))


def test_a_name_nobody_waits_for_any_more_concerns_nobody() -> None:
    waits = Waits()
    waits.add("inc-1", "probe", ("service", "shop"))
    waits.add("inc-2", "probe", ("host", "a"))
    waits.remove("inc-1")
    waits.remove("inc-2")
    waits.remove("inc-2")

    assert not waits.concerns("probe")
    assert [] == list(waits.candidates("probe", {"service": "shop", "host": "a"}))


def test_a_sample_is_looked_at_once_however_many_wait_for_other_values() -> None:
    waits = Waits()
    for number in range(1_000):
        waits.add(f"inc-{number}", "probe", ("service", f"shop-{number}"))
    row = Asked(service="shop-7")

    assert ["inc-7"] == list(waits.candidates("probe", row))
    assert row.times <= 2


def test_what_one_no_longer_waits_for_another_still_does() -> None:
    waits = Waits()
    waits.add("inc-1", "probe", ("service", "shop"))
    waits.add("inc-2", "probe", ("service", "shop"))
    waits.remove("inc-1")

    assert ["inc-2"] == list(waits.candidates("probe", {"service": "shop"}))
