"""The peer's condition trees as conditions of ours.

Every test is written so that it holds only where the peer's would: a test of a path asks first
whether it is there in the type that is compared, and a negation that the path is there at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.foreign.fields import Fields, Path
from tests.foreign.syntax import NotOurs, Tree

_SORT = {bool: "truth", int: "number", float: "number", str: "text"}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
NEVER, ALWAYS = "false", "true"


class Translation:
    """Writes conditions over one pack's fields.

    Args:
        fields: of the signal that is looked at.
        others: what the signals bound before are called in our rule, and their fields, by the
            peer's name.
        variables: the peer's ``vars``, by dotted name.
    """

    def __init__(
        self,
        fields: Fields,
        others: Mapping[str, tuple[str, Fields]] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self._fields = fields
        self._others = others or {}
        self._variables = variables or {}

    def condition(self, tree: Tree) -> str:
        """Return the text that holds where a tree does.

        Raises:
            NotOurs: it asks what our language cannot.
        """
        match tree:
            case ("and" | "or" as word, left, right):
                sign = "&&" if word == "and" else "||"
                return f"({self.condition(left)} {sign} {self.condition(right)})"
            case ("not", operand):
                return self._denied(operand)
            case ("literal", bool() as truth):
                return ALWAYS if truth else NEVER
            case ("compare", "!=", left, right):
                return self._denied(("compare", "==", left, right))
            case ("path", *_):
                return self._holds(("compare", "==", tree, ("literal", True)))
            case _:
                return self._holds(tree)

    def _denied(self, tree: Tree) -> str:
        match tree:
            case ("and" | "or" as word, left, right):
                sign = "||" if word == "and" else "&&"
                return f"({self._denied(left)} {sign} {self._denied(right)})"
            case ("not", operand):
                return self.condition(operand)
            case ("literal", bool() as truth):
                return NEVER if truth else ALWAYS
            case ("compare", "!=", left, right):
                return self.condition(("compare", "==", left, right))
            case ("defined", path):
                return f"!{self._there(path)}"
            case ("select", path, attribute, operator, value):
                return self._select(path, attribute, operator, value, denied=True)
            case _:
                asked = [self._has(path, "value") for path in _paths(tree)]
                return "(" + " && ".join([*asked, f"!{self.condition(tree)}"]) + ")"

    def _holds(self, tree: Tree) -> str:
        match tree:
            case ("defined", path):
                return self._there(path)
            case ("compare", operator, left, right):
                return self._compare(operator, left, right)
            case ("in", value, among):
                return self._among(value, among)
            case ("contains", value, item):
                return self._contains(value, item)
            case ("text", word, path, pattern, options):
                return self._matches(word, path, self._constant(pattern), options)
            case ("select", path, attribute, operator, value):
                return self._select(path, attribute, operator, value)
        raise NotOurs(f"no counterpart for {tree[0]}")

    # --- comparisons ------------------------------------------------------------------------

    def _compare(self, operator: str, left: Tree, right: Tree) -> str:
        left, right = self._filled(left), self._filled(right)
        if left[0] == "literal" and right[0] != "literal":
            left, right, operator = right, left, _TURNED[operator]
        if right[0] == "literal" and left[0] == "path":
            return self._against(operator, left, right[1])
        sorts = ["number"] if operator not in {"==", "!="} else ["number", "text", "truth"]
        if {left[0], right[0]} & {"add", "subtract"}:
            sorts = ["number"]
        return _any(self._both(operator, left, right, sort) for sort in sorts)

    def _against(self, operator: str, path: Tree, constant: Any) -> str:
        if constant is None:
            return self._has(path, "null") if operator == "==" else NEVER
        name = self._field(path, _SORT[type(constant)])
        return f"(has({name}) && {name} {operator} {_literal(constant)})"

    def _both(self, operator: str, left: Tree, right: Tree, sort: str) -> str:
        read = [*_paths(left), *_paths(right)]
        asked = [f"has({self._field(path, sort)})" for path in read]
        sides = self._sum(left, sort), self._sum(right, sort)
        return "(" + " && ".join([*asked, f"{sides[0]} {operator} {sides[1]}"]) + ")"

    def _sum(self, tree: Tree, sort: str) -> str:
        match tree:
            case ("add" | "subtract" as word, left, right):
                sign = "+" if word == "add" else "-"
                return f"({self._sum(left, sort)} {sign} {self._sum(right, sort)})"
            case ("literal", value):
                return _literal(value)
            case _:
                return self._field(tree, sort)

    # --- lists ------------------------------------------------------------------------------

    def _among(self, value: Tree, among: Tree) -> str:
        among = self._filled(among)
        if among[0] == "list":
            items = [self._constant(one) for one in among[1]]
            return _any(self._against("==", self._filled(value), one) for one in items)
        if value[0] == "literal":
            return self._contains(among, value)
        return _any(
            f"({self._has(value, one)} && {self._has(among, many)} &&"
            f" {self._field(value, one)} in {self._field(among, many)})"
            for one, many in (("number", "numbers"), ("text", "texts"), ("truth", "truths"))
        )

    def _contains(self, value: Tree, item: Tree) -> str:
        item = self._filled(item)
        if item[0] != "literal":
            return self._among(item, value)
        return self._select(value, None, "==", item)

    def _select(
        self, path: Tree, attribute: str | None, operator: str, value: Tree, *, denied: bool = False
    ) -> str:
        """Return that some item passes a test; denied: that some item does not."""
        if operator.startswith("not "):
            operator, denied = operator.removeprefix("not "), not denied
        value = self._filled(value)
        if value[0] == "list":
            wanted = [self._constant(one) for one in value[1]]
        elif value[0] == "literal":
            wanted = [value[1]]
        else:
            return self._select_other(path, attribute, operator, value, denied=denied)
        tests = [
            (many, self._item_test(many, operator, wanted))
            for many in ("numbers", "texts", "truths")
        ]
        found = [
            self._exists(path, attribute, many, f"!({test})" if denied else test)
            for many, test in tests
        ]
        null_passes = (None in wanted) is (operator != "!=")
        if null_passes is not denied:
            found.append(self._has(path, "nulls", attribute))
        return _any(found)

    def _item_test(self, many: str, operator: str, wanted: list[Any]) -> str:
        """Return a test of items of one type; of another type than the constants it says no."""
        fitting = [one for one in wanted if one is not None and _SORT[type(one)] + "s" == many]
        if operator in {"match", "search", "regex"}:
            tests = [f"item.matches({_pattern(operator, one)})" for one in fitting]
        elif operator in {"==", "contains", "in"}:
            tests = [f"item == {_literal(one)}" for one in fitting]
        elif operator == "!=":
            tests = [f"item != {_literal(one)}" for one in fitting] or [ALWAYS]
        elif many == "truths":
            tests = []
        else:
            tests = [f"item {operator} {_literal(one)}" for one in fitting]
        return " || ".join(tests) or NEVER

    def _select_other(
        self, path: Tree, attribute: str | None, operator: str, value: Tree, *, denied: bool
    ) -> str:
        if operator in {"match", "search", "regex"}:
            raise NotOurs("a pattern that comes with an event")
        word = {"contains": "==", "in": "=="}.get(operator, operator)
        return _any(
            f"({self._has(value, one)} &&"
            f" {self._exists(path, attribute, many, self._other_test(word, value, one, denied))})"
            for one, many in (("number", "numbers"), ("text", "texts"))
        )

    def _other_test(self, operator: str, value: Tree, sort: str, denied: bool) -> str:
        test = f"item {operator} {self._field(value, sort)}"
        return f"!({test})" if denied else test

    def _exists(self, path: Tree, attribute: str | None, sort: str, test: str) -> str:
        name = self._field(path, sort, attribute)
        return f"(has({name}) && {name}.exists(item, {test}))"

    # --- texts ------------------------------------------------------------------------------

    def _matches(self, word: str, path: Tree, pattern: Any, options: Mapping[str, Any]) -> str:
        if path[0] != "path":
            raise NotOurs("a constant held against a pattern")
        name = self._field(path, "text")
        flags = "i" * bool(options.get("ignorecase")) + "m" * bool(options.get("multiline"))
        return f"(has({name}) && {name}.matches({_pattern(word, pattern, flags)}))"

    # --- names ------------------------------------------------------------------------------

    def _there(self, path: Tree) -> str:
        return self._has(path, "there")

    def _has(self, path: Tree, sort: str, attribute: str | None = None) -> str:
        return f"has({self._field(path, sort, attribute)})"

    def _field(self, path: Tree, sort: str, attribute: str | None = None) -> str:
        _, root, steps = path
        alias = str(steps[0]) if steps else ""
        if root in {"events", "facts"} or (alias in self._others and len(steps) > 1):
            if alias not in self._others:
                raise NotOurs(f"{alias!r} is bound by no condition before")
            ours, fields = self._others[alias]
            return f"{ours}.{fields.name(Path(steps[1:], attribute), sort)}"
        return self._fields.name(Path(steps, attribute), sort)

    def _filled(self, tree: Tree) -> Tree:
        """Return a tree with a variable's value in its place."""
        match tree:
            case ("path", "vars", steps):
                dotted = ".".join(map(str, steps))
                if dotted not in self._variables:
                    raise NotOurs(f"no variable {dotted!r}")
                value = self._variables[dotted]
                if isinstance(value, list):
                    return ("list", [("literal", one) for one in value])
                return ("literal", value)
            case _:
                return tree

    def _constant(self, tree: Tree) -> Any:
        filled = self._filled(tree)
        if filled[0] != "literal":
            raise NotOurs("a pattern that comes with an event")
        return filled[1]


def constants(tree: Any) -> list[Any]:
    """Return every constant of a tree."""
    if isinstance(tree, tuple) and tree[:1] == ("literal",):
        return [tree[1]]
    if isinstance(tree, tuple | list):
        return [value for part in tree for value in constants(part)]
    return []


def _paths(tree: Any) -> list[Tree]:
    match tree:
        case ("path", "vars", _):
            return []
        case ("path", *_):
            return [tree]
        case tuple() | list():
            return [path for part in tree for path in _paths(part)]
        case _:
            return []


def _any(tests: Any) -> str:
    return "(" + " || ".join(tests) + ")"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    digits = format(Decimal(repr(value)), "f")
    if len(digits.strip("-").replace(".", "").lstrip("0")) > 15:
        raise NotOurs("a number of more than 15 digits")
    return digits


def _pattern(word: str, pattern: Any, flags: str = "") -> str:
    """Return a pattern of ours: ``match`` begins at the beginning, the others anywhere."""
    if not isinstance(pattern, str):
        raise NotOurs("a pattern that is no text")
    begin = "^(?:" if word == "match" else "(?:"
    return _literal((f"(?{flags})" if flags else "") + f"{begin}{pattern})")
