"""What stands below a field is what a schema says of it, wherever the field was declared."""

from __future__ import annotations

from pydantic import Field

from interlock.language.attribute_docs import attribute_docs
from interlock.language.json_schema import json_schema
from interlock.language.model import Definition


class Parent(Definition):
    """A part of a document."""

    length: int
    """How long it is,

    in all.
    """
    width: int
    """How wide it is."""
    silent: int = 0


class Child(Parent):
    width: int = Field(alias="breadth")
    height: int = Field(description="Said otherwise.")
    """How high it is."""


def test_sentences_are_found_by_field_and_inherited() -> None:
    assert dict(attribute_docs(Parent)) == {
        "length": "How long it is,\n\nin all.",
        "width": "How wide it is.",
    }
    assert attribute_docs(Child)["length"] == "How long it is,\n\nin all."


def test_a_field_declared_again_says_only_what_stands_there() -> None:
    assert "width" not in attribute_docs(Child)


def test_a_schema_shows_them_by_the_name_that_authors_write() -> None:
    shown = json_schema("child/v1", Child)["properties"]

    assert shown["length"]["description"] == "How long it is,\n\nin all."
    assert "description" not in shown["breadth"]
    assert "description" not in shown["silent"]


def test_what_a_field_says_in_words_of_its_own_stays() -> None:
    assert json_schema("child/v1", Child)["properties"]["height"]["description"] == (
        "Said otherwise."
    )


def test_a_class_without_source_says_nothing() -> None:
    namespace = {"Definition": Definition, "__name__": "builtins"}
    exec("class Made(Definition):\n    one: int\n    'Nobody can read it.'\n", namespace)

    assert attribute_docs(namespace["Made"]) == {}
