"""The journal's signing key and the public key that auditors hold.

Source: c2sp.org/signed-note for the public form ``name+id+base64``; the private form is that
of Go's sumdb/note, so that other tools can use the file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from interlock.engine.journal import files
from interlock.errors import JournalCorrupt, JournalError, JournalUnsafe

_ED25519 = b"\x01"
_KEY_BYTES = 32
_PRIVATE_PREFIX = "PRIVATE+KEY+"
_MOST_FILE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name it signs for."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that precede this key's signatures."""
        return hashlib.sha256(f"{self.name}\n".encode() + _ED25519 + self.public_key).digest()[:4]

    @property
    def text(self) -> str:
        """The key as one prints it: ``name+id+base64``."""
        return f"{self.name}+{self.key_id.hex()}+{encode(_ED25519 + self.public_key)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the verifier of a printed key.

        Raises:
            JournalCorrupt: the text is no Ed25519 verifier key, or its parts disagree.
        """
        name, _, rest = text.partition("+")
        key_id, _, material = rest.partition("+")
        verifier = cls(checked_name(name), _key_bytes(material, "verifier key"))
        if key_id != verifier.key_id.hex():
            raise JournalCorrupt(
                f"the id of verifier key {name} is {verifier.key_id.hex()}, found {key_id}"
            )
        return verifier

    def verify(self, text: str, signature: bytes) -> bool:
        """Return whether the signature of the text is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key and the name it signs for."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        """Take a name without spaces or ``+`` and a key.

        Raises:
            JournalCorrupt: the name cannot stand in a signature line.
        """
        self._key = key
        self.verifier = Verifier(checked_name(name), key.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        """The name on this key's signature lines."""
        return self.verifier.name

    def sign(self, text: str) -> bytes:
        """Return the 64-byte signature of a text."""
        return self._key.sign(text.encode())

    @classmethod
    def generate(cls, name: str) -> Self:
        """Return a signer with a new random key, kept in memory only."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def create(cls, path: Path, name: str) -> Self:
        """Write a new random key to a new file that only its owner may read.

        Raises:
            JournalCorrupt: the name cannot stand in a signature line.
            JournalError: the file exists or cannot be written.
        """
        key = Ed25519PrivateKey.generate()
        signer = cls(name, key)
        material = encode(_ED25519 + key.private_bytes_raw())
        text = f"{_PRIVATE_PREFIX}{name}+{signer.verifier.key_id.hex()}+{material}\n"
        files.write_new(path, text, mode=0o600)
        return signer

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the signer of a key file.

        Raises:
            JournalUnsafe: others than the file's owner may read it.
            JournalCorrupt: it is not a private key in the form of ``create``.
            JournalError: it cannot be read.
        """
        try:
            with path.open(encoding="utf-8") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                text = file.read(_MOST_FILE_BYTES)
        except OSError as error:
            raise JournalError(f"cannot read the signing key {path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise JournalCorrupt(f"the signing key {path} is not text") from error
        if mode & 0o077:
            raise JournalUnsafe(
                f"others may read the signing key {path} (mode {mode:04o}); run chmod 600 on it"
            )
        return cls.parse(text.removesuffix("\n"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the signer of a private key's text.

        Raises:
            JournalCorrupt: it is not ``PRIVATE+KEY+name+id+base64``; the message never quotes it.
        """
        if not text.startswith(_PRIVATE_PREFIX):
            raise JournalCorrupt(f"a signing key begins with {_PRIVATE_PREFIX}")
        name, _, rest = text.removeprefix(_PRIVATE_PREFIX).partition("+")
        key_id, _, material = rest.partition("+")
        seed = _key_bytes(material, "signing key", quote=False)
        signer = cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        if key_id != signer.verifier.key_id.hex():
            raise JournalCorrupt(f"the id of signing key {name} is not that of its key")
        return signer


def checked_name(name: str) -> str:
    """Return a key name that can stand in a signature line.

    Raises:
        JournalCorrupt: it is empty, or holds a space, a control character or ``+``.
    """
    if not name or "+" in name or any(char.isspace() or char < " " for char in name):
        raise JournalCorrupt("a key name is not empty and holds no spaces and no +", found=name)
    return name


def encode(data: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(data).decode()


def decode(text: str, what: str, *, quote: bool = True) -> bytes:
    """Return the bytes of strict base64: one spelling only, so that no bit is left unread.

    Args:
        text: the base64.
        what: what it is, for the message.
        quote: whether an error may quote the text.

    Raises:
        JournalCorrupt: it is not base64, or not its canonical spelling.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or encode(data) != text:
        raise JournalCorrupt(f"the {what} is not base64", found=text if quote else "(secret)")
    return data


def _key_bytes(text: str, what: str, *, quote: bool = True) -> bytes:
    """Return the 32 key bytes of ``base64(type, key)``."""
    raw = decode(text, what, quote=quote)
    if raw[:1] != _ED25519 or len(raw) != 1 + _KEY_BYTES:
        raise JournalCorrupt(f"a {what} is Ed25519: type 1 and {_KEY_BYTES} bytes")
    return raw[1:]
