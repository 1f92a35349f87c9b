"""Parameters: what documents declare, what an environment changes, and what is wrong with them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from interlock.language import load_documents
from interlock.language.expression import parse, print_expression
from interlock.language.params import ParameterBase, read_parameters

HEAD = "interlock: params/v1\n"
SHOP = """\
params:
  threshold: {type: double, scale: 2, default: 0.05, min: 0.01, max: 0.5, doc: what burns}
  window: {type: duration, default: 15m}
  since: {type: timestamp, default: "2026-03-02T09:00:00Z"}
  tier1: {type: list<string>, default: [checkout, ledger]}
  strict: {type: bool, default: false}
  note: {type: string, default: 'a "b"'}
  most: {type: double, scale: 0, default: -3}
environments:
  staging: {threshold: 0.2, tier1: [checkout]}
  prod: {}
"""


def read(*texts: str, environment: str | None = None) -> ParameterBase:
    documents = [
        document
        for number, text in enumerate(texts)
        for document in load_documents(HEAD + dedent(text), f"p{number}")
    ]
    return read_parameters(documents, environment)


def values(base: ParameterBase) -> dict[str, str]:
    return {name: print_expression(node) for name, node in base.parameters.values.items()}


def faults(*texts: str, environment: str | None = None) -> list[str]:
    base = read(*texts, environment=environment)
    return [str(one) for one in (*base.diagnostics("error"), *base.diagnostics("warning"))]


def test_without_an_environment_parameters_have_their_defaults():
    assert values(read(SHOP)) == {
        "threshold": "0.05",
        "window": 'duration("15m")',
        "since": 'timestamp("2026-03-02T09:00:00Z")',
        "tier1": '["checkout", "ledger"]',
        "strict": "false",
        "note": '"a \\"b\\""',
        "most": "-3",
    }


def test_an_environment_changes_the_values_it_names():
    staging = values(read(SHOP, environment="staging"))

    assert (staging["threshold"], staging["tier1"]) == ("0.20", '["checkout"]')
    assert staging["window"] == 'duration("15m")'


def test_an_environment_may_change_nothing():
    assert values(read(SHOP, environment="prod")) == values(read(SHOP))


def test_the_type_of_a_parameter_is_the_declared_one_whatever_its_value():
    types = {
        read(SHOP, environment=name).parameters.values["threshold"].type
        for name in ("staging", "prod")
    }

    assert len(types) == 1


def test_parameters_of_several_documents_are_one_namespace_and_the_first_by_path_declares():
    base = read(SHOP, "params: {window: {type: int, default: 1}, other: {type: int, default: 2}}")

    assert values(base)["other"] == "2"
    assert [str(one) for one in base.diagnostics("error")] == [
        "p1:2:10: error [RV216] parameter 'window' is declared already at p0:4"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "params: {x: {type: int, default: 7, max: 5}}",
            "p0:2:34: error [RV205] expected at most 5, found 7",
        ),
        (
            "params: {x: {type: int, default: 1, max: 5}}\nenvironments: {prod: {x: 7}}",
            "p0:3:26: error [RV205] expected at most 5, found 7",
        ),
        (
            "params: {x: {type: list<int>, default: [1, 9], max: 5}}",
            "p0:2:40: error [RV205] expected at most 5, found 9",
        ),
        (
            "params: {x: {type: string, default: c, enum: [a, b]}}",
            "p0:2:37: error [RV206] expected one of a, b, found c",
        ),
        (
            "params: {x: {type: duration, default: 5}}",
            "p0:2:39: error [RV202] expected duration, found 5; give it a unit, such as 5s",
        ),
        (
            "params: {x: {type: list<int>, default: []}}",
            "p0:2:40: error [RV110] a list of parameters needs one item at least",
        ),
        (
            "params: {x: {type: int, default: 1}}\nenvironments: {prod: {y: 7}}",
            "p0:3:23: error [RV201] unknown parameter 'y'",
        ),
        ("params: {x: {type: int}}", "error [RV111]"),
        ("params: {x: {type: int, default: 1, optional: true}}", "RV112"),
    ],
)
def test_a_fault_is_reported_at_its_place(text: str, found: str):
    (fault,) = faults(text)

    assert found in fault


def test_an_environment_nobody_declares_is_a_fault_at_the_environments_there_are():
    assert faults(SHOP, environment="stagin") == [
        "p0:10:1: error [RV217] no environment is called 'stagin' (did you mean 'staging'?)"
    ]
    assert "[RV217] no environment is called 'prod'" in faults(environment="prod")[0]
    assert faults(SHOP, environment="prod") == []


def test_a_broken_document_hides_no_environment():
    assert not any("RV217" in one for one in faults("params: 5", environment="prod"))


def test_what_nothing_reads_is_a_warning_at_its_name():
    base = read("params:\n  x: {type: int, default: 1}\n  y: {type: int, default: 1}\n")

    base.parameters.settled(parse("params.x > 0"))
    base.report_unread()

    assert [str(one) for one in base.diagnostics("warning")] == [
        "p0:4:3: warning [RV218] nothing reads parameter 'y' (read it as params.y)"
    ]


def test_a_parameter_takes_the_place_where_it_is_read():
    settled = read(SHOP).parameters.settled(parse("x in params.tier1 && y > params.threshold"))

    assert settled == parse('x in ["checkout", "ledger"] && y > 0.05')
    places = settled.operands[0].right, settled.operands[1].right
    assert [(node.start, node.end) for node in places] == [(5, 17), (25, 41)]


def test_an_expression_that_reads_no_parameter_is_left_as_it_is():
    node = parse("x > 1 && dep.params == 2")

    assert read(SHOP).parameters.settled(node) is node
