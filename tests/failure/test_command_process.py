"""R12: whatever a program does, it ends by deadline and grace, in flat memory.

Each test starts a real process and has its own negative control: the same program, left
alone, would outlive the bound the test checks.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from interlock.engine.executors.process import Ended, Program, Stop, run

PYTHON = sys.executable
SLACK_S = 0.9
"""What a busy machine may add; less than the grace, so that no bound is met by the next one."""


def python(code: str, *arguments: str) -> tuple[str, ...]:
    return (PYTHON, "-I", "-S", "-c", code, *arguments)


def timed(*argv: str, timeout_s: float = 1.0, **limits: object) -> tuple[Ended, float]:
    program = Program(argv=argv, env={"PATH": "/usr/bin:/bin"}, timeout_s=timeout_s, **limits)
    began = time.monotonic()
    with Stop() as stop:
        ended = run(program, stop)
    return ended, time.monotonic() - began


def until(held: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Return whether something came true in time; for what the kernel does on its own."""
    event = threading.Event()
    deadline = time.monotonic() + within_s
    while not held():
        if time.monotonic() > deadline:
            return False
        event.wait(0.02)
    return True


def alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_program_that_sleeps_ends_at_its_deadline() -> None:
    ended, took = timed("/bin/sleep", "60")

    assert (ended.timed_out, ended.status) == (True, -signal.SIGTERM)
    assert 1.0 <= took < 1.0 + SLACK_S


def test_a_stopped_program_ends_at_deadline_and_grace() -> None:
    ended, took = timed(*python("import os; os.kill(os.getpid(), 19); input()"))

    assert (ended.timed_out, ended.status) == (True, -signal.SIGKILL)
    assert 2.0 <= took < 2.0 + SLACK_S


def test_a_program_that_ignores_sigterm_ends_at_deadline_and_grace() -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"

    ended, took = timed(*python(code))

    assert (ended.timed_out, ended.status) == (True, -signal.SIGKILL)
    assert 2.0 <= took < 2.0 + SLACK_S


TIDY = """
import signal, sys, time
def tidy(*_):
    print("tidied")
    sys.exit(0)
signal.signal(signal.SIGTERM, tidy)
time.sleep(60)
"""


def test_a_program_that_tidies_up_at_sigterm_may_still_speak() -> None:
    ended, took = timed(*python(TIDY))

    assert ended.timed_out
    assert ended.stdout == b"tidied\n"
    assert took < 1.0 + SLACK_S


def test_a_flood_of_output_is_read_in_flat_memory_and_its_end_is_kept() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code = "import os\nfor _ in range(3000): os.write(1, b'x' * 100_000)\nos.write(1, b'the end')"

    ended, _ = timed(*python(code), timeout_s=30)

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert ended.status == 0
    assert len(ended.stdout) == 64 * 1024
    assert ended.stdout.endswith(b"the end")
    assert ended.dropped_bytes == 300_000_007 - 64 * 1024
    assert grown_kib < 8 * 1024


def test_a_flood_on_standard_error_does_not_block_the_program() -> None:
    code = "import os\nfor _ in range(100): os.write(2, b'x' * 100_000)\nos.write(1, b'done')"

    ended, _ = timed(*python(code), timeout_s=30)

    assert ended.stdout == b"done"
    assert len(ended.stderr) == 64 * 1024


DAEMON = """
import os, sys, time
reading, writing = os.pipe()
if os.fork():
    os.read(reading, 1)
    sys.exit(0)
os.setsid()
os.write(1, str(os.getpid()).encode() + b"\\n")
os.write(writing, b".")
time.sleep(30)
"""


def test_a_grandchild_that_left_the_group_and_holds_the_pipe_is_not_waited_for() -> None:
    ended, took = timed(*python(DAEMON), timeout_s=10)

    grandchild = int(ended.stdout)
    try:
        assert alive(grandchild)  # or nothing held the pipe
        assert ended.status == 0
        assert took < 3.0
    finally:
        os.kill(grandchild, signal.SIGKILL)


def test_a_grandchild_that_floods_the_pipe_after_the_end_is_not_listened_to() -> None:
    code = DAEMON.replace("time.sleep(30)", "\nwhile True: os.write(1, b'x' * 4096)")

    ended, took = timed(*python(code), timeout_s=10)

    assert ended.status == 0
    assert took < 3.0


