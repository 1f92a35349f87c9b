"""Text of strangers, so shown that it cannot drive the terminal it is shown on.

Whatever is not printable is written as an escape: control characters (ESC, CSI, newlines),
what changes the direction of text (U+202E), what cannot be seen (U+200B, U+FEFF), lone
surrogates and unassigned characters.  A backslash stays as it is, because patterns hold many;
JSON output is exact.

Source: CVE-2021-42574 (bidirectional text), ECMA-48 (control sequences).
"""

from __future__ import annotations

import json


def harmless(text: str) -> str:
    r"""Return the text in one line of printable characters; ESC becomes ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def harmless_json(value: object, *, indent: int | None = None) -> str:
    """Return JSON in plain ASCII: exact, and harmless on a terminal too."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, indent=indent)
    return text.replace("\x7f", "\\u007f")


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
