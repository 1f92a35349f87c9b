"""A position is one integer and comes apart again; no table lets a wrong type in."""

from __future__ import annotations

import pytest

from interlock.engine.journal.tables import METADATA, SEQ_BITS, position, seq_of


@pytest.mark.parametrize(("partition", "seq"), [(0, 0), (0, 7), (3, 2**48 - 1), (32_767, 1)])
def test_a_position_comes_apart_again(partition: int, seq: int) -> None:
    key = position(partition, seq)

    assert (key >> SEQ_BITS, seq_of(key)) == (partition, seq)
    assert 0 <= key < 2**63


def test_positions_are_ordered_by_partition_then_seq() -> None:
    assert position(0, 2**48 - 1) < position(1, 0) < position(1, 1)


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=str)
def test_every_table_is_strict(table: object) -> None:
    assert table.dialect_options["sqlite"]["strict"] is True


def test_the_journal_has_no_index_that_sees_a_signal() -> None:
    [index] = METADATA.tables["entry"].indexes

    assert str(index.dialect_options["sqlite"]["where"]) == "kind <> 'signal'"
