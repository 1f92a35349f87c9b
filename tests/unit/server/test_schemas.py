"""Schemas and models say the same of documents; where a schema cannot know, the corpus says so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Annotated, NamedTuple

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BeforeValidator
from pydantic_core import PydanticUndefined

from interlock.language import Definition, load_documents, validate
from interlock.language.json_schema import any_json_schema, json_schema
from interlock.server.kinds import known_kinds
from tests.pages import ROOT

CORPUS = ROOT / "tests" / "data" / "schemas"
KINDS = known_kinds()
SCHEMAS = {
    kind: jsonschema_rs.Draft202012Validator(json_schema(kind, model))
    for kind, model in KINDS.items()
}
WHOLE = jsonschema_rs.Draft202012Validator(any_json_schema(KINDS))


class Sample(NamedTuple):
    """A document of the corpus."""

    verdict: str
    """``good``, ``bad`` or ``beyond``."""
    about: str
    text: str


def read_samples(text: str) -> Iterator[Sample]:
    """Yield the documents of a file of the corpus."""
    for part in re.split(r"^---\n", text, flags=re.MULTILINE):
        said = re.match(r"# (good|bad|beyond): (.*)\n", part)
        assert said, f"a document does not begin with its verdict: {part[:60]}"
        yield Sample(said[1], said[2], part)


SAMPLES = [
    pytest.param(sample, id=f"{path.stem}-{sample.about}")
    for path in sorted(CORPUS.glob("*.yaml"))
    for sample in read_samples(path.read_text())
]


def plain(value: object) -> object:
    """Return the data of a document as JSON has it."""
    match value:
        case Decimal():
            return float(value)
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value


def is_taken(text: str) -> tuple[bool, bool]:
    """Return whether the model takes a document, and whether its schema does."""
    [document] = load_documents(text, "sample")
    assert isinstance(document.data, Mapping)
    # Of another version of its kind than there is: both must refuse it.
    kind = document.kind if document.kind in KINDS else f"{str(document.kind)[:-1]}1"
    model = validate(KINDS[kind], document)
    return model is not None, SCHEMAS[kind].is_valid(plain(document.data))


@pytest.mark.parametrize("sample", SAMPLES)
def test_model_and_schema_agree_or_the_sample_says_why_not(sample: Sample) -> None:
    expected = {"good": (True, True), "bad": (False, False), "beyond": (False, True)}

    assert is_taken(sample.text) == expected[sample.verdict]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_schema_of_all_kinds_says_what_that_of_the_kind_says(sample: Sample) -> None:
    [document] = load_documents(sample.text, "sample")

    assert WHOLE.is_valid(plain(document.data)) == (sample.verdict != "bad")


def test_every_kind_has_samples_of_both_sorts() -> None:
    found = {
        path.stem: {sample.verdict for sample in read_samples(path.read_text())}
        for path in CORPUS.glob("*.yaml")
    }

    assert {f"{stem}/v1" for stem in found} == KINDS.keys()
    assert all({"good", "bad"} <= verdicts for verdicts in found.values())


def test_a_disagreement_is_seen() -> None:
    assert is_taken("interlock: rules/v1\nrules: []\n") == (False, False)
    assert is_taken("interlock: signals/v1\nsignals: {a: {ttl: 0s}}\n") == (False, True)


EVERYTHING = """
import importlib, pkgutil, interlock
from interlock.language.kinds import document_kinds
skipped = ("interlock.v1", "interlock.engine.journal.migrations")
for one in pkgutil.walk_packages(interlock.__path__, "interlock."):
    if not one.name.startswith(skipped) and not one.name.endswith("__main__"):
        importlib.import_module(one.name)
print(*[kind for kind, model in document_kinds().items() if "interlock." in model.__module__])
"""


def test_every_kind_of_the_package_is_known() -> None:
    """Whatever module a new kind stands in: it is found here, or named in ``HOMES``."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", EVERYTHING],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == [*KINDS]


