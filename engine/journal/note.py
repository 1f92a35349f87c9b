"""Signed notes and checkpoints: what an auditor holds of the journal, outside of it.

A note is text and Ed25519 signatures over it; a checkpoint is a note that says how large a
log is and what its root is.  The forms are public, so anybody's tools read ours::

    interlock.example/prod          origin: which log
    65                              size
    aeW5+uFNXAr9AgJscGLpyiUa…=      root hash

    — interlock.example/prod CysqDizsDHj0…

Source: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from interlock.engine.journal.keys import Signer, Verifier, checked_name, decode, encode
from interlock.engine.journal.tree import HASH_BYTES
from interlock.errors import JournalCorrupt

_DASH = "\u2014"
_MOST_SIGNATURES = 100
_MOST_CHARACTERS = 1_000_000
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its first ``size`` entries have this ``root``."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint a note's text states; extension lines are ignored.

        Raises:
            JournalCorrupt: the text is not a checkpoint.
        """
        *lines, rest = text.split("\n")
        if rest or len(lines) < 3 or not all(lines):
            raise JournalCorrupt(
                "a checkpoint is three or more lines: origin, size, root", found=text
            )
        origin, size, root = lines[:3]
        decoded = decode(root, "root hash of a checkpoint")
        if len(decoded) != HASH_BYTES:
            raise JournalCorrupt(f"a root hash is {HASH_BYTES} bytes", found=root)
        return cls(origin=origin, size=_plain_number(size), root=decoded)


def sign_note(text: str, signer: Signer) -> str:
    """Return the note of a text.

    Raises:
        JournalCorrupt: the text does not end in a newline or holds control characters.
    """
    _check_characters(text)
    if not text.endswith("\n"):
        raise JournalCorrupt("the text of a note ends in a newline", found=text)
    signature = encode(signer.verifier.key_id + signer.sign(text))
    return f"{text}\n{_DASH} {signer.name} {signature}\n"


def sign_checkpoint(signer: Signer, origin: str, size: int, root: bytes) -> str:
    """Return the signed checkpoint of a log's first ``size`` entries.

    Raises:
        JournalCorrupt: the origin holds control characters.
    """
    return sign_note(Checkpoint(origin, size, root).text(), signer)


def open_note(note: str, verifier: Verifier) -> str:
    """Return the text of a note, once the verifier's signature on it has been checked.

    Signatures of other keys are ignored, as the standard demands.

    Raises:
        JournalCorrupt: the note is malformed, the key's signature is wrong, or there is none.
    """
    text, signatures = _split(note)
    mine = [
        signature[4:]
        for name, signature in signatures
        if name == verifier.name and signature[:4] == verifier.key_id
    ]
    if not mine:
        found = ", ".join(sorted({name for name, _ in signatures}))
        raise JournalCorrupt(
            f"the note is not signed by {verifier.name}+{verifier.key_id.hex()}, but by {found}"
        )
    if not all(verifier.verify(text, signature) for signature in mine):
        raise JournalCorrupt(f"the signature of {verifier.name} is not of this text", found=text)
    return text


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint of a note that the verifier's key signed.

    Raises:
        JournalCorrupt: the note does not open, or is no checkpoint.
    """
    return Checkpoint.parse(open_note(note, verifier))


def read_checkpoint(note: str) -> Checkpoint:
    """Return what a checkpoint says, believing it: for a reader who has no key.

    Raises:
        JournalCorrupt: the note is malformed, or no checkpoint.
    """
    return Checkpoint.parse(_split(note)[0])


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the text of a note and the (key name, signature) of its lines."""
    _check_characters(note)
    text, blank, block = note.rpartition("\n\n")
    *lines, rest = block.split("\n")
    if not blank or rest or not 1 <= len(lines) <= _MOST_SIGNATURES:
        raise JournalCorrupt(
            f"a note is a text, a blank line and 1 to {_MOST_SIGNATURES} signature lines",
            found=note,
        )
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, material = rest.partition(" ")
    if dash != _DASH:
        raise JournalCorrupt(f"a signature line begins with {_DASH}", found=line)
    signature = decode(material, "signature")
    if len(signature) < 5:
        raise JournalCorrupt("a signature is a key id and at least one byte", found=line)
    return checked_name(name), signature


def _check_characters(text: str) -> None:
    if len(text) > _MOST_CHARACTERS:
        raise JournalCorrupt(f"a note has at most {_MOST_CHARACTERS} characters, has {len(text)}")
    if any(char < " " and char != "\n" for char in text):
        raise JournalCorrupt("a note holds no control characters but newlines")
    try:
        text.encode()
    except UnicodeEncodeError as error:  # what surrogateescape let through
        raise JournalCorrupt("a note is valid UTF-8") from error


def _plain_number(text: str) -> int:
    plain = text.isascii() and text.isdecimal() and (text == "0" or text[0] != "0")
    if not plain or len(text) > _MOST_DIGITS:
        raise JournalCorrupt("the size of a checkpoint is a plain number", found=text)
    return int(text)
