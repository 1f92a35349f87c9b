"""A machine document of another shape is refused at the place of the fault."""

import pytest

from tests.unit.machines.given import HEAD, faults, machine_faults, machine_text

SOUND = "first: {choose: [{if: tries > 3, to: handed}, {else: ok}]}\n"


def test_a_sound_document_is_clean():
    assert machine_faults(SOUND) == []


@pytest.mark.parametrize(
    ("states", "fault"),
    [
        (
            "first: {chose: [{else: ok}]}\n",
            "RV110 at `{chose: [{else: ok}]}`: a state needs one of: run, wait, approve",
        ),
        (SOUND.replace("else: ok", "if: tries > 1"), "RV111 at `{if: tries > 1}`"),
        (SOUND.replace("else: ok", "else: ok, to: ok"), "RV111 at `{else: ok, to: ok}`"),
        (
            SOUND.replace("else: ok", "else: ok, if: tries > 1"),
            "RV110 at `{else: ok, if: tries > 1}`",
        ),
        (SOUND.replace("first", "First"), "RV121 at `First`"),
        (
            "first: {wait: {hold: 1m}, on: {met: ok}, after: {1m: handed}}\n",
            "RV111 at `{hold: 1m}`",
        ),
        (
            "first: {wait: {fact: a, signal: b}, on: {met: ok}, after: {1m: handed}}\n",
            "RV111 at `{fact: a, signal: b}`",
        ),
        ("first: {wait: {fact: a, hold: 0s}, on: {met: ok}, after: {1m: ok}}\n", "RV120 at `0s`"),
        ("first: {wait: {fact: a}, on: {met: ok}, after: {soon: ok}}\n", "RV120 at `soon`"),
        ("first: {wait: {fact: a}, on: {met: ok}, after: {0s: ok}}\n", "RV120 at `0s`"),
        ("first: {wait: {fact: a}, on: {met: ok}, after: {31d: ok}}\n", "RV120 at `31d`"),
        ("first: {wait: {fact: a}, on: {met: 1}, after: {1m: ok}}\n", "RV110 at `1`"),
        ("first: {undo: some, on: {done: ok, failed: handed}}\n", "RV113 at `some`"),
        ("first: {run: do.it, retry: {attempts: 21}}\n", "RV110 at `21`"),
        ("first: {run: do.it, retry: {attempts: 2, factor: 0.5}}\n", "RV110 at `0.5`"),
        ("first: {run: do.it, retry: {attempts: 2, jitter: 1.5}}\n", "RV110 at `1.5`"),
        ("first: {run: do.it, retry: {attempts: 2, on: [failed]}}\n", "RV113 at `failed`"),
        ("first: {choose: []}\n", "RV110 at `[]`"),
        ("first: {initial: a, states: {}}\n", "RV110 at `{}`"),
    ],
)
def test_a_state_of_another_shape_is_found(states, fault):
    [found] = machine_faults(states)

    assert found.startswith(fault)


@pytest.mark.parametrize("key", ["id", "package", "version", "title", "owner"])
def test_a_machine_says_who_it_is(key):
    text = "\n".join(
        line for line in machine_text(SOUND).split("\n") if not line.startswith(f"{key}:")
    )

    assert [one.partition(" at")[0] for one in faults(text)] == ["RV111"]


@pytest.mark.parametrize("key", ["outcomes", "initial", "states"])
def test_a_machine_says_how_it_begins_and_ends(key):
    text = machine_text(SOUND).replace(f"{key}:", f"x-{key}:", 1)

    assert [one.partition(" at")[0] for one in faults(text)] == ["RV111"]


def test_an_unknown_key_is_found_with_the_nearest():
    [found] = faults(machine_text(SOUND).replace("owner:", "ownr: a\nowner:"))

    assert found == "RV112 at `ownr`: unknown key 'ownr' (did you mean 'owner'?)"


def test_two_machines_of_one_id_are_found():
    text = machine_text(SOUND)

    assert faults(text, text) == ["RV122 at `m`: machine 'm' is declared twice"]


def test_a_document_that_is_only_a_head_is_refused():
    assert {one[:5] for one in faults(HEAD)} == {"RV111"}


def test_documents_of_other_rooms_are_left_alone():
    assert faults("interlock: rules/v1\nnonsense: 1\n") == []
