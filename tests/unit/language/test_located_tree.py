"""The YAML profile: what is read as what, and what is refused where."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.language import load_documents

HEAD = "interlock: t/v1\n"


def read(content):
    [document] = load_documents(HEAD + content, "f.yaml")
    assert document.diagnostics == []
    return {key: value for key, value in document.data.items() if key != "interlock"}


def faults(content):
    return [
        (one.code, one.span.line, one.span.col, one.message, one.hint)
        for document in load_documents(content, "f.yaml")
        for one in document.diagnostics
    ]


@pytest.mark.parametrize(
    "word",
    [
        "on",
        "off",
        "yes",
        "No",
        "y",
        "1:30",
        "0o7",
        "0x1F",
        "2026-01-01",
        ".inf",
        ".nan",
        "1_000",
        "tRUE",
    ],
)
def test_yaml_1_1_words_stay_text(word):
    assert read(f"{word}: {word}") == {word: word}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-7", -7),
        ("007", 7),
        ("0.50", Decimal("0.50")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal("1e3")),
        ("'12'", "12"),
        ('"true"', "true"),
        ("${x}", "${x}"),
        ("[1, [a]]", [1, ["a"]]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
    ],
)
def test_core_scalars_are_read(written, value):
    found = read(f"k: {written}")["k"]

    assert (found, type(found)) == (value, type(value))


def test_keys_are_always_text():
    assert read("1: a\ntrue: b\n~: c\n") == {"1": "a", "true": "b", "~": "c"}


def test_an_alias_stands_for_its_anchor():
    assert read("a: &x [1]\nb: *x\n") == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            "a: 1\nb: 2\na: 3\n",
            ("RV002", 3, 1, "duplicate key 'a'", "first set at line 1, column 1"),
        ),
        ("a: {b: 1, b: 2}", ("RV002", 1, 11, "duplicate key 'b'", "first set at line 1, column 5")),
        ("1: a\n'1': b\n", ("RV002", 2, 1, "duplicate key '1'", "first set at line 1, column 1")),
        ("a: !!str 5", ("RV003", 1, 4, "tag 'tag:yaml.org,2002:str' is not allowed", None)),
        ("a: !x {}", ("RV003", 1, 4, "tag '!x' is not allowed", None)),
        ("a: &x [*x]", ("RV004", 1, 8, "alias *x stands inside its own anchor", None)),
        ("a: *x", ("RV001", 1, 4, "alias *x has no anchor before it", None)),
        (
            "a: &x {b: 1}\nc: {<<: *x}",
            ("RV005", 2, 5, "merge keys are not allowed", "write the keys out"),
        ),
        ("? [a]\n: b", ("RV001", 1, 3, "a key is a plain word, not a collection", None)),
        (
            "a: 99999999999999999",
            (
                "RV110",
                1,
                4,
                "'99999999999999999' is not a whole number within ±(2^53-1)",
                "quote it if it is text",
            ),
        ),
        (
            f"a: {'0' * 41}.5",
            (
                "RV110",
                1,
                4,
                f"'{'0' * 40}' is not a number of at most 40 digits",
                "quote it if it is text",
            ),
        ),
        (
            "a: 1e99",
            ("RV110", 1, 4, "1E+99 is not a number of at most 40 digits", "quote it if it is text"),
        ),
    ],
)
def test_what_the_profile_refuses_is_told_at_its_place(content, fault):
    assert fault in faults(content)


@pytest.mark.parametrize(
    ("content", "code", "line", "col", "hint"),
    [
        ("a: b: c", "RV001", 1, 5, "text that holds ': ' needs quotes: '…'"),
        ("a: @x", "RV001", 1, 4, "a value that begins with this character needs quotes: '…'"),
        (
            '- "x" == y',
            "RV001",
            1,
            7,
            "an expression that begins with a quote needs '…' around all of it",
        ),
        ("a: [1", "RV001", 1, 6, None),
        ("a:\n\tb: 1", "RV006", 2, 1, "indent with spaces"),
        ("a: \x01", "RV007", 1, 4, None),
        ("é: \ud800", "RV007", 1, 4, "save it as UTF-8"),
        (b"a: 1\nb: \xff", "RV007", 2, 4, "save it as UTF-8"),
        (b"\xff\xfea", "RV007", 1, 1, "save it as UTF-8"),
    ],
)
def test_what_is_not_yaml_is_told_at_its_place(content, code, line, col, hint):
    [(found, at, column, _, advice)] = faults(content)

    assert (found, at, column, advice) == (code, line, col, hint)


def test_documents_before_a_broken_one_are_kept():
    documents = load_documents("interlock: a/v1\n---\ninterlock: b/v1\n---\n[", "f.yaml")

    assert [one.kind for one in documents] == ["a/v1", "b/v1", None]
    assert [len(one.diagnostics) for one in documents] == [0, 0, 1]


def bomb(depth, width):
    lines = ["a0: &a0 [x]"]
    for level in range(1, depth):
        aliases = ", ".join([f"*a{level - 1}"] * width)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    return "\n".join(lines)


def test_aliases_that_multiply_are_refused():
    [(code, _, _, message, _)] = faults(bomb(9, 9))

    assert (code, message) == ("RV004", "file has more than 100,000 nodes, aliases expanded")


def test_aliases_that_nest_are_refused():
    [(code, _, _, message, _)] = faults(bomb(60, 1))

    assert (code, message) == ("RV004", "document is nested more than 40 levels deep")


def test_the_budget_is_for_the_whole_file():
    content = ("---\n" + HEAD + "a: [" + "1," * 40_000 + "]\n") * 3

    assert [code for code, *_ in faults(content)] == ["RV004"]


@pytest.mark.parametrize(
    "content",
    [
        "[" * 41,
        "- " * 100_000 + "a",
        "{a: " * 41 + "1" + "}" * 41,
        "".join(f"{' ' * level}k:\n" for level in range(60)),
        "[" * 200_000,
    ],
)
def test_deep_nesting_is_refused_without_recursion(content):
    assert {code for code, *_ in faults(content)} <= {"RV004", "RV001"}
    assert faults(content)


def test_forty_levels_are_read():
    assert read("a: " + "[" * 38 + "1" + "]" * 38)


def test_a_file_beyond_one_mebibyte_is_not_read():
    assert faults("# " + "é" * (1 << 19))[0][0] == "RV004"
