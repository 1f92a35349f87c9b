"""Signals count once, within a group as across them."""

from __future__ import annotations

from collections.abc import Sequence

from interlock import digest
from interlock.engine.intake import Arrival, Group, dedup_key

AT = 1_795_000_000_000


def arrival(name: str, *, source: str = "prober", value: int = 1) -> Arrival:
    signal = {"id": name, "source": source, "values": {"n": value}}
    return Arrival(signal, digest.canonical(signal))


def nothing_known(keys: Sequence[bytes]) -> dict[bytes, tuple[int, bytes]]:
    return {}


def test_a_signals_entry_is_canonical() -> None:
    group = Group(AT, nothing_known)
    group.add_signals([arrival("a")])

    (proposal,) = group.proposals
    assert proposal.encoded == digest.canonical(proposal.body)


def test_a_repetition_in_another_submission_of_the_same_group_is_a_duplicate() -> None:
    group = Group(AT, nothing_known)
    (first,) = group.add_signals([arrival("a")])
    (again,) = group.add_signals([arrival("a")])

    assert (first.word, again.word) == ("accepted", "duplicate")
    assert again.proposal == first.proposal
    assert len(group.proposals) == 1


def test_the_same_id_of_another_source_is_another_signal() -> None:
    group = Group(AT, nothing_known)
    fates = group.add_signals([arrival("a"), arrival("a", source="other")])

    assert [fate.word for fate in fates] == ["accepted", "accepted"]


def test_another_body_under_a_known_id_is_refused_and_recorded() -> None:
    group = Group(AT, nothing_known)
    fates = group.add_signals([arrival("a"), arrival("a", value=2)])

    assert [fate.word for fate in fates] == ["accepted", "conflict"]
    assert [proposal.kind for proposal in group.proposals] == ["signal", "conflict"]


def test_what_the_journal_holds_is_a_duplicate_of_that_position() -> None:
    held = arrival("a")
    mark = bytes.fromhex(digest.digest_bytes(held.encoded))[:8]
    group = Group(AT, lambda keys: {dedup_key(held.signal): (7, mark)})

    (same, other) = group.add_signals([held, arrival("a", value=2)])

    assert (same.word, same.seq) == ("duplicate", 7)
    assert (other.word, other.seq) == ("conflict", 7)


def test_a_source_cannot_borrow_anothers_id_by_its_name() -> None:
    """The key keeps source and id apart, whatever they hold."""
    assert dedup_key({"source": "a", "id": "bc"}) != dedup_key({"source": "ab", "id": "c"})
