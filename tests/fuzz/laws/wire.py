"""Any message that protobuf can read is signals, or refused one by one."""

from __future__ import annotations

from google.protobuf.message import DecodeError

from interlock.server.convert import read_batch
from interlock.v1.signal_service_pb2 import IngestRequest


def hold(data: bytes) -> None:
    """Read a batch as the signal service does."""
    try:
        message = IngestRequest.FromString(data)
    except DecodeError:
        return
    batch = read_batch(message.signals, lambda name, field: 6 if len(field) % 2 else None)
    assert len(batch.incoming) + len(batch.refused) == len(message.signals)
    for _, error in batch.refused:
        assert str(error)
