"""A private key is its owner's alone; a public key that was mangled is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.journal.keys import Signer, Verifier
from interlock.errors import JournalCorrupt, JournalError, JournalUnsafe

VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"


def pieces(text: str) -> list[str]:
    """Return every part of a text but the whole."""
    ends = range(len(text) + 1)
    return [text[i:j] for i in ends for j in ends[i:] if (i, j) != (0, len(text))]


def bumped(text: str) -> list[str]:
    """Return the text with each of its characters one higher, in turn."""
    return [text[:i] + chr(ord(text[i]) + 1) + text[i + 1 :] for i in range(len(text))]


def accepted(parse: type[Verifier | Signer], texts: list[str]) -> list[str]:
    """Return the texts that parse."""
    taken = []
    for text in texts:
        try:
            parse.parse(text)
        except JournalCorrupt:
            continue
        taken.append(text)
    return taken


def test_a_printed_key_reads_back() -> None:
    assert Verifier.parse(VERIFIER).text == VERIFIER


def test_a_private_key_has_the_public_key_of_the_reference() -> None:
    assert Signer.parse(SIGNER).verifier == Verifier.parse(VERIFIER)


def test_no_part_of_a_public_key_is_taken_for_it() -> None:
    assert accepted(Verifier, [*pieces(VERIFIER), *bumped(VERIFIER)]) == []


def test_no_part_of_a_private_key_is_taken_for_it() -> None:
    assert accepted(Signer, [*pieces(SIGNER), *bumped(SIGNER)]) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            id="a long key with its own id",
        ),
        pytest.param(
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            id="an unknown algorithm with its own id",
        ),
        pytest.param(f" {VERIFIER}", id="a space before"),
        pytest.param(f"{VERIFIER}\n", id="a newline after"),
        pytest.param(VERIFIER.replace("Peter", "Peter "), id="a space in the name"),
        pytest.param(VERIFIER.replace("c74f", "C74F"), id="an id in capitals"),
    ],
)
def test_a_key_that_is_not_as_printed_is_refused(text: str) -> None:
    with pytest.raises(JournalCorrupt):
        Verifier.parse(text)


def test_what_a_key_signs_it_verifies() -> None:
    signer = Signer.generate("example")

    assert signer.verifier.verify("hello", signer.sign("hello"))
    assert not signer.verifier.verify("Hello", signer.sign("hello"))


def test_no_two_generated_keys_are_equal() -> None:
    assert Signer.generate("example").verifier != Signer.generate("example").verifier


def test_a_key_file_is_its_owners_alone_and_loads(tmp_path: Path) -> None:
    made = Signer.create(tmp_path / "key", "interlock.example/test")

    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert Signer.load(tmp_path / "key").verifier == made.verifier


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_file_open_to_others_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    Signer.create(tmp_path / "key", "example")
    (tmp_path / "key").chmod(mode)

    with pytest.raises(JournalUnsafe, match="chmod 600"):
        Signer.load(tmp_path / "key")


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    Signer.create(tmp_path / "key", "example")

    with pytest.raises(JournalError, match="File exists"):
        Signer.create(tmp_path / "key", "example")


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"missing.*No such file"):
        Signer.load(tmp_path / "missing")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"PRIVATE+KEY+x+00000000+AAAA"])
def test_a_key_file_of_something_else_is_refused_and_not_quoted(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(0o600)

    with pytest.raises(JournalCorrupt) as caught:
        Signer.load(tmp_path / "key")
    assert "AAAA" not in f"{caught.value} {caught.value.details}"


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\there", "line\n"])
def test_a_name_that_cannot_stand_in_a_signature_line_is_refused(name: str) -> None:
    with pytest.raises(JournalCorrupt, match="key name"):
        Signer.generate(name)
