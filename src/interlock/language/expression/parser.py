"""Tokens → syntax tree: a Pratt parser, the grammar of CEL less maps, comments and
all macros but ``has``, ``exists`` and ``all``.

Guarantees: linear in the text; nesting is bounded before anything recurses over the tree, so no
text, however hostile, exhausts the stack.

Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, cast

from interlock.digest import MAX_INTEGER
from interlock.language.expression.errors import ExpressionError
from interlock.language.expression.lexer import Token, tokenize, unquote
from interlock.language.expression.misread import (
    chained,
    no_value,
    reserved,
    shown,
    too_deep,
    too_long,
    unexpected,
)
from interlock.language.expression.syntax import (
    COMPARE_OPERATORS,
    QUANTIFIERS,
    Binary,
    BinaryOperator,
    Call,
    Conditional,
    Index,
    ListLiteral,
    Literal,
    Logical,
    LogicalOperator,
    Name,
    Node,
    Quantifier,
    QuantifierWord,
    Select,
    Unary,
    UnaryOperator,
    children,
)
from interlock.language.values import BOOL, INT, MAX_SCALE, STRING, double, parse_decimal

MAX_DEPTH: Final = 40
"""Most levels an expression may nest."""

POWER: Final[Mapping[str, int]] = {
    "?": 1,
    "||": 2,
    "&&": 3,
    **dict.fromkeys([*COMPARE_OPERATORS, "in"], 4),
    **dict.fromkeys("+-", 5),
    **dict.fromkeys("*/%", 6),
}
"""How strongly each infix operator binds."""

UNARY_POWER: Final = 7

RESERVED_WORDS: Final = frozenset({"true", "false", "null", "in", "and", "or", "not", "is", "now"})
"""Words that cannot name a field or alias."""


def parse(text: str) -> Node:
    """Return the syntax tree of an expression.

    Args:
        text: at most 20,000 characters and 40 levels deep.

    Raises:
        ExpressionError: RE100 syntax, RE101 unknown operator word, RE102 too deep or long, RE103
            chained comparison, RE104 clock.
    """
    return _parsed(text) if len(text) <= _SHORT else parse_tokens(tokenize(text))


_SHORT: Final = 400
"""Longest text whose tree is kept, in characters, so that little is kept of hostile ones."""


@lru_cache(maxsize=1_024)  # a text is checked, sorted and printed soon after it was read
def _parsed(text: str) -> Node:
    return parse_tokens(tokenize(text))


def parse_tokens(tokens: list[Token]) -> Node:
    """Return the syntax tree of one whole list of tokens.

    Raises:
        ExpressionError: as ``parse``.
    """
    parser = _Parser(tokens)
    node = parser.whole()
    if len(tokens) > MAX_DEPTH:  # every node has a token of its own
        _refuse_height(node)
    return node


class _Parser:
    """A place in the tokens, and how deep it is nested there."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def peek(self) -> Token:
        """The next token."""
        return self._tokens[self._at]

    def whole(self) -> Node:
        """Parse one expression that takes all tokens."""
        node = self.expression(0)
        if self.peek.kind != "end":
            raise unexpected(self.peek)
        return node

    def expression(self, floor: int) -> Node:
        """Parse operands joined by operators that bind stronger than ``floor``."""
        left = self._unary()
        compared = False
        while (power := self._power()) > floor:
            operator = self._take()
            if power == POWER["=="]:
                if compared:
                    raise chained(operator)
                compared = True
            left = self._infix(operator.text, power, left)
        return left

    def _power(self) -> int:
        token = self.peek
        is_operator = token.kind == "operator" or token.text == "in"
        return POWER.get(token.text, 0) if is_operator else 0

    def _infix(self, operator: str, power: int, left: Node) -> Node:
        if operator == "?":
            then = self._nested()
            self._need(":")
            otherwise = self._nested()
            return Conditional(left.start, otherwise.end, left, then, otherwise)
        right = self.expression(power)
        if operator in {"&&", "||"}:
            operands = (*_same(operator, left), *_same(operator, right))
            return Logical(left.start, right.end, cast("LogicalOperator", operator), operands)
        return Binary(left.start, right.end, cast("BinaryOperator", operator), left, right)

    def _nested(self) -> Node:
        self._enter()
        node = self.expression(0)
        self._depth -= 1
        return node

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_deep(self.peek.start, self.peek.end, MAX_DEPTH)

    def _unary(self) -> Node:
        token = self.peek
        if token.kind != "operator" or token.text not in {"!", "-"}:
            return self._postfix(self._primary())
        self._take()
        self._enter()
        operand = self._unary()
        self._depth -= 1
        if token.text == "-" and isinstance(operand, Literal) and operand.type.is_number:
            return Literal(token.start, operand.end, operand.type, -cast("int", operand.value))
        return Unary(token.start, operand.end, cast("UnaryOperator", token.text), operand)

    def _primary(self) -> Node:
        token = self._take()
        match token.kind, token.text:
            case "number", _:
                return _number(token)
            case "string", _:
                return Literal(token.start, token.end, STRING, unquote(token))
            case "name", _:
                return self._name(token)
            case _, "(":
                inner = self._nested()
                self._need(")")
                return inner
            case _, "[":
                items = self._list("]")
                return ListLiteral(token.start, self._before.end, items)
            case _:
                raise no_value(token)

    def _name(self, token: Token) -> Node:
        if token.text in {"true", "false"}:
            return Literal(token.start, token.end, BOOL, token.text == "true")
        if token.text in RESERVED_WORDS:
            raise reserved(token)
        if self._accept("("):
            arguments = self._list(")")
            return Call(token.start, self._before.end, token.text, None, arguments)
        return Name(token.start, token.end, token.text)

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._accept("."):
                node = self._member(node)
            elif self._accept("["):
                index = self._nested()
                self._need("]")
                node = Index(node.start, self._before.end, node, index)
            else:
                return node

    def _member(self, node: Node) -> Node:
        token = self._take()
        if token.kind != "name":
            message = f"expected a field name after '.', found {shown(token)}"
            raise ExpressionError(message, token.start, token.end)
        if self._accept("("):
            arguments = self._list(")")
            if token.text in QUANTIFIERS:
                return _quantifier(node, token, arguments, self._before.end)
            return Call(node.start, self._before.end, token.text, node, arguments)
        return Select(node.start, token.end, node, token.text)

    def _list(self, closing: str) -> tuple[Node, ...]:
        """Parse expressions between commas up to and including ``closing``."""
        if self._accept(closing):
            return ()
        items = [self._nested()]
        while self._accept(","):
            items.append(self._nested())
        self._need(closing)
        return tuple(items)

    @property
    def _before(self) -> Token:
        return self._tokens[self._at - 1]

    def _take(self) -> Token:
        token = self.peek
        if token.kind != "end":
            self._at += 1
        return token

    def _accept(self, operator: str) -> bool:
        if self.peek.kind == "operator" and self.peek.text == operator:
            self._at += 1
            return True
        return False

    def _need(self, operator: str) -> None:
        if not self._accept(operator):
            raise unexpected(self.peek, operator)


