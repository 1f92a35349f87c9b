"""The demo itself: three acts on one stage, then the proof, then one line that sums it up.

Everything is real: the service as ``interlock serve`` runs it, its store on disk, gRPC on
loopback, nginx under its supervisor.  The exit status is 0 only if every incident ended as
expected and the history was proved afterwards.  However the demo ends, nothing that it
started is left running.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from pathlib import Path

from rich.console import Console

from interlock.engine.journal.report import Report
from interlock.errors import InterlockError
from interlock.server.demo import proof
from interlock.server.demo.acts import ACT_S, ACTS, Act, play
from interlock.server.demo.monitoring import find_programs
from interlock.server.demo.programs import sweep
from interlock.server.demo.screen import Screen
from interlock.server.demo.stage import DATA, Stage, open_stage
from interlock.v1.audit_pb2 import ExplanationNode
from interlock.v1.incident_pb2 import Incident


def run(*, keep: Path | None = None, prometheus: bool = False, quiet: bool = False) -> int:
    """Play all acts.

    Args:
        keep: folder to leave the store, the public key and the last checkpoint in.
        prometheus: whether Prometheus and Alertmanager watch, in place of our own prober.
        quiet: whether to show only the last line.

    Returns:
        Exit status: 0 when everything ended as expected, else 1.

    Raises:
        InputRejected: the folder cannot be used.
        CannotPlay: something that is needed is missing or does not start.
        KeyboardInterrupt: it was interrupted or asked to end, and has stopped everything.
    """
    if keep is not None:
        proof.prepare(keep)
    if prometheus:
        find_programs()
    screen = Screen(Console(highlight=False), quiet=quiet)
    folder = Path(tempfile.mkdtemp(prefix="interlock-demo-"))
    try:
        return asyncio.run(_run(folder, screen, keep, prometheus=prometheus))
    except (KeyboardInterrupt, asyncio.CancelledError) as end:
        screen.last("demo: interrupted; what it started is stopped", good=False)
        raise KeyboardInterrupt from end
    except SystemExit:  # how rich says that nobody reads any more
        return 1
    finally:
        _clear(folder)


def _clear(folder: Path) -> None:
    """Leave nothing behind; a second Ctrl-C, which cuts the orderly way short, cannot cut this."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    sweep(folder)
    shutil.rmtree(folder, ignore_errors=True)
    signal.signal(signal.SIGINT, before)


async def _run(folder: Path, screen: Screen, keep: Path | None, *, prometheus: bool) -> int:
    _end_in_order()
    try:
        async with open_stage(folder, screen, prometheus=prometheus) as stage:
            expected = await _all_acts(stage)
    except BaseExceptionGroup as errors:  # of the tasks on the stage
        ours, _ = errors.split(InterlockError)
        if ours is None:
            raise
        raise _first(ours) from errors
    report = await asyncio.to_thread(proof.prove, folder / DATA)
    _show(report, screen)
    if keep is not None:
        proof.keep_evidence(folder / DATA, keep)
        screen.say(f"  kept in {keep}: the store, the public key and the last checkpoint")
    good, text = verdict(expected, report)
    screen.last(text, good=good)
    return 0 if good else 1


def verdict(expected: int, report: Report) -> tuple[bool, str]:
    """Return whether all went as it should, and the last line.

    Args:
        expected: how many incidents ended as expected.
        report: what the proof of the history came to.
    """
    history = f"history verified ({report.entries} entries)"
    if not report.is_sound:
        history = f"history NOT verified: {report.fault_count} faults"
    text = f"demo: {expected} of {len(ACTS)} incidents ended as expected; {history}"
    return expected == len(ACTS) and report.is_sound, text


def _end_in_order() -> None:
    """Let Ctrl-C, a closed terminal and ``kill`` cancel the demo, each time they come.

    Python's own way with a second Ctrl-C raises wherever the loop stands, which may lose the
    news that a program has ended, and whoever waits for it then waits for ever.
    """
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _all_acts(stage: Stage) -> int:
    """Play the acts and return how many ended as expected."""
    return sum([await _is_as_expected(act, stage) for act in ACTS])


async def _is_as_expected(act: Act, stage: Stage) -> bool:
    incident = await play(act, stage)
    if incident is None:
        stage.screen.say(f"  {act.machine} did not end within {ACT_S:.0f} s", "bold red")
        return False
    good = incident.outcome == act.outcome
    stage.screen.say(f"  ended {incident.outcome}", "bold green" if good else "bold red")
    if act.is_explained:
        await _why(stage, incident)
    return good


async def _why(stage: Stage, incident: Incident) -> None:
    """Show the reasons of the incident's action, as ``interlock why`` would."""
    action = _first_action(await stage.client.audit.explain(incident.id))
    if action is not None:
        stage.screen.say(f"  why {action.id}? everything behind it, from the journal:", "bold")
        stage.screen.why(await stage.client.audit.explain(action.id))


def _first_action(node: ExplanationNode) -> ExplanationNode | None:
    if node.kind == "action":
        return node
    found = (_first_action(child) for child in node.children)
    return next((action for action in found if action is not None), None)


def _show(report: Report, screen: Screen) -> None:
    """Show what the proof came to."""
    screen.act("audit verify")
    for fault in report.faults[:5]:
        screen.say(f"  {fault.line()}", "bold red")
    if report.is_sound:
        screen.say(
            f"  {report.entries} entries under a signed checkpoint; every decision and every row"
            " derived again and equal",
            "green",
        )
