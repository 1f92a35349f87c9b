"""The glossary check sees a term without code, a code name that is gone, and a synonym."""

from __future__ import annotations

import pytest

from scripts import check_glossary as glossary

PAGE = """
```{glossary}
Firing
  A rule whose patterns came to hold. One of 1.5 million.
  In code: `Firing`, `fire`. Not: enforcement, trip wire.

Gate
  One place.

  Still the gate.
  In code: `Gate`.
```
"""


def test_terms_are_read_with_their_code_names_and_the_words_they_replace() -> None:
    assert glossary.read_terms(PAGE) == [
        glossary.Term("Firing", ("Firing", "fire"), ("enforcement", "trip wire")),
        glossary.Term("Gate", ("Gate",), ()),
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rule_base", ["rule", "base"]),
        ("RuleBase", ["rule", "base"]),
        ("HTTPDoor", ["http", "door"]),
        ("_retry2", ["retry", "2"]),
    ],
)
def test_a_name_is_taken_apart_into_words(name: str, words: list[str]) -> None:
    assert glossary.words(name) == words


def test_what_python_defines_is_seen_and_what_it_only_uses_is_not() -> None:
    source = "import os\nclass A:\n    b: int = 0\n    async def c(self, d): e = os.f(d)\n"

    assert {name for name, _ in glossary.defined_in_python(source)} == set("Abcde") | {"self"}


def test_what_a_proto_file_defines_is_seen() -> None:
    source = "message A {\n  // id = 3\n  map<string, V> labels = 7;\n}\nservice S {\n  rpc Get(A)"

    assert [name for name, _ in glossary.defined_in_proto(source)] == ["A", "labels", "S", "Get"]


def test_code_that_uses_the_words_is_clean() -> None:
    names = [("Firing", "a.py"), ("fire", "a.py"), ("Gate", "b.py")]

    assert list(glossary.faults(glossary.read_terms(PAGE), names)) == []


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (["Gate", "fire"], "docs/glossary.md: Firing: nothing in the code is named Firing"),
        (["RuleEnforcement"], "a.py: RuleEnforcement: our word for enforcement is Firing"),
        (["store_manager"], "a.py: store_manager: our word for manager is the noun of what it is"),
    ],
)
def test_a_difference_between_page_and_code_is_a_fault(names: list[str], fault: str) -> None:
    found = glossary.faults(glossary.read_terms(PAGE), [(name, "a.py") for name in names])

    assert fault in list(found)


def test_a_term_without_code_is_a_fault() -> None:
    assert list(glossary.faults([glossary.Term("Ghost", (), ())], [])) == [
        "docs/glossary.md: Ghost: no `In code:`"
    ]
