"""Laws of the canonical layout, over our own documents written in any style, with comments."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.engine.bundle import Bundle
from interlock.language import load_documents
from interlock.server.kinds import known_kinds
from interlock.server.layout import Unusual, laid_out
from interlock.server.layout.canonical import _meanings
from tests import bundles

ROOT = Path(__file__).parents[2]
KINDS = known_kinds()
SOURCES = [
    part
    for path in sorted(
        [*(ROOT / "tests/data/schemas").glob("*.yaml"), *(ROOT / "tests/bundles").rglob("*.yaml")]
    )
    for part in re.split(r"^---\n", path.read_text(), flags=re.MULTILINE)
]


@st.composite
def rewritten(draw: st.DrawFn) -> str:
    """Draw one of our documents, as it is or as a program would write it, keys in any order."""
    source = draw(st.sampled_from(SOURCES))
    if draw(st.booleans()):
        return source
    data = yaml.load(source, yaml.BaseLoader)  # every scalar is text
    keys = draw(st.permutations([key for key in data if key != "interlock"]))
    return yaml.dump(
        {key: data[key] for key in ["interlock", *keys]},
        sort_keys=False,
        width=draw(st.integers(20, 120)),
        indent=draw(st.integers(2, 6)),
        allow_unicode=True,
        default_style=draw(st.sampled_from([None, "'", '"', "|", ">"])),
        default_flow_style=draw(st.sampled_from([None, False, False])),
    )


@st.composite
def commented(draw: st.DrawFn) -> str:
    """Draw a document with comments and blank lines anywhere."""
    lines = draw(rewritten()).split("\n")
    for number in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["own", "behind", "blank"])):
            case "own":
                lines.insert(at, " " * draw(st.integers(0, 8)) + f"# c{number}")
            case "behind" if lines[at].strip():
                lines[at] += f"{' ' * draw(st.integers(1, 3))}# c{number}"
            case _:
                lines.insert(at, "")
    text = "\n".join(lines)
    assume(not any(one.diagnostics for one in load_documents(text, "x")))
    return text


def laid(text: str) -> str:
    """Return the layout of a text, or discard it when it is not laid out."""
    try:
        return laid_out(text, KINDS)
    except Unusual:
        assume(condition=False)
        raise


@given(commented())
def test_what_is_laid_out_stays_as_it_is(text: str) -> None:
    """fmt(fmt(x)) == fmt(x)."""
    once = laid(text)

    assert laid_out(once, KINDS) == once


@given(commented())
def test_the_layout_keeps_what_is_said_and_every_comment(text: str) -> None:
    """load(fmt(x)) == load(x), conditions one by one; comments(fmt(x)) == comments(x)."""
    result = laid(text)

    assert _meanings(result, KINDS) == _meanings(text, KINDS)
    assert sorted(re.findall(r"# c\d", result)) == sorted(re.findall(r"# c\d", text))
    assert [line for line in result.split("\n") if line != line.rstrip()] == []


def test_a_bundle_laid_out_is_the_same_bundle() -> None:
    """The versions of rules and machines do not change when their files are laid out."""
    before = bundles.web_bundle()
    files = {
        name: laid_out(text, KINDS) if name.endswith(".yaml") else text
        for name, text in before.files.items()
    }
    after = Bundle.compile(files)

    assert before.rulebase.digest == after.rulebase.digest
    assert before.machinebase.digest == after.machinebase.digest
    assert before.digest != after.digest
