"""A worker that does to itself what the text of the focus says; see test_crosscheck_worker."""

import ctypes
import os
import sys
import time
from itertools import count

from interlock.rules.caged import worker
from interlock.rules.caged.cage import Cage

DEEDS = {
    "crash": lambda found: ctypes.string_at(0),
    "exit": lambda found: os._exit(3),
    "hang": lambda found: sum(count()),
    "eat": lambda found: bytearray(2**30) and found,
    "lie": lambda found: [],
    "invent": lambda found: [*found, (0, (1, 0))],
    "nonsense": lambda found: [(99, (0,))],
}


class OddCage(Cage):
    def evaluate(self, rows, focus):
        found = super().evaluate(rows, focus)
        deed = DEEDS.get(rows[focus][1])
        return deed(found) if deed else found


if __name__ == "__main__":
    match sys.argv.pop(1):
        case "--broken":
            sys.exit(1)
        case "--mute":  # works, and falls asleep over its answer
            worker._send = lambda sink, said, send=worker._send: (
                send(sink, said) if "ready" in said else time.sleep(60)
            )
    worker.main(make_cage=OddCage)