def _same(operator: str, node: Node) -> tuple[Node, ...]:
    if isinstance(node, Logical) and node.operator == operator:
        return node.operands
    return (node,)


def _quantifier(operand: Node, word: Token, arguments: tuple[Node, ...], end: int) -> Quantifier:
    match arguments:
        case (Name(name=item), test):
            quantifier = cast("QuantifierWord", word.text)
            return Quantifier(operand.start, end, quantifier, operand, item, test)
        case _:
            message = f"{word.text!r} takes a name for the item and a condition about it"
            hint = f"write list.{word.text}(item, item > 1)"
            raise ExpressionError(message, word.start, end, hint=hint)


def _number(token: Token) -> Literal:
    """Return a number without trailing zeros; a decimal has one digit after the point at least."""
    try:
        units, scale = parse_decimal(token.text)
    except ValueError:
        raise too_long(token) from None
    is_decimal = not token.text.isdigit()
    if is_decimal and scale == 0:
        units, scale = units * 10, 1
    while scale > 1 and units % 10 == 0:
        units, scale = units // 10, scale - 1
    if units > MAX_INTEGER or scale > MAX_SCALE:
        raise too_long(token)
    return Literal(token.start, token.end, double(scale) if is_decimal else INT, units)


def _refuse_height(node: Node) -> None:
    """Refuse trees too tall for functions that recurse, such as ``a + b + c + …``."""
    level, height = [node], 0
    while level:
        height += 1
        if height > MAX_DEPTH:
            raise too_deep(level[0].start, level[0].end, MAX_DEPTH)
        level = [below for one in level for below in children(one)]