def documents_of_the_repository() -> Iterator[tuple[str, str]]:
    """Yield every document of ours in the repository, with its place."""
    for folder in ("docs", "rules", "machines", "server", "tests"):
        for path in sorted((ROOT / folder).rglob("*.y*ml")):
            if CORPUS not in path.parents:
                yield str(path.relative_to(ROOT)), path.read_text()


def test_no_sound_document_of_the_repository_is_refused_by_its_schema() -> None:
    refused, seen = [], 0
    for place, text in documents_of_the_repository():
        for document in load_documents(text, place):
            model = KINDS.get(document.kind or "")
            if model is None or validate(model, document) is None:
                continue
            seen += 1
            if not SCHEMAS[document.kind or ""].is_valid(plain(document.data)):
                refused.append(place)

    assert refused == []
    assert seen >= 5


ODD = st.sampled_from(
    [None, True, 0, -1, 3, 1.5, "", "x", "5m", "0s", "A b", "in", [], ["x"], {}, {"x": "y"}]
)
GOOD = [
    sample
    for path in sorted(CORPUS.glob("*.yaml"))
    for sample in read_samples(path.read_text())
    if sample.verdict == "good"
]


def places(value: object, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to everything in some data."""
    yield way
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from places(item, (*way, key))


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """Draw a good document and spoil it in one place, or two."""
    [document] = load_documents(draw(st.sampled_from(GOOD)).text, "sample")
    data = deepcopy(plain(document.data))
    for _ in range(draw(st.integers(1, 2))):
        ways = [way for way in places(data) if way and way[0] != "interlock"]
        if not ways:
            break
        *before, last = draw(st.sampled_from(ways))
        around = data
        for part in before:
            around = around[part]  # type: ignore[index]
        match draw(st.sampled_from(["drop", "replace", "rename"])), around:
            case "drop", _:
                del around[last]  # type: ignore[attr-defined]
            case "rename", dict():
                around[draw(st.sampled_from(["x-y", "X", "in", "a b", "ttl"]))] = around.pop(last)
            case _:
                around[last] = draw(ODD)  # type: ignore[index]
    return str(document.kind), data  # type: ignore[return-value]


@given(changed())
def test_what_a_model_takes_its_schema_takes(sample: tuple[str, dict[str, object]]) -> None:
    """model(d) ⇒ schema(d), however d came about: an editor never marks what is right."""
    kind, data = sample
    [document] = load_documents(json.dumps(data), "sample")

    if validate(KINDS[kind], document) is not None:
        assert SCHEMAS[kind].is_valid(plain(document.data))


def silent_conversions(base: type[Definition]) -> Iterator[str]:
    """Yield the fields whose input is converted without saying what it may be."""
    for model in base.__subclasses__():
        for name, field in model.model_fields.items():
            for one in field.metadata:
                is_check = "has_one_of" in getattr(getattr(one, "func", None), "__qualname__", "")
                says = getattr(one, "json_schema_input_type", None) is not PydanticUndefined
                if isinstance(one, BeforeValidator) and not says and not is_check:
                    yield f"{model.__name__}.{name}"
        yield from silent_conversions(model)


def test_whatever_converts_its_input_says_what_it_takes() -> None:
    """Otherwise the schema tells what comes out: give ``json_schema_input_type``."""

    class Silent(Definition):
        names: Annotated[list[str], BeforeValidator(lambda one: [one])]

    assert list(silent_conversions(Definition)) == ["Silent.names"]


def test_a_default_reads_as_an_author_would_write_it() -> None:
    schema = json.dumps(json_schema("machine/v1", KINDS["machine/v1"]))

    assert '"default": "1s"' in schema
    assert '"default": 1000' not in schema


def test_descriptions_come_with_the_schema() -> None:
    rule = json_schema("rules/v1", KINDS["rules/v1"])["$defs"]["RuleDefinition"]

    assert rule["properties"]["why"]["description"] == "The explanation people read when it fires."


def test_no_schema_holds_a_word_of_programs() -> None:
    """Titles, tags of unions and the names of fields in Python are no business of authors."""
    for kind, model in KINDS.items():
        text = json.dumps(json_schema(kind, model))
        assert not re.search(r'"discriminator"|"~|"if_"|"with_"|"negated"', text), kind
