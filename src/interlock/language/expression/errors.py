"""The fault an expression or template can have: a stretch of its text, a code and a hint."""

from __future__ import annotations

from typing_extensions import override


class ExpressionError(Exception):
    """One fault inside an expression; loaders turn it into a located ``Diagnostic``.

    Attributes:
        message: what is wrong, expected and found.
        start: offset of the first character at fault, from 0, in the text that was parsed.
        end: offset after the last one.
        code: RE1xx (syntax) or RV2xx (types and names).
        hint: what to write instead, or None.
        within: positions of the list items around the text, when an argument is a list.
    """

    def __init__(
        self, message: str, start: int, end: int, code: str = "RE100", hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = max(end, start + 1)
        self.code = code
        self.hint = hint
        self.within: tuple[int, ...] = ()

    @override
    def __str__(self) -> str:
        """Return ``[CODE] message (hint)``."""
        return f"[{self.code}] {self.message}" + (f" ({self.hint})" if self.hint else "")
