"""Kinds of document: known by their models, nowhere listed."""

from __future__ import annotations

from typing import Literal

from interlock.language import Definition
from interlock.language.kinds import document_kinds


class Base(Definition):
    """What the documents of this test have in common."""

    interlock: str = "x"


class Plan(Base):
    """A document of two versions."""

    interlock: Literal["plan/v1", "plan/v2"] = "plan/v1"


class Part(Base):
    """A part of a document is no kind."""


def test_a_model_that_begins_with_its_kind_is_known_by_it() -> None:
    assert document_kinds(Base) == {"plan/v1": Plan, "plan/v2": Plan}


def test_kinds_are_sorted() -> None:
    kinds = [*document_kinds()]

    assert kinds == sorted(kinds)
    assert "plan/v1" in kinds