def test_a_background_process_left_in_the_group_ends_with_the_program() -> None:
    code = "import os, time\npid = os.fork()\nif pid: print(pid)\nelse: time.sleep(30)"

    ended, took = timed(*python(code), timeout_s=10)

    assert took < 3.0
    assert until(lambda: not alive(int(ended.stdout)))


def test_a_whole_group_ends_at_the_deadline() -> None:
    code = "import os, time\npid = os.fork()\nif pid: print(pid, flush=True)\ntime.sleep(60)"

    ended, _ = timed(*python(code))

    assert until(lambda: not alive(int(ended.stdout)))


def test_a_program_is_ended_when_the_caller_asks() -> None:
    stop = Stop()
    program = Program(argv=("/bin/sleep", "60"), env={}, timeout_s=30)
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()

    ended = run(program, stop)

    assert (ended.stopped, ended.timed_out) == (True, False)
    assert time.monotonic() - began < 3


def test_a_program_is_not_started_when_its_end_was_asked_before(tmp_path: Path) -> None:
    stop = Stop()
    stop.set()
    touched = tmp_path / "touched"
    program = Program(argv=("/usr/bin/touch", str(touched)), env={}, timeout_s=5)

    ended = run(program, stop)

    assert ended.stopped
    assert not touched.exists()


def test_a_program_cannot_take_more_memory_than_its_limit() -> None:
    ended, _ = timed(*python("bytearray(200 << 20)"), memory_bytes=100 << 20)

    assert b"MemoryError" in ended.stderr


def test_a_program_cannot_write_a_larger_file_than_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "big"

    timed(
        *python("open(__import__('sys').argv[1], 'wb').write(b'x' * 9999)", str(path)),
        file_bytes=1000,
    )

    assert path.stat().st_size == 1000


def test_a_program_leaves_no_core_file() -> None:
    ended, _ = timed(*python("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"))

    assert ended.stdout == b"(0, 0)\n"


def test_a_program_cannot_gain_privileges_unless_allowed() -> None:
    code = (
        "print([l for l in open('/proc/self/status') if l.startswith('NoNewPrivs')][0].split()[1])"
    )

    denied, _ = timed(*python(code))
    allowed, _ = timed(*python(code), setuid=True)

    assert (denied.stdout, allowed.stdout) == (b"1\n", b"0\n")


def test_nothing_of_the_environment_files_or_terminal_is_passed_on() -> None:
    os.environ["INTERLOCK_TEST_SECRET"] = "secret"
    inherited = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(inherited, True)
    code = "import os; print(os.listdir('/proc/self/fd'), os.getsid(0) == os.getpid())"
    try:
        ended, _ = timed("/usr/bin/env")
        files, _ = timed(*python(code))
    finally:
        os.close(inherited)
        del os.environ["INTERLOCK_TEST_SECRET"]

    assert ended.stdout == b"PATH=/usr/bin:/bin\n"
    assert b"['0', '1', '2', '3'] True" in files.stdout  # 3 is the listing itself


def test_a_program_that_cannot_be_started_says_so() -> None:
    ended, _ = timed("/nonexistent/program")

    assert ended.status == 127
    assert b"cannot start /nonexistent/program" in ended.stderr


PARENT = """
import sys
from interlock.engine.executors.process import Program, Stop, run
code = f"import os, time; open({sys.argv[1]!r}, 'w').write(str(os.getpid())); time.sleep(60)"
run(Program(argv=(sys.executable, "-I", "-S", "-c", code), env={}, timeout_s=60), Stop())
"""


def test_a_program_dies_when_interlock_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    parent = subprocess.Popen([PYTHON, "-c", PARENT, str(path)])
    try:
        assert until(lambda: path.exists() and path.read_text() != "", within_s=20)
        program = int(path.read_text())
        assert alive(program)
    finally:
        parent.kill()
        parent.wait()

    assert until(lambda: not alive(program))


def test_no_descriptor_is_left_behind() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(5):
        with Stop() as stop:
            run(Program(argv=("/bin/true",), env={}, timeout_s=5), stop)

    assert len(list(Path("/proc/self/fd").iterdir())) == before
