"""The rows the fold hands over are the rows of the tables."""

from __future__ import annotations

import pytest

from interlock.engine import rows
from interlock.engine.journal import tables

PAIRS = [
    (rows.IncidentRow, tables.Incident),
    (rows.TransitionRow, tables.Transition),
    (rows.ActionRow, tables.Action),
    (rows.AnnotationRow, tables.Annotation),
]


@pytest.mark.parametrize(("row", "table"), PAIRS)
def test_a_row_has_the_columns_of_its_table_in_order(
    row: type[tuple[object, ...]], table: type[tables.Model]
) -> None:
    assert list(row._fields) == [column.name for column in table.__table__.columns]


@pytest.mark.parametrize(("row", "table"), PAIRS)
def test_a_row_may_lack_what_its_table_may_lack(
    row: type[tuple[object, ...]], table: type[tables.Model]
) -> None:
    optional = [name for name, kind in row.__annotations__.items() if "None" in str(kind)]

    assert optional == [column.name for column in table.__table__.columns if column.nullable]
