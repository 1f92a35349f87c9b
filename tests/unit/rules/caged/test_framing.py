import io
import os

import pytest

from interlock.errors import InvariantBroken
from interlock.rules.caged.framing import (
    IDLE,
    MAX_FRAME,
    Progress,
    checked_length,
    frame,
    read_frame,
)


def test_frames_are_read_as_they_were_written():
    stream = io.BytesIO(frame(b"one") + frame(b"") + frame(b"three"))

    assert [read_frame(stream) for _ in range(4)] == [b"one", b"", b"three", None]


@pytest.mark.parametrize("cut", [1, 4, 6])
def test_a_stream_that_breaks_off_has_no_more_frames(cut):
    assert read_frame(io.BytesIO(frame(b"three")[:cut])) is None


def test_a_length_beyond_the_bound_is_not_read():
    with pytest.raises(InvariantBroken, match="a frame of 4294967295 bytes"):
        read_frame(io.BytesIO(b"\xff\xff\xff\xff"))
    assert checked_length(MAX_FRAME) == MAX_FRAME


def test_progress_is_seen_through_another_mapping_of_the_file():
    descriptor = os.memfd_create("progress")
    os.ftruncate(descriptor, Progress.SIZE)
    writer, reader = Progress(descriptor), Progress(descriptor)

    seen = [reader.read()]
    for place in (7, IDLE):
        writer.mark(place)
        seen.append(reader.read())

    assert seen == [0, 7, IDLE]
    writer.close()
    reader.close()
    os.close(descriptor)
