"""The mix as it goes over the wire: requests made once, made new by patching a few bytes.

Encoding a signal costs the client more than a service needs to take it, so the requests of a
batch size are encoded once.  Before each sending the ids, the moment and the value of what touches
a rule are replaced in the bytes by others of the same length: no id is sent twice, and nothing is
a mere repetition.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from interlock.v1.signal_pb2 import Signal, SignalStatus
from interlock.v1.signal_service_pb2 import StreamRequest
from interlock.v1.value_pb2 import Value
from tests.bench.mix import ACTING, AILING_VALUE, MOMENT, NAMES, TAG, Shape, labels_of

METHOD = "/interlock.v1.SignalService/Stream"

_TAG = TAG.encode()
_MOMENT = Timestamp(seconds=MOMENT).SerializeToString()
_VALUE = struct.pack("<d", AILING_VALUE)
_CLOSING = Shape(5, "closing", 5, touches=True)


class Requests:
    """The requests of one batch size, sent round and round.

    Args:
        shapes: what the signals say; a multiple of ``batch`` of them.
        batch: signals to a request.
    """

    def __init__(self, shapes: Sequence[Shape], batch: int) -> None:
        signals = [encode(number, shape) for number, shape in enumerate(shapes)]
        self._encoded = [
            _request(signals[at : at + batch]) for at in range(0, len(signals) - batch + 1, batch)
        ]
        self._sender = ""
        self._sent = 0

    def begin(self, sender: str) -> None:
        """Make everything from here on another's: its ids begin with these 4 characters."""
        self._sender = sender

    def next(self) -> bytes:
        """Return the next request."""
        lap, place = divmod(self._sent, len(self._encoded))
        self._sent += 1
        return self._fresh(self._encoded[place], f"{self._sender}{lap:04}")

    def acting(self, number: int) -> tuple[str, bytes]:
        """Return the id of a signal that leads to an action, and a request of that signal alone."""
        tag = f"{self._sender}acts"
        shape = Shape(ACTING % NAMES, f"acting-{number}", ACTING, touches=True)
        return _id(number).replace(TAG, tag), self._fresh(_request([encode(number, shape)]), tag)

    def closing(self) -> bytes:
        """Return a last request, of one signal that is decided about."""
        return self._fresh(_request([encode(0, _CLOSING)]), f"{self._sender}last")

    def _fresh(self, encoded: bytes, tag: str) -> bytes:
        now = Timestamp(seconds=int(time.time())).SerializeToString()
        value = struct.pack("<d", (950_000 + time.monotonic_ns() // 1_000_000 % 49_000) / 1000)
        return encoded.replace(_TAG, tag.encode()).replace(_MOMENT, now).replace(_VALUE, value)


def encode(number: int, shape: Shape) -> Signal:
    """Return the n-th signal of a mix, to be made new in its bytes."""
    return Signal(
        id=_id(number),
        source="bench",
        name=f"load.n{shape.name}",
        subject=shape.service,
        status=SignalStatus.SIGNAL_STATUS_FIRING,
        labels=labels_of(number),
        values={
            "service": Value(string_value=shape.service),
            "value": Value(double_value=AILING_VALUE if shape.touches else number % 800 + 0.25),
            "code": Value(int_value=shape.code),
        },
        observed_at=Timestamp(seconds=MOMENT),
    )


def _id(number: int) -> str:
    return f"{TAG}-{number:07}"


def _request(signals: Sequence[Signal]) -> bytes:
    encoded = StreamRequest(signals=signals).SerializeToString()
    assert encoded.count(_TAG) == encoded.count(_MOMENT) == len(signals)
    return encoded
