"""Prepare a fresh process and become the operator's program; run as a script, never imported.

    python -I -S launch.py PARENT LOCALE SETUID MEMORY FILE_SIZE PROGRAM [ARGUMENT …]

What must happen between fork and exec (die with the parent, resource limits, umask) happens
here and not in ``preexec_fn``, which runs Python in a forked copy of a threaded process and
can deadlock on a lock another thread held.  It costs one interpreter start (about 10 ms)
and works wherever Interlock runs; ``setpriv`` and ``prlimit`` would need util-linux.

Only the standard library, and little of it: the process has nothing of Interlock in it.
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
NOT_STARTED = 127
"""Exit code when the program could not become this process, as a shell would give."""


def main(argv: list[str]) -> int:
    """Set limits and replace this process; returns only when that failed."""
    parent, locale, setuid, memory, file_size = (int(word) for word in argv[1:6])
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    # SIGKILL when the thread that started us ends: a killed Interlock leaves nothing behind.
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the line above took effect
        return NOT_STARTED
    if not setuid:
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if not locale:  # Python itself put it there (PEP 538)
        os.environ.pop("LC_CTYPE", None)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit(resource.RLIMIT_FSIZE, file_size)
    limit(resource.RLIMIT_AS, memory)
    try:
        os.execve(argv[6], argv[6:], os.environ)  # noqa: S606  # no shell is the point
    except OSError as error:
        sys.stderr.write(f"cannot start {argv[6]}: {error.strerror}\n")
    return NOT_STARTED


def limit(kind: int, most: int) -> None:
    """Lower a limit to ``most``; a hard limit that is lower already stays."""
    _, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
