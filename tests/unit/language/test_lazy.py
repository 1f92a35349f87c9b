"""What is made once, or only when it is asked for, is the same as what is made each time."""

from __future__ import annotations

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from interlock.language.document import load_documents
from interlock.language.expression import (
    ExpressionError,
    Scope,
    Template,
    check,
    check_template,
    compile_expression,
    compile_template,
    names,
    parse,
    reads,
)
from interlock.language.uncollected import uncollected
from interlock.language.values import INT, STRING, Field
from interlock.rules.load import load_rulebase
from tests.bench import mix
from tests.property.language_strategies import SCOPE

compiling = sys.modules[compile_expression.__module__]
FIELDS = {"n": Field(INT), "m": Field(INT, optional=True), "s": Field(STRING)}


def test_code_is_made_at_the_first_call_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    become = compiling._become
    monkeypatch.setattr(compiling, "_become", lambda *given: made.append(given) or become(*given))

    test = compile_expression(parse("n > 1"), Scope(FIELDS))
    assert made == []

    assert [True, False, True] == [test({"n": n}, {}) for n in (2, 1, 3)]
    assert 1 == len(made)


def test_threads_that_call_first_at_once_get_one_answer() -> None:
    switched = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            for number in range(100):
                test = compile_expression(parse(f"n * {number} + size(s) > 5"), Scope(FIELDS))
                row = {"n": 3, "s": "abc"}
                found = list(threads.map(lambda _, t=test, r=row: t(r, {}), range(16)))
                assert [3 * number + 3 > 5] * 16 == found
    finally:
        sys.setswitchinterval(switched)


def test_a_policy_that_is_only_checked_has_no_code_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("code was made")

    monkeypatch.setattr(compiling, "_become", fail)
    texts = mix.bundle(100)

    rulebase = load_rulebase(
        [one for name, text in texts.items() for one in load_documents(text, name)]
    )

    why = rulebase.rules["bench/r0001"].why.value
    with pytest.raises(AssertionError, match="code was made"):
        why({}, {"a": {"service": "x", "value": 1}})


@pytest.mark.parametrize("text", ["zz > 1", "n > 1 && m > 1", "s > 1"])
def test_a_fault_is_told_as_often_as_it_is_asked_for(text: str) -> None:
    """What was found sound is remembered; a fault never is."""
    scope, node = Scope(FIELDS), parse(text)

    told: list[list[str]] = []
    for _ in range(3):
        found: list[ExpressionError] = []
        check(node, scope, found)
        told.append([str(one) for one in found])

    assert told[0]
    assert told[0] == told[1] == told[2]


def test_what_is_remembered_of_one_scope_is_not_believed_of_another() -> None:
    node = parse("m > 1")
    known = Scope(FIELDS, present=frozenset({("", "m")}))

    check(node, known)

    with pytest.raises(ExpressionError, match="RV204"):
        check(node, Scope(FIELDS))
    with pytest.raises(ExpressionError, match="RV204"):
        check(node, Scope(FIELDS).knowing(frozenset({("err", "m")})))
    check(node, Scope(FIELDS).knowing(frozenset({("", "m")})))


def test_a_template_is_remembered_strict_and_not_strict() -> None:
    text = Template("a ${m > 1 ? s : s}")
    scope = Scope(FIELDS, present=frozenset({("", "m")}))

    assert STRING == check_template(text, scope)
    assert STRING == check_template(text, scope)
    strict = compile_template(text, scope, strict=True)
    lenient = compile_template(text, scope, strict=False)

    assert "a (unknown)" == lenient({"s": "x"}, {})
    assert "UNKNOWN" == repr(strict({"s": "x"}, {}))


def test_what_a_node_reads_is_the_same_the_second_time() -> None:
    node = parse("err.n > n && tags.exists(tag, tag == s)")

    assert reads(node) == reads(node) == {("err", "n"), ("", "n"), ("", "tags"), ("", "s")}
    assert names(node) == names(node) == {"err"}
    assert node == parse("err.n > n  && tags.exists(tag, tag == s)")
    check(node, SCOPE)


def test_garbage_is_collected_again_afterwards_and_not_turned_on_by_it() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            pass
        assert not gc.isenabled()
    with pytest.raises(KeyError), uncollected():
        raise KeyError
    assert gc.isenabled()
