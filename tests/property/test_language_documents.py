"""Files: hostile ones are refused with a place, honest ones keep every value and every position."""

from __future__ import annotations

import json

import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.language import Definition, FieldDefinition, load_documents, ordered, validate
from interlock.language.located.lines import BREAK

# What JSON may hold raw and YAML may not: control characters, line separators, non-characters.
letters = st.characters(
    exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"
)
words = st.text(letters, max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | words
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)
pieces = st.lists(
    st.sampled_from(
        [
            *"abc:-?[]{},#&*!|>'\"%@`~ \n\t\r\0\x85\u2028é",
            *("- ", ": ", "\n  ", "\n\n", "---\n", "...\n", "&a ", "*a", "!!str ", "<<: ", "|2\n"),
            *("interlock: rules/v1\n", "12", "0.5e3", "true", "${", '\\"', "\\u00e9", "[" * 50),
        ]
    ),
    max_size=40,
).map("".join)


class Shape(Definition):
    """Something to validate hostile data against."""

    interlock: str
    fields: dict[str, FieldDefinition]
    names: tuple[str, ...] = ()


@given(st.text(max_size=80) | st.binary(max_size=80) | pieces)
def test_any_file_gives_documents_or_located_faults(content):
    """load_documents(x) never raises; every fault lies inside the file."""
    documents = load_documents(content, "f.yaml")

    text = content.decode(errors="replace") if isinstance(content, bytes) else content
    faults = ordered(fault for document in documents for fault in document.diagnostics)
    assert all(1 <= fault.span.line <= len(text) + 1 for fault in faults)
    assert all(fault.path == "f.yaml" and fault.span.col >= 1 for fault in faults)
    assert all(document.diagnostics or document.data is not None for document in documents)


@given(trees)
def test_any_data_fits_a_model_or_says_why_not(data):
    """validate(m, d) gives a model or adds a diagnostic, and never raises."""
    document = load_documents(
        json.dumps({"interlock": "t/v1", "fields": data}, ensure_ascii=False), "f.yaml"
    )[0]

    model = validate(Shape, document)

    assert (model is None) == bool(document.diagnostics)


@given(st.dictionaries(words, trees, max_size=4))
def test_json_is_read_as_json(data):
    """load(json(x)) == x: YAML 1.2 holds JSON, and no value changes its type."""
    content = {"interlock": "t/v1", **data}

    [document] = load_documents(json.dumps(content, ensure_ascii=False), "f.yaml")

    assert document.data == content
    assert json.dumps(document.data) == json.dumps(content)


printable = st.lists(
    st.sampled_from([*"abé '\"\\:#-|>${}=&\u2028\U0001f600", "\n", "\n\n", " \n", "\n  "]),
    min_size=1,
    max_size=30,
).map("".join)


@given(printable, st.sampled_from([None, "'", '"', "|", ">"]), st.integers(5, 30))
def test_every_character_of_a_text_is_found_where_it_stands(text, style, width):
    """For any style and width: the span of character i covers that character, or its escape."""
    source = yaml.dump(
        {"interlock": "t/v1", "k": [text]},
        default_style=style,
        width=width,
        allow_unicode=True,
        sort_keys=False,
    )
    [document] = load_documents(source, "f.yaml")
    assume(document.data["k"] == [text])  # PyYAML folds some texts so that they change
    lines = BREAK.split(source)

    for place, letter in enumerate(text):
        span = document.expression_span(("k", 0), place, place + 1)

        if not letter.isspace():
            assert lines[span.line - 1][span.col - 1] in {letter, "\\"}
