"""Makes text of what a program or server said; its words are data and may be hostile.

Guarantee: the result holds no terminal sequences, no control characters but newline and
tab, and no characters that reorder text on screen; it is never longer than asked.
"""

from __future__ import annotations

import re

MESSAGE_CHARACTERS = 4_000
"""The longest message an attempt's result carries."""

CODE_CHARACTERS = 64
"""The longest code an attempt's result carries."""

_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC and friends: titles, clipboard, links
    r"|\x1b[ -/]*[0-~]"  # two-byte escapes
    r"|\x9b[0-?]*[ -/]*[@-~]"  # CSI in its one-byte form
)
_NOT_WORD = re.compile(r"[^A-Za-z0-9_.-]+")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # C0 without tab and newline, DEL, C1
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # bidirectional controls
)


def plain(raw: bytes | str, limit: int = MESSAGE_CHARACTERS) -> str:
    """Return readable text, keeping the end when it is longer than ``limit`` characters.

    Args:
        raw: bytes are read as UTF-8; what is not becomes U+FFFD.
        limit: at least 1.
    """
    text = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw
    text = text.replace("\r\n", "\n").encode("utf-8", errors="replace").decode("utf-8")
    text = _CONTROL.sub("", _SEQUENCE.sub("", text)).strip()
    return text if len(text) <= limit else "…" + text[len(text) - limit + 1 :]


def word(raw: str) -> str:
    """Return a result code: letters, digits, ``_``, ``-`` and ``.``; other runs become ``_``."""
    return _NOT_WORD.sub("_", raw).strip("_")[:CODE_CHARACTERS]
