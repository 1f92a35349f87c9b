"""Notes and checkpoints are those of c2sp.org; the cases are Go's sumdb/note's."""

from __future__ import annotations

import base64

import pytest

from interlock.engine.journal.keys import Signer, Verifier
from interlock.engine.journal.note import (
    Checkpoint,
    open_checkpoint,
    open_note,
    read_checkpoint,
    sign_checkpoint,
    sign_note,
)
from interlock.errors import JournalCorrupt
from tests.unit.engine.journal.samples import ORIGIN, SIGNER

PETER = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
PETERS_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = Verifier.parse("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
BY_PETER = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngo"
    "tpRZb6KE6RyyBwJnAM=\n"
)
BY_ENOCH = (
    "\u2014 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWL"
    "ox33WWd1RvMc+QQ=\n"
)
NOTE = TEXT + "\n" + BY_PETER


def test_the_reference_note_opens() -> None:
    assert open_note(NOTE, PETER) == TEXT


def test_we_sign_the_reference_note_to_the_letter() -> None:
    assert sign_note(TEXT, Signer.parse(PETERS_KEY)) == NOTE


def test_of_two_signatures_each_key_opens_its_own() -> None:
    note = NOTE + BY_ENOCH

    assert (TEXT, TEXT) == (open_note(note, PETER), open_note(note, ENOCH))


def test_a_note_of_another_key_does_not_open_and_says_who_signed() -> None:
    with pytest.raises(JournalCorrupt, match=r"not signed by EnochRoot.*by PeterNeumann"):
        open_note(NOTE, ENOCH)


def test_a_key_of_the_same_name_and_another_id_is_another_key() -> None:
    with pytest.raises(JournalCorrupt, match="not signed by"):
        open_note(NOTE, Signer.generate("PeterNeumann").verifier)


def test_a_changed_text_does_not_open() -> None:
    with pytest.raises(JournalCorrupt, match="not of this text"):
        open_note(NOTE.replace("answer", "Answer"), PETER)


def test_a_wrong_signature_beside_a_right_one_spoils_the_note() -> None:
    key_id = base64.b64encode(PETER.key_id + bytes(64)).decode()
    forged = f"\u2014 PeterNeumann {key_id}\n"

    with pytest.raises(JournalCorrupt, match="not of this text"):
        open_note(NOTE + forged, PETER)


@pytest.mark.parametrize(
    "note",
    [
        pytest.param("", id="nothing"),
        pytest.param(TEXT, id="no signatures"),
        pytest.param(TEXT + "\n", id="no signature lines"),
        pytest.param(NOTE[:-1], id="no last newline"),
        pytest.param("\x01" + NOTE, id="a control character"),
        pytest.param("\t" + NOTE, id="a tab"),
        pytest.param("\udcff" + NOTE, id="not UTF-8"),
        pytest.param(NOTE + "Unexpected line.\n", id="a line that is no signature"),
        pytest.param(NOTE.replace("\u2014 P", "- P"), id="a hyphen for a dash"),
        pytest.param(NOTE.replace("PeterNeumann", "Peter Neumann"), id="a space in the name"),
        pytest.param(NOTE.replace("PeterNeumann", "Peter+Neumann"), id="a plus in the name"),
        pytest.param(NOTE.replace("PeterNeumann", ""), id="no name"),
        pytest.param(NOTE.replace("x08g", "x0 8g"), id="a space in the signature"),
        pytest.param(NOTE.replace("JnAM=", "JnAN="), id="a second spelling of the same bytes"),
        pytest.param(TEXT + "\n\u2014 PeterNeumann x08gow==\n", id="a signature of nothing"),
        pytest.param(TEXT + "\n" + BY_PETER * 101, id="too many signatures"),
        pytest.param("x" * 1_000_001 + "\n\n" + BY_PETER, id="too long"),
    ],
)
def test_a_malformed_note_does_not_open(note: str) -> None:
    with pytest.raises(JournalCorrupt):
        open_note(note, PETER)


@pytest.mark.parametrize("text", ["no newline", "a\ttab\n", "\udcff\n", ""])
def test_what_is_no_text_of_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(JournalCorrupt):
        sign_note(text, SIGNER)


def test_a_checkpoint_reads_as_it_was_signed() -> None:
    root = bytes(range(32))
    note = sign_checkpoint(SIGNER, ORIGIN, 65, root)

    assert Checkpoint(ORIGIN, 65, root) == open_checkpoint(note, SIGNER.verifier)
    assert Checkpoint(ORIGIN, 65, root) == read_checkpoint(note)


def test_the_checkpoint_of_the_standard_reads() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    checkpoint = Checkpoint.parse(text)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text() == text


def test_extension_lines_are_read_over() -> None:
    text = Checkpoint(ORIGIN, 1, bytes(32)).text() + "an extension\n"

    assert Checkpoint.parse(text).size == 1


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"log\n1\n{ROOT}", id="no last newline"),
        pytest.param("log\n1\n", id="no root"),
        pytest.param(f"\n1\n{ROOT}\n", id="no origin"),
        pytest.param(f"log\n01\n{ROOT}\n", id="a leading zero"),
        pytest.param(f"log\n-1\n{ROOT}\n", id="a negative size"),
        pytest.param(f"log\n+1\n{ROOT}\n", id="a sign"),
        pytest.param(f"log\n1_0\n{ROOT}\n", id="an underscore"),
        pytest.param(f"log\n\u0661\n{ROOT}\n", id="another script's digit"),
        pytest.param(f"log\n{'9' * 5000}\n{ROOT}\n", id="a size without end"),
        pytest.param("log\n1\nAAAA\n", id="a short root"),
        pytest.param(f"log\n1\n{ROOT[:-1]}\n", id="broken base64"),
        pytest.param(f"log\n1\n{ROOT}\n\n", id="an empty extension line"),
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(JournalCorrupt):
        Checkpoint.parse(text)


def test_a_signed_note_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(JournalCorrupt, match="checkpoint"):
        open_checkpoint(sign_note("hello\n", SIGNER), SIGNER.verifier)
