"""Laws of notes: what opens was signed; what is read was written; noise is refused by name."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from tests.unit.engine.journal.samples import SIGNER

letters = st.characters(min_codepoint=32, exclude_categories=["Cs"])
texts = st.text(letters | st.just("\n"), max_size=200).map(lambda text: text + "\n")
origins = st.text(letters, min_size=1, max_size=50)
roots = st.binary(min_size=32, max_size=32)


@given(texts)
def test_a_note_opens_to_its_text(text: str) -> None:
    """open(sign(t)) == t."""
    assert open_note(sign_note(text, SIGNER), SIGNER.verifier) == text


@given(origins, st.integers(0, 2**53), roots)
def test_a_checkpoint_reads_as_written(origin: str, size: int, root: bytes) -> None:
    """open(sign(checkpoint)) == checkpoint."""
    note = sign_checkpoint(SIGNER, origin, size, root)

    assert open_checkpoint(note, SIGNER.verifier) == Checkpoint(origin, size, root)


@given(roots, st.data())
def test_a_changed_note_does_not_open_to_another_text(root: bytes, data: st.DataObject) -> None:
    """Change, cut or double any character: it is refused, or it is the same text."""
    note = sign_checkpoint(SIGNER, "log.example", 7, root)
    at = data.draw(st.integers(0, len(note) - 1))
    instead = data.draw(st.sampled_from(["", note[at] * 2]) | letters | st.just("\n"))

    changed = note[:at] + instead + note[at + 1 :]

    with contextlib.suppress(JournalCorrupt):
        assert open_note(changed, SIGNER.verifier) == Checkpoint("log.example", 7, root).text()


@given(st.text(max_size=300) | st.text("\n\u2014 +ab=01", max_size=300))
def test_noise_is_refused_by_name(text: str) -> None:
    """Whatever the bytes, the only error is JournalCorrupt."""
    for read in (
        read_checkpoint,
        Checkpoint.parse,
        Verifier.parse,
        Signer.parse,
        lambda note: open_note(note, SIGNER.verifier),
    ):
        with pytest.raises(JournalCorrupt):
            read(text)
