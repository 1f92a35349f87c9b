import pytest

from interlock.language.values import ANY, BOOL, INT, STRING, TIMESTAMP, UNKNOWN, double, list_of
from interlock.rules.caged.columns import ColumnsOfType, is_native, text_of
from interlock.rules.caged.limits import MAX_COLUMNS_OF_KIND, Uncageable
from interlock.rules.caged.plan import Column, Reading
from interlock.rules.network import Comparison, ElementKind, Join, Operator, Pattern, Predicate


def comparison(operator, type_, constant=1, field="x"):
    return Comparison(field, operator, constant, type_, f"{field} {operator} {constant}")


@pytest.mark.parametrize("type_", [INT, double(3), TIMESTAMP])
def test_numbers_are_the_engines_own_business_unless_in_a_list(type_):
    trusted = [op for op in Operator if is_native(comparison(op, type_))]

    assert trusted == [op for op in Operator if op is not Operator.IN]


@pytest.mark.parametrize("type_", [STRING, BOOL, list_of(STRING)])
def test_of_everything_else_only_equality_is(type_):
    trusted = [op for op in Operator if is_native(comparison(op, type_))]

    assert trusted == [Operator.EQ, Operator.NE]


def test_nothing_of_an_unknown_type_is():
    assert not any(is_native(comparison(op, ANY)) for op in Operator)
    assert not is_native(Join("x", Operator.EQ, "a", "y", ANY, "x == a.y"))


def test_lists_are_texts_that_differ_when_the_lists_do():
    texts = {text_of(value) for value in ((), ("u",), ("u", "v"), ("v", "u"), ("u,v",), "u")}

    assert len(texts) == 6


def test_a_field_is_one_column_however_often_it_is_read():
    columns = ColumnsOfType(kind=2)

    names = [
        columns.value("x", INT.kind),
        columns.value("y", STRING.kind),
        columns.value("x", INT.kind),
    ]

    assert names == ["c400", "c401", "c400"]
    assert columns.columns == [Column("c400", Reading.NUMBER), Column("c401", Reading.TEXT)]
    assert [reader({"x": 5}) for reader in columns.readers] == [5, None]


def test_columns_of_two_types_have_different_names():
    assert ColumnsOfType(1).value("x", INT.kind) != ColumnsOfType(2).value("x", INT.kind)


def flag(*comparisons, predicates=()):
    columns = ColumnsOfType(1)
    pattern = Pattern("a", ElementKind.SIGNAL, "alert", comparisons, predicates)
    name = columns.flag(pattern)
    return name, (columns.readers[0] if columns.readers else None)


def test_tests_the_engine_is_trusted_with_make_no_flag():
    assert flag(comparison(Operator.EQ, INT)) == (None, None)


def test_a_flag_says_whether_all_other_tests_of_a_pattern_hold():
    high = Predicate("high(x)", lambda row, env: row["x"] > 2 if "x" in row else UNKNOWN)
    _, holds = flag(comparison(Operator.IN, INT, (1, 3)), predicates=(high,))

    assert [holds(row) for row in ({"x": 3}, {"x": 1}, {"x": 4}, {})] == [True, False, False, False]


def test_a_test_that_is_unknown_does_not_hold():
    _, holds = flag(predicates=(Predicate("p", lambda row, env: UNKNOWN),))

    assert holds({}) is False


def test_an_order_of_strings_is_decided_here():
    _, holds = flag(comparison(Operator.LT, STRING, "abc "))

    assert [holds({"x": text}) for text in ("abc", "abd")] == [True, False]


def test_more_fields_than_the_engine_takes_are_refused():
    columns = ColumnsOfType(1)
    for number in range(MAX_COLUMNS_OF_KIND):
        columns.value(f"x{number}", INT.kind)

    with pytest.raises(Uncageable, match="more than 200 fields"):
        columns.value("one more", INT.kind)
