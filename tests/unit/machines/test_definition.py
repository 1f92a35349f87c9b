"""What a compiled machine accepts from outside."""

import pytest

from interlock.errors import NotPermitted
from tests.unit.machines.given import machine

STATES = "first: {choose: [{if: tries > 3, to: handed}, {else: ok}]}\n"


def test_a_context_is_what_the_machine_declares():
    context = {"service": "web", "tries": 1}

    assert machine(STATES).check_context(context) == context


@pytest.mark.parametrize(
    ("context", "field"),
    [
        ({"tries": 1}, "service"),
        ({"service": "web", "tries": "1"}, "tries"),
        ({"service": "web", "tries": 1, "other": 1}, "other"),
    ],
)
def test_another_context_is_refused(context, field):
    with pytest.raises(NotPermitted) as refused:
        machine(STATES).check_context(context)

    assert refused.value.details["field"] == field


def test_an_event_that_is_not_declared_is_accepted_with_any_data():
    assert machine(STATES).accepts("other.event", {"a": 1})
