"""The signing key of a store and the public half beside it."""

from __future__ import annotations

from interlock.engine.journal import files
from interlock.engine.journal.keys import Signer
from interlock.errors import JournalError
from interlock.server.settings import Settings


def own_key(settings: Settings) -> Signer:
    """Return the signer of the store, made with it, and keep its public key beside it.

    Raises:
        JournalUnsafe: others may read the key.
        JournalCorrupt: it is no key.
        JournalError: the folder cannot be written, or the store is there without its key: a
            new one could not continue what the old one has signed.
    """
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(f"cannot make {settings.data_dir}: {error.strerror}") from error
    if settings.key.exists():
        signer = Signer.load(settings.key)
    elif settings.store.exists():
        raise JournalError(
            f"{settings.store} is there without its signing key {settings.key}; put the key back"
        )
    else:
        signer = Signer.create(settings.key, settings.origin)
    files.replace(settings.public_key, signer.verifier.text + "\n")
    return signer
