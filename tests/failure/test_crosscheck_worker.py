"""Killing, stopping, hanging and corrupting the second engine delays opinions and loses none."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from interlock.engine.crosscheck import Agreement, Crosscheck, Disagreement, EngineFault, Terms
from interlock.language.values import STRING
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import Evaluation, FactRow
from interlock.rules.network import ElementKind, Join, Operator, Pack, Pattern
from tests.property.packs import rule
from tests.scale import count

HERE = Path(__file__).parent
ODD = (sys.executable, str(HERE / "odd_worker.py"), "--odd")
SAME = Join("service", Operator.EQ, "a", "service", STRING, "service == a.service")


def pattern(alias, type_, *joins):
    return Pattern(alias, ElementKind.SIGNAL, type_, (), (), joins)


PACK = CagedPack(
    Pack("pack-0", (rule("bad release", pattern("a", "alert"), pattern("d", "deploy", SAME)),))
)


def evaluation(position, text="shop", pack="pack-0"):
    """An alert and a deploy of one service, the alert new; both engines should find the pair."""
    facts = (
        FactRow(f"s{position}", "alert", {"service": text}),
        FactRow("s0", "deploy", {"service": text}),
    )
    matches = (("bad release", (f"s{position}", "s0")),)
    return Evaluation(position, pack, facts, f"s{position}", matches)


def evaluations(size, odd=None):
    """That many evaluations; those at the positions of ``odd`` with its texts."""
    return [evaluation(n, (odd or {}).get(n, "shop")) for n in range(1, size + 1)]


class Watched:
    """A running crosscheck and what it has reported."""

    def __init__(self, terms):
        self.reports = []
        self.through = 0
        self._reported = asyncio.Event()
        self.crosscheck = Crosscheck(self._note, terms=terms)
        self.crosscheck.use([PACK])

    def _note(self, report):
        self.reports.append(report)
        if isinstance(report, Agreement):
            self.through = report.through
        self._reported.set()

    async def reach(self, position):
        while self.through < position:
            self._reported.clear()
            await self._reported.wait()

    @property
    def agreed(self):
        return sum(r.count for r in self.reports if isinstance(r, Agreement))

    @property
    def others(self):
        return [report for report in self.reports if not isinstance(report, Agreement)]


@contextlib.asynccontextmanager
async def watched(**terms):
    watched = Watched(Terms(**terms))
    running = asyncio.create_task(watched.crosscheck.run())
    try:
        async with asyncio.timeout(count(50, 900)):
            yield watched
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def check(asked, during=None, **terms):
    """Check evaluations to the end, with something going on beside; return what was seen."""

    async def run():
        async with watched(**terms) as seen:
            assert seen.crosscheck.submit(asked)
            beside = asyncio.create_task(during(seen)) if during else None
            await seen.reach(asked[-1].position)
            if beside:
                beside.cancel()
            return seen

    return asyncio.run(run())


def assert_all_agreed(seen, size):
    assert seen.others == []
    assert seen.agreed == size
    through = [report.through for report in seen.reports]
    assert through == sorted(set(through))


def test_an_honest_worker_agrees_with_everything():
    seen = check(evaluations(1_000))

    assert_all_agreed(seen, 1_000)
    assert seen.crosscheck.counts.workers_started == 1


def send_again_and_again(signal_, times, resume_after=None):
    """Send a signal to every new worker once it has begun to answer."""

    async def send(seen):
        struck = set()
        while len(struck) < times:
            pid, through = seen.crosscheck.worker_pid, seen.through
            if pid and pid not in struck and through:
                struck.add(pid)
                os.kill(pid, signal_)
                await seen.reach(through + 1)
            await asyncio.sleep(0.001)

    return send


def test_killing_the_worker_under_load_loses_nothing():
    size = count(20_000, 500_000)

    seen = check(evaluations(size), send_again_and_again(signal.SIGKILL, times=5))

    assert_all_agreed(seen, size)
    counts = seen.crosscheck.counts
    assert counts.workers_killed == 5
    assert counts.workers_started == 1 + 5 + counts.workers_recycled


def test_stopping_the_worker_under_load_loses_nothing():
    size = count(20_000, 500_000)

    seen = check(evaluations(size), send_again_and_again(signal.SIGSTOP, times=3), patience_s=0.2)

    assert_all_agreed(seen, size)
    assert seen.crosscheck.counts.workers_killed == 3


def test_a_worker_that_recycles_itself_loses_nothing():
    seen = check(evaluations(100), evaluations=30)

    assert_all_agreed(seen, 100)
    assert seen.crosscheck.counts.workers_recycled == 3
    assert seen.crosscheck.counts.workers_started == 4


@pytest.mark.parametrize(
    ("text", "words", "deaths"),
    [
        ("crash", "crashed the second engine (exit code -11)", 2),
        ("exit", "crashed the second engine (exit code 3)", 2),
        ("eat", "crashed the second engine (exit code 1)", 2),
        ("hang", "kept the second engine busy for too long", 2),
        ("nonsense", "the second engine answered for a rule 99 it was not given", 0),
    ],
)
def test_an_evaluation_that_ends_workers_is_given_up_and_the_rest_flows(text, words, deaths):
    seen = check(evaluations(600, odd={300: text}), command=ODD, patience_s=0.6)

    assert seen.others == [EngineFault(300, "pack-0", words)]
    assert seen.agreed == 599
    assert seen.crosscheck.counts.workers_started == deaths + 1


def test_a_worker_that_has_the_answer_and_never_says_it_is_ended_too():
    seen = check(evaluations(1), command=(*ODD[:2], "--mute"), patience_s=0.1)

    (fault,) = seen.others
    assert fault.reason == "was being evaluated when the second engine got no time to run"
    assert seen.crosscheck.counts.workers_killed == 6


def test_several_evaluations_that_end_workers_are_each_given_up():
    odd = {1: "crash", 2: "exit", 299: "crash", 300: "crash"}

    seen = check(evaluations(300, odd), command=ODD)

    assert [fault.position for fault in seen.others] == sorted(odd)
    assert seen.agreed == 296


def test_control_a_lying_worker_is_found_out():
    odd = {5: "lie", 9: "invent"}

    seen = check(evaluations(20, odd), command=ODD)

    assert seen.others == [
        Disagreement(5, "pack-0", expected=(("bad release", ("s5", "s0")),), found=()),
        Disagreement(9, "pack-0", expected=(), found=(("bad release", ("s0", "s9")),)),
    ]
    assert seen.agreed == 18


def test_control_a_reference_matcher_that_errs_is_found_out():
    wrong = Evaluation(1, "pack-0", evaluation(1).facts, "s1", ())

    seen = check([wrong, evaluation(2)])

    assert seen.others == [
        Disagreement(1, "pack-0", expected=(), found=(("bad release", ("s1", "s0")),))
    ]


def failing_to_start(*command):
    """Return what is seen of a crosscheck whose worker cannot be started."""

    async def run():
        async with watched(command=command) as seen:
            seen.crosscheck.submit(evaluations(3))
            while seen.crosscheck.problem is None:  # noqa: ASYNC110  # a state, not an event
                await asyncio.sleep(0.01)
            return seen

    return asyncio.run(run())


def test_a_worker_that_cannot_start_is_a_problem_and_nothing_is_reported():
    seen = failing_to_start(*ODD[:2], "--broken")

    assert seen.crosscheck.problem == "it ended at once"
    assert seen.crosscheck.waiting == 3
    assert seen.reports == []


def test_a_worker_that_says_why_it_cannot_start_is_quoted(tmp_path):
    (tmp_path / "durable_rules_engine.py").write_text("raise ImportError('undefined symbol')")
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "from interlock.rules.caged.worker import main; main()"
    )

    seen = failing_to_start(sys.executable, "-c", script)

    assert seen.crosscheck.problem == "durable-rules cannot be imported: undefined symbol"


def test_a_new_rule_base_gets_a_fresh_worker_and_old_evaluations_their_old_rules():
    new = CagedPack(Pack("pack-1", (rule("any alert", pattern("a", "alert")),)))

    async def run():
        async with watched() as seen:
            seen.crosscheck.submit([evaluation(1)])
            await seen.reach(1)
            seen.crosscheck.submit([evaluation(2)])
            seen.crosscheck.use([new])
            alert = FactRow("s3", "alert", {})
            seen.crosscheck.submit(
                [Evaluation(3, "pack-1", (alert,), "s3", (("any alert", ("s3",)),)), evaluation(4)]
            )
            await seen.reach(4)
            seen.crosscheck.submit(
                [Evaluation(5, "pack-1", (alert,), "s3", (("any alert", ("s3",)),))]
            )
            await seen.reach(5)
            return seen

    seen = asyncio.run(run())

    assert seen.others == [EngineFault(4, "pack-0", "its rules are no longer loaded")]
    assert seen.agreed == 4
    assert seen.crosscheck.counts.workers_started == 2


def test_the_worker_ends_with_the_crosscheck():
    async def run():
        async with watched() as seen:
            seen.crosscheck.submit([evaluation(1)])
            await seen.reach(1)
            return seen.crosscheck.worker_pid

    pid = asyncio.run(run())

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_worker_leaves_no_core_file_and_has_so_much_memory():
    async def run():
        async with watched(memory_bytes=2**29) as seen:
            seen.crosscheck.submit([evaluation(1)])
            await seen.reach(1)
            limits = Path(f"/proc/{seen.crosscheck.worker_pid}/limits")
            return limits.read_text()  # noqa: ASYNC240  # no disk behind it

    limits = {line[:26].strip(): line[26:].split()[:2] for line in asyncio.run(run()).splitlines()}

    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max address space"] == [str(2**29), str(2**29)]


SERVER = """
import asyncio, sys
sys.path.insert(0, {root!r})
from tests.failure.test_crosscheck_worker import ODD, evaluation, watched

async def run():
    async with watched(command=ODD, patience_s=60) as seen:
        seen.crosscheck.submit([evaluation(1), evaluation(2, "hang")])
        while not (worker := seen.crosscheck._worker) or worker._progress.read() != 1:
            await asyncio.sleep(0.01)
        print(worker.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(run())
"""


def test_the_worker_dies_with_the_server_even_when_it_hangs():
    script = SERVER.format(root=str(HERE.parents[1]))
    server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    pid = int(server.stdout.readline())

    server.kill()
    server.wait()
    server.stdout.close()

    until = time.monotonic() + 10
    while _is_alive(pid):
        assert time.monotonic() < until
        time.sleep(0.01)


def _is_alive(pid):
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
