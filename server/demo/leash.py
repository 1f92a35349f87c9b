"""Become a program that ends with the one who started it; run as a script, never imported.

    python -I -S leash.py PARENT PROGRAM [ARGUMENT …]

The orderly end of a program is the business of who started it; this is for the other end, when
that one is killed and can do nothing any more.  SIGTERM and not SIGKILL: a supervisor that is
asked takes its own programs along.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NOT_STARTED = 127
"""Exit code when the program could not become this process, as a shell would give."""


def main(argv: list[str]) -> int:
    """Tie this process to its parent and replace it; returns only when that failed.

    Args:
        argv: own name, process id of the parent or 0 for whoever it is, the program by its
            path, its arguments.
    """
    parent, program = int(argv[1]), argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if parent and os.getppid() != parent:  # it ended before the line above took effect
        return NOT_STARTED
    try:
        os.execv(program[0], program)  # noqa: S606  # no shell is the point
    except OSError as error:
        sys.stderr.write(f"cannot start {program[0]}: {error.strerror}\n")
    return NOT_STARTED


if __name__ == "__main__":
    sys.exit(main(sys.argv))
