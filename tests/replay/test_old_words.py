"""What an earlier version decided by any word of the language is decided so for ever (ADR 32).

When a test here fails, a journal somewhere would be decided otherwise than it was, or would name
rules and machines by other digests.  Do not record again: give the new meaning a new word, or
leave what is not used out of the canonical form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from interlock.engine.model import Kind
from interlock.rules import condition_schema
from interlock.rules.schema import RuleDefinition
from tests.replay.words import (
    DIGESTS,
    FOLDER,
    FORKS,
    MACHINES,
    RULES,
    Recorded,
    digests,
    record,
    refold,
)

WORDS = [*RULES, *MACHINES, *FORKS]
FOR_PEOPLE = {"doc", "owner", "severity", "risk", "runbook_url", "review_by", "title", "why", "id"}
NOT_DECIDED = {"examples"}
"""Words that take no part in what is decided."""


def recorded(word: str) -> Recorded:
    return Recorded.read(FOLDER / f"{word}.jsonl")


def test_every_word_has_a_recording_and_every_recording_a_word() -> None:
    assert sorted(WORDS) == sorted(path.stem for path in FOLDER.glob("*.jsonl"))
    assert sorted(WORDS) == sorted(json.loads(DIGESTS.read_text()))


def test_every_key_of_a_rule_and_of_a_condition_is_in_some_recording() -> None:
    """A word that the language learns needs a recording."""
    said = "\n".join(text for word in WORDS for text in recorded(word).files.values())
    keys = {*_keys(RuleDefinition), *(k for one in _conditions() for k in _keys(one))}

    missing = {key for key in keys - FOR_PEOPLE - NOT_DECIDED if f"{key}:" not in said}

    assert missing == set()


def _conditions() -> Iterator[type[BaseModel]]:
    for one in vars(condition_schema).values():
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield one


def _keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


@pytest.mark.parametrize("word", WORDS)
def test_every_decision_is_made_again_to_the_same_bytes(word: str) -> None:
    assert list(refold(recorded(word))) == []


@pytest.mark.parametrize("word", WORDS)
def test_rules_and_machines_are_called_what_they_were(word: str) -> None:
    assert digests(recorded(word).files) == json.loads(DIGESTS.read_text())[word]


@pytest.mark.parametrize("word", RULES)
def test_a_recording_shows_its_word_at_work(word: str) -> None:
    """Negative control: with another input each of them decides otherwise."""
    whole = recorded(word)
    changed = [(kind, _other(kind, body)) for kind, body in whole.rows]
    assert changed != list(whole.rows)

    assert list(refold(whole._replace(rows=changed)))


def _other(kind: str, body: bytes) -> bytes:
    """Turn every signal from host a into one from host c, and what was high into low."""
    if kind != Kind.SIGNAL:
        return body
    return body.replace(b'"host":"a"', b'"host":"c"').replace(b'"v":7', b'"v":3')


def test_a_decision_that_is_missing_or_is_another_one_is_told() -> None:
    """Negative control."""
    whole = recorded("plain")
    at = max(n for n, (kind, _) in enumerate(whole.rows) if kind == Kind.DECISION)
    kind, body = whole.rows[at]
    other = [*whole.rows[:at], (kind, body.replace(b"fir-", b"fri-")), *whole.rows[at + 1 :]]
    fewer = [*whole.rows[:at], *whole.rows[at + 1 :]]

    assert [(seq, was) for seq, was, _ in refold(whole._replace(rows=other))] == [
        (at, other[at][1])
    ]
    assert [(was, now) for _, was, now in refold(whole._replace(rows=fewer))] == [(b"", body)]


@pytest.mark.parametrize("word", WORDS)
def test_a_digest_follows_what_is_written(word: str) -> None:
    """Negative control: one number changed in the rules or machines is another digest."""
    files = dict(recorded(word).files)
    known = json.loads(DIGESTS.read_text())[word]
    name, old, new = ("s.yaml", "ttl: 10m", "ttl: 11m") if word in RULES else _of_machines(word)
    assert old in files[name]
    files[name] = files[name].replace(old, new)

    found = digests(files)

    assert found["bundle"] != known["bundle"]
    part = "rules" if word in RULES else "machinebase"
    assert found[part] != known[part]


def _of_machines(word: str) -> tuple[str, str, str]:
    if word in FORKS:
        return "fork.yaml", "timeout: 10s", "timeout: 11s"
    return "actions.yaml", "timeout: 20s", "timeout: 21s"


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "plain.jsonl"
    record("plain").write(path)

    with pytest.raises(FileExistsError):
        record("plain").write(path)
