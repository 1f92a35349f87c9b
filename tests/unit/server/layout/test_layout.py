"""The canonical layout: what it changes, what it leaves alone, what it never touches."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import pytest

from interlock.errors import InvariantBroken
from interlock.language import Definition
from interlock.server.kinds import known_kinds
from interlock.server.layout import Unusual, laid_out
from interlock.server.layout.printing import key_order

KINDS = known_kinds()


def laid(text: str) -> str:
    """Return a text in canonical layout."""
    return laid_out(dedent(text).lstrip("\n"), KINDS)


def test_keys_stand_in_the_order_of_the_reference_and_comments_go_with_them() -> None:
    text = """
        # yaml-language-server: $schema=rules.schema.json
        interlock: rules/v1
        x-team: web
        # all of them
        rules:
        # the first
        - title: Errors   # in one line
          # what it is called
          id: errors
          why: so
          then: [{advise: look}]
          when: [{signal: a.b, as: x}]
        # nothing below
        owner: team-web
        # the end
        """

    assert laid(text) == dedent("""\
        # yaml-language-server: $schema=rules.schema.json
        interlock: rules/v1
        # nothing below
        owner: team-web
        # all of them
        rules:
          # the first
          # what it is called
          - id: errors
            title: Errors   # in one line
            when: [{signal: a.b, as: x}]
            then: [{advise: look}]
            why: so
        x-team: web
        # the end
        """)


def test_paragraphs_stay_apart_and_together_when_their_keys_change_places() -> None:
    """Law: neighbours have a blank line between them just when they were in two paragraphs."""
    text = """
        interlock: test/v1
        uses: [.]

        # what is seen
        probes: {}
        # what is done
        executors: {}

        fixtures:
          down: []
        start: 2026-03-02T03:00:00Z

        scenarios: []
        """

    assert laid(text) == dedent("""\
        interlock: test/v1
        uses: [.]

        start: 2026-03-02T03:00:00Z

        # what is done
        executors: {}
        # what is seen
        probes: {}

        fixtures:
          down: []

        scenarios: []
        """)
    assert laid(laid(text)) == laid(text)


def test_conditions_stand_one_a_line() -> None:
    text = """
        interlock: rules/v1
        rules:
          - id: a
            when:
              - signal: a.b
                as: x
                where: env == "prod" && (value > 0.5 || up) && name != 'it'  # all
              - fact: c.d
                as: y
                where:
                  - a && b
                  - c
              - signal: a.b
                as: z
                where: [a && b]
              - not: {signal: a.b, where: a && b}
        """

    assert laid(text) == dedent("""\
        interlock: rules/v1
        rules:
          - id: a
            when:
              - signal: a.b
                as: x
                where:  # all
                  - env == "prod"
                  - value > 0.5 || up
                  - name != "it"
              - fact: c.d
                as: y
                where:
                  - a
                  - b
                  - c
              - signal: a.b
                as: z
                where:
                  - a
                  - b
              - not: {signal: a.b, where: a && b}
        """)


@pytest.mark.parametrize(
    "where",
    [
        "\n          # together\n          - a && b",
        "\n          - a && b  # together",
        "\n          - >-  # together\n            a && b",
        " >-  # together\n          a && b",
        " [a && b,  # together\n          c]",
    ],
)
def test_conditions_that_a_comment_is_about_are_left_alone(where: str) -> None:
    text = f"""\
interlock: rules/v1
rules:
  - id: a
    when:
      - signal: a.b
        as: x
        where:{where}
