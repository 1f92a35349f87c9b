"""A target is found by its exact id or not at all."""

import pytest

from interlock.errors import NotPermitted
from interlock.machines.inventory import Inventory, Target

WEB = Target("web", "service", "zone-a", {"port": 8080})
INVENTORY = Inventory({"web": WEB})


def test_a_listed_target_is_found():
    assert INVENTORY.find("web", "service") is WEB


def test_without_a_type_any_type_will_do():
    assert INVENTORY.find("web") is WEB


@pytest.mark.parametrize("name", ["we", "web1", "WEB", "web ", "*", "", "all", "(unknown)"])
def test_only_the_exact_name_is_found(name):
    with pytest.raises(NotPermitted) as refused:
        INVENTORY.find(name)

    assert refused.value.details == {
        "field": "target",
        "expected": "an inventory id",
        "found": name,
    }


def test_a_target_of_another_type_is_refused():
    with pytest.raises(NotPermitted) as refused:
        INVENTORY.find("web", "host")

    assert refused.value.details == {"field": "target", "expected": "host", "found": "service"}


def test_an_empty_inventory_refuses_everything():
    with pytest.raises(NotPermitted, match="not in the inventory of 0 targets"):
        Inventory({}).find("web")


def test_an_executor_sees_the_attributes_and_who_it_is():
    assert WEB.seen_by_executor() == {
        "port": 8080,
        "id": "web",
        "type": "service",
        "domain": "zone-a",
    }
