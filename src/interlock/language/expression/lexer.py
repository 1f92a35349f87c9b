"""Text → tokens, with the offset of each and a hint for what other languages would write.

Guarantees: linear in the text; never reads past 20,000 characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, NoReturn, TypeAlias

from interlock.language.expression.errors import ExpressionError

MAX_LENGTH: Final = 20_000
"""Most characters one expression may have."""

TokenKind: TypeAlias = Literal["number", "string", "name", "operator", "end"]


class Token(NamedTuple):
    """A piece of an expression."""

    kind: TokenKind
    text: str
    """As written; empty at the end."""
    start: int
    """Offset of its first character in the whole text."""

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)


_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<string>[rR]"[^"\n]*"|[rR]'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<operator>\|\||&&|==|!=|<=|>=|[-+*/%!<>?:.,()\[\]])
    """,
    re.VERBOSE | re.ASCII,
)

_HINTS: Final[Mapping[str, str]] = {
    "&": "write && for AND",
    "|": "write || for OR",
    "=": "write == to compare",
    "{": "there are no maps and no {{ templates }}; write the expression alone",
    "$": "${…} is for templates; write the expression alone",
    "“": 'write straight quotes: "…"',
    "”": 'write straight quotes: "…"',
    "‘": 'write straight quotes: "…"',
    "’": 'write straight quotes: "…"',
    ";": "write one condition for each line",
}


def tokenize(text: str, start: int = 0, *, in_template: bool = False) -> list[Token]:
    """Return the tokens of an expression; the last is always of kind ``end``.

    Args:
        text: the whole text; offsets count in it.
        start: where the expression begins.
        in_template: whether it ends before the first ``}`` outside quotes, instead of at the
            end of the text.

    Raises:
        ExpressionError: RE100 no token of the language, or a ``}`` is missing; RE102 too long.
    """
    tokens: list[Token] = []
    at, match = start, _TOKEN.match
    while at < len(text):
        found = match(text, at)
        if found is None:
            if not in_template or text[at] != "}":
                _refuse(text, at)
            break
        if found.lastgroup != "space":
            _append(tokens, found)
        at = found.end()
        if at - start > MAX_LENGTH:
            message = f"expression is longer than {MAX_LENGTH:,} characters"
            raise ExpressionError(message, start, at, "RE102")
    if in_template and at >= len(text):
        raise ExpressionError("'${' has no closing '}'", max(start - 2, 0), start)
    tokens.append(Token("end", "", at))
    return tokens


def _append(tokens: list[Token], found: re.Match[str]) -> None:
    kind, start = found.lastgroup, found.start()
    last = tokens[-1] if tokens else None
    if kind == "name" and last and last.kind == "number" and last.end == start:
        raise _glued(last, found[0])
    tokens.append(Token(kind, found[0], start))  # type: ignore[arg-type]  # the pattern's groups are the kinds


def _glued(number: Token, suffix: str) -> ExpressionError:
    """Return the fault of ``15m``, ``0x1F`` or ``1_000``."""
    written = number.text + suffix
    hint = "write numbers in decimal digits"
    if suffix in {"ms", "s", "m", "h", "d", "w"}:
        hint = f'write duration("{written}")'
    return ExpressionError(
        f"{written!r} is not a number", number.start, number.end + len(suffix), hint=hint
    )


def _refuse(text: str, at: int) -> NoReturn:
    letter = text[at]
    if letter in "\"'":
        line = text[at:].split("\n", 1)[0]
        message = "text in quotes does not end on its line"
        raise ExpressionError(message, at, at + len(line), hint=f"close it with {letter}")
    message = f"unexpected character {letter!r}"
    raise ExpressionError(message, at, at + 1, hint=_HINTS.get(letter))


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))")
_SIMPLE: Final[Mapping[str, str]] = {
    "\\": "\\",
    '"': '"',
    "'": "'",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}


def unquote(token: Token) -> str:
    """Return the text a string token stands for; ``r"…"`` takes backslashes as they are.

    Raises:
        ExpressionError: RE100 unknown escape, or a character that UTF-8 cannot write.
    """
    if token.text[0] in "rR":
        value = token.text[2:-1]
    else:
        value = _ESCAPE.sub(lambda found: _unescape(token, found), token.text[1:-1])
    if re.search("[\ud800-\udfff]", value):
        raise ExpressionError("text holds half of a surrogate pair", token.start, token.end)
    return value


def _unescape(token: Token, found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    number = int(code, 16) if code else -1
    if 0 <= number <= 0x10FFFF:
        return chr(number)
    if code is None and found[4] in _SIMPLE:
        return _SIMPLE[found[4]]
    start = token.start + 1 + found.start()
    raise ExpressionError(
        f"unknown escape {found[0]!r}",
        start,
        start + len(found[0]),
        hint='write \\\\ for a backslash, or r"…" for text that takes them as they are',
    )