"""

    assert laid_out(text, KINDS) == text


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("'plain'", '"plain"'),
        ("'say \"x\"'", "'say \"x\"'"),
        ("'it''s'", '"it\'s"'),
        ('"a\\\\b"', "'a\\b'"),
        ('"tab\\t"', '"tab\\t"'),
        ('"\\u202e"', '"\\u202e"'),
        ("plain", "plain"),
        ("{a: 'b', 'c': [ 'd' ]}", '{a: "b", "c": [ "d" ]}'),
    ],
)
def test_quotes_are_double_unless_the_text_holds_some(written: str, canonical: str) -> None:
    assert laid(f"interlock: x/v1\nk: {written}\n") == f"interlock: x/v1\nk: {canonical}\n"


def test_every_level_is_two_blanks_deeper_and_texts_go_with_it() -> None:
    text = """
        interlock: x/v1
        a:
            - b: |
                  one
                    two

                  three
              c: >-  # folded
                  four
                  five
            -   d: six
                   seven
                e: [1,
                    2]
        f:
        - 1


        - 2
        g: ""
        h:
        """

    assert laid(text) == dedent("""\
        interlock: x/v1
        a:
          - b: |
              one
                two

              three
            c: >-  # folded
              four
              five
          - d: six
              seven
            e: [1,
                2]
        f:
          - 1

          - 2
        g: ""
        h:
        """)


def test_a_comment_deeper_than_what_follows_closes_the_block_above() -> None:
    text = """\
        interlock: x/v1
        a:
          b: 1
          # still about a

        # about c
        c: 2
          # the end
        """

    assert laid(text) == dedent(text).replace("  # the end", "# the end")


def test_documents_keep_their_own_comments() -> None:
    text = """\
        # one
        interlock: x/v1
        a: 1
        # end of one
        ---
        # two
        interlock: y/v1
        b: 2
        """

    assert laid(text) == dedent(text)


def test_what_stands_before_the_end_of_a_line_is_all_that_is_dropped() -> None:
    assert laid_out("\ufeffinterlock: x/v1  \r\na: 1\t\r\n\r\n\r\n", KINDS) == (
        "interlock: x/v1\na: 1\n"
    )
    assert laid_out("---\ninterlock: x/v1\n", KINDS) == "interlock: x/v1\n"
    assert laid_out("# nothing\n", KINDS) == "# nothing\n"


@pytest.mark.parametrize(
    "text",
    [
        "interlock: x/v1\na: &x 1\n",
        "interlock: x/v1\na: &x {b: 1}\nc: *x\n",
        "interlock: x/v1\na: {b: &x [], c: *x}\n",
        "interlock: x/v1\na: &x\n  b: 1\n",
        "interlock: x/v1\n? a\n: 1\n",
        "{interlock: x/v1}\n",
        "interlock: x/v1\na: |2\n   b\n",
        "interlock: x/v1\na: |+\n  b\n\n",
        "interlock: x/v1\na:\n  -\n    b: 1\n",
        "%YAML 1.2\n---\ninterlock: x/v1\n",
        "interlock: x/v1\n...\n",
        "interlock: x/v1\u2028a: 1\n",
        "# one\n---\ninterlock: x/v1\n",
        "interlock: x/v1\na: [  # one\n  1]  # two\n---\n[1]\n",
        "interlock: x/v1\na: b # one\n  # two\nc: |  # three\n  d\n? e\n: f\n",
    ],
)
def test_what_is_unusual_is_not_touched(text: str) -> None:
    with pytest.raises(Unusual):
        laid_out(text, KINDS)


def test_a_layout_that_would_say_something_else_is_not_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("interlock.server.layout.canonical._printed", lambda *_: "interlock: y\n")

    with pytest.raises(InvariantBroken, match="would change what the file says"):
        laid_out("interlock: x/v1\n", KINDS)


def models(base: type[Definition] = Definition) -> Iterator[type[Definition]]:
    """Yield every model there is."""
    for model in base.__subclasses__():
        yield model
        yield from models(model)


def order(name: str) -> list[str]:
    """Return the canonical keys of a model."""
    [model] = [one for one in models() if one.__name__ == name and "interlock." in one.__module__]
    return key_order(model)


@pytest.mark.parametrize(
    ("model", "keys"),
    [
        ("RunDefinition", ["doc", "run", "with", "retry"]),
        ("CompoundDefinition", ["doc", "initial"]),
        ("FieldDefinition", ["type", "optional"]),
        ("ScenarioDefinition", ["name", "doc"]),
    ],
)
def test_what_something_is_stands_first(model: str, keys: list[str]) -> None:
    assert order(model)[: len(keys)] == keys


@pytest.mark.parametrize(
    ("model", "keys"),
    [
        ("CompoundDefinition", ["states"]),
        ("ScenarioDefinition", ["expect", "until"]),
        ("ScenariosDocument", ["fixtures", "scenarios"]),
        ("VerifyDefinition", ["consecutive"]),
    ],
)
def test_what_comes_of_the_rest_stands_last(model: str, keys: list[str]) -> None:
    assert order(model)[-len(keys) :] == keys
