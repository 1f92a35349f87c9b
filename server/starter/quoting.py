"""Any text as YAML: a quoted scalar, or a comment that cannot end."""

from __future__ import annotations

_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def quoted(text: str) -> str:
    """Return a text as a double-quoted scalar; what does not print is escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def comment(text: str, lead: str) -> list[str]:
    """Return the lines of a comment that says a text; control characters become spaces.

    Args:
        text: what to say.
        lead: what each line begins with, ``#`` included.
    """
    lines = text.splitlines() or [""]
    plain = ("".join(c if c.isprintable() else " " for c in line).rstrip() for line in lines)
    return [f"{lead}{line}".rstrip() for line in plain]


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
