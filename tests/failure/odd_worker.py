"""A worker that does to itself what the text of the focus says; see test_crosscheck_worker."""

import ctypes
import os
import sys
from itertools import count

from interlock.rules.caged.cage import Cage
from interlock.rules.caged.worker import main

DEEDS = {
    "crash": lambda found: ctypes.string_at(0),
    "exit": lambda found: os._exit(3),
    "hang": lambda found: sum(count()),
    "eat": lambda found: bytearray(2**40),
    "lie": lambda found: [],
    "invent": lambda found: [*found, (0, (0, 0))],
    "nonsense": lambda found: [(99, (0,))],
}


class OddCage(Cage):
    def evaluate(self, rows, focus):
        found = super().evaluate(rows, focus)
        deed = DEEDS.get(rows[focus][1])
        return deed(found) if deed else found


if __name__ == "__main__":
    if sys.argv[1] == "--broken":
        sys.exit(1)
    main(make_cage=OddCage)
