"""The peer's condition texts as trees: ``(kind, …)`` tuples.

::

    ("or" | "and", left, right)      ("not", operand)        ("path", root, steps)
    ("compare", operator, l, r)      ("in", l, r)            ("literal", value)
    ("contains", l, r)               ("defined", path)       ("list", items)
    ("text", word, path, pattern)    ("select", path, attribute, operator, value)
    ("add" | "subtract", l, r)

A negated ``is not``, ``not in`` or ``not contains`` is ``("not", …)``.  ``and`` binds stronger than
``or``, as everywhere but in the peer, which gives both one precedence.
"""

from __future__ import annotations

import json
import re
from typing import Any

Tree = tuple[Any, ...]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<string>"[^"]*"|'[^']*')
    | (?P<operator><<|==|!=|<=|>=|[<>()\[\],.+\-*/=])
    | (?P<word>[^\W\d]\w*)
    )""",
    re.VERBOSE,
)
_CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "null": None}
_COMPARE = {"==", "!=", "<", "<=", ">", ">="}
_SELECT = {*_COMPARE, "match", "search", "regex", "contains", "not contains"}


class NotOurs(ValueError):
    """A condition that is no text of the peer's language, or has no counterpart in ours."""


def parse(text: str) -> tuple[str | None, Tree]:
    """Return the name a condition binds, if it does, and its tree."""
    reader = _Reader(text)
    binding = reader.binding()
    tree = reader.condition()
    reader.need_end()
    return binding, tree


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens, at = [], 0
        text = text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise NotOurs(f"no token at {text[at : at + 20]!r}")
            self._tokens.append((found.lastgroup, found[found.lastgroup or 0].strip()))
            at = found.end()
        self._at = 0

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at][1] if at < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise NotOurs("it ends too soon")
        self._at += 1
        kind, text = self._tokens[self._at - 1]
        return str(kind), text

    def _accept(self, *texts: str) -> bool:
        if all(self._peek(ahead) == text for ahead, text in enumerate(texts)):
            self._at += len(texts)
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._accept(text):
            raise NotOurs(f"expected {text!r}, found {self._peek()!r}")

    def need_end(self) -> None:
        if self._peek():
            raise NotOurs(f"{self._peek()!r} is left over")

    def binding(self) -> str | None:
        if self._peek(1) == "." and self._peek(3) == "<<":
            name = self._peek(2)
            self._at += 4
            return name
        return None

    def condition(self) -> Tree:
        left = self._conjunction()
        while self._accept("or"):
            left = ("or", left, self._conjunction())
        return left

    def _conjunction(self) -> Tree:
        left = self._negation()
        while self._accept("and"):
            left = ("and", left, self._negation())
        return left

    def _negation(self) -> Tree:
        return ("not", self._negation()) if self._accept("not") else self._test()

    def _test(self) -> Tree:
        if self._accept("("):
            inner = self.condition()
            self._need(")")
            if self._peek() not in {*_COMPARE, "+", "-", "in", "contains", "is"}:
                return inner
            return self._after(self._sum(inner))
        return self._after(self._sum(self._operand()))

    def _sum(self, left: Tree) -> Tree:
        if re.fullmatch(r"-[\d.]+", self._peek()):  # ``a -1`` is a difference, too
            return ("add", left, self._operand())
        while self._peek() in {"+", "-"}:
            word = {"+": "add", "-": "subtract"}[self._take()[1]]
            left = (word, left, self._operand())
        return left

    def _after(self, left: Tree) -> Tree:
        if self._peek() in _COMPARE:
            return ("compare", self._take()[1], left, self._sum(self._operand()))
        negated = self._accept("not") or self._accept("is", "not")
        if self._accept("in"):
            test: Tree = ("in", left, self._operand())
        elif self._accept("contains"):
            test = ("contains", left, self._operand())
        elif negated or self._accept("is"):
            test = self._is(left)
        else:
            return left
        return ("not", test) if negated else test

    def _is(self, left: Tree) -> Tree:
        word = self._take()[1]
        if word == "defined":
            return ("defined", left)
        self._need("(")
        arguments, options = [], {}
        while not self._accept(")"):
            if self._peek(1) == "=":
                name = self._take()[1]
                self._take()
                options[name] = self._operand()[1]
            else:
                arguments.append(self._operand())
            self._accept(",")
        if word in {"match", "search", "regex"}:
            return ("text", word, left, arguments[0], options)
        attribute = arguments.pop(0)[1] if word == "selectattr" else None
        if arguments[0][1] not in _SELECT | ({"in", "not in"} if attribute else set()):
            raise NotOurs(f"no operator {arguments[0][1]!r}")
        return ("select", left, attribute, arguments[0][1], arguments[1])

    def _operand(self) -> Tree:
        if self._accept("("):
            inner = self._sum(self._operand())
            self._need(")")
            return inner
        kind, text = self._take()
        if kind == "number":
            return ("literal", json.loads(text))
        if kind == "string":
            return ("literal", text[1:-1].replace("\\n", "\n"))
        if text == "[":
            items = []
            while not self._accept("]"):
                items.append(self._operand())
                self._accept(",")
            return ("list", items)
        if text in _CONSTANTS:
            return ("literal", _CONSTANTS[text])
        if kind == "word" and text in {"event", "events", "fact", "facts", "vars"}:
            return ("path", text, self._steps())
        raise NotOurs(f"{text!r} is no value")

    def _steps(self) -> tuple[str | int, ...]:
        steps: list[str | int] = []
        while True:
            if self._accept("."):
                steps.append(self._take()[1])
            elif self._accept("["):
                step = self._operand()[1]
                if not isinstance(step, str | int):
                    raise NotOurs(f"{step!r} is no index")
                steps.append(step)
                self._need("]")
            else:
                return tuple(steps)
