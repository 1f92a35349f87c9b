"""The text of expressions: printing, parsing, and texts that are not expressions at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from interlock.language.expression import (
    ExpressionError,
    Template,
    check,
    compile_expression,
    parse,
    print_expression,
)
from tests.property import language_strategies as language


def fault_of(parse, text):
    """Return the ExpressionError of parsing a text, or None."""
    try:
        parse(text)
    except ExpressionError as fault:
        return fault
    return None


texts = st.text(max_size=60) | language.fragments


@given(language.expressions)
def test_what_is_printed_parses_to_the_same_tree(node):
    """parse(print(e)) == e."""
    assert parse(print_expression(node)) == node


@given(language.fragments)
def test_printing_is_canonical(text):
    """print(parse(print(parse(t)))) == print(parse(t)) for every text that parses."""
    try:
        printed = print_expression(parse(text))
    except ExpressionError:
        return

    assert print_expression(parse(printed)) == printed


@given(texts)
def test_any_text_parses_or_fails_inside_itself(text):
    """parse(t) gives a tree or an ExpressionError whose offsets lie in t."""
    fault = fault_of(parse, text)

    assert fault is None or 0 <= fault.start < fault.end <= len(text) + 1


@given(texts)
def test_any_text_is_checked_and_compiled_or_every_fault_lies_inside_it(text):
    """Whatever parses is checked without an exception; without faults it compiles."""
    try:
        node = parse(text)
    except ExpressionError:
        return
    faults = []

    check(node, language.SCOPE, faults)

    assert all(0 <= fault.start < fault.end <= len(text) for fault in faults)
    assert [fault.start for fault in faults] == sorted(fault.start for fault in faults)
    if not faults:
        compile_expression(node, language.SCOPE)


@given(texts.map(lambda text: f"a ${{{text}}} b"))
def test_any_text_in_a_template_parses_or_fails_inside_it(text):
    """Template(t) gives a template or an ExpressionError whose offsets lie in t."""
    fault = fault_of(Template, text)

    assert fault is None or 0 <= fault.start < fault.end <= len(text) + 1
