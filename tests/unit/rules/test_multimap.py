"""Many values by key."""

from interlock.rules.multimap import Multimap


def filled(*pairs: tuple[str, str]) -> Multimap[str, str]:
    multimap = Multimap[str, str](lambda value: value)
    for key, value in pairs:
        multimap.add(key, value)
    return multimap


def test_a_key_without_values_has_none():
    assert list(filled().of("a")) == []


def test_a_key_has_the_values_that_were_added_to_it():
    multimap = filled(("a", "x"), ("b", "y"), ("a", "z"), ("a", "w"))

    assert sorted(multimap.of("a")) == ["w", "x", "z"]
    assert list(multimap.of("b")) == ["y"]


def test_removing_leaves_the_others_down_to_none():
    multimap = filled(("a", "x"), ("a", "y"), ("a", "z"))

    multimap.remove("a", "y")
    assert sorted(multimap.of("a")) == ["x", "z"]
    multimap.remove("a", "x")
    assert list(multimap.of("a")) == ["z"]
    multimap.remove("a", "z")
    assert list(multimap.of("a")) == []


def test_a_key_can_be_filled_again():
    multimap = filled(("a", "x"), ("a", "y"))
    multimap.remove("a", "x")
    multimap.add("a", "z")

    assert sorted(multimap.of("a")) == ["y", "z"]
