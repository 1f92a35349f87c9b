"""Takes secrets out of texts: by the name of their field, and by what they look like.

Equal texts stay equal, so that what joined still joins; nothing else of them is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

NAMES: Final = re.compile(
    r"passw|passphrase|secret|token|api_?key|authori[sz]ation|cookie|credential|private_?key|session",
    re.IGNORECASE,
)
"""What the name of a field that holds a secret has in it."""

LOOKS: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{8,}\.[\w-]{8,}\.|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_\w{20,}|\bxox[abprs]-\w{8,}|://[^/\s:@]+:[^/\s@]+@|\b[Bb]earer\s+\S{8,}"
)
"""Private keys, JSON web tokens, cloud and forge keys, URLs with a password, bearer tokens."""


class Redaction:
    """Remembers what it has taken out.

    Args:
        names: further fields whose texts are taken out.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(names)
        self._seen: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many different texts were taken out."""
        return len(self._seen)

    def of(self, name: str, value: object) -> object:
        """Return a value as it may be shown; lists item by item.

        Args:
            name: the field it is of.
            value: numbers and truth values stay.
        """
        if isinstance(value, list | tuple):
            return [self.of(name, item) for item in value]
        if not isinstance(value, str) or not value:
            return value
        if name in self._names or NAMES.search(name) or LOOKS.search(value):
            return self._seen.setdefault(value, f"redacted-{len(self._seen) + 1}")
        return value
