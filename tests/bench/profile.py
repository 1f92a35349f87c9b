"""Where a service's time goes under full load: ``python -m tests.bench.profile [BATCH [RATE]]``.

py-spy looks 200 times a second at who holds Python's global lock and at what; each look counts for
the innermost stage it finds on the stack.  py-spy is no dependency: ``uv pip install py-spy`` puts
it beside this Python.  Prints a table: share of the looks, µs a signal, stage.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.bench.lab import Lab
from tests.bench.subjects import Service

SECONDS = 8
STAGES = {
    "bytes in and out (gRPC)": ("server/wire.py", "server/signal_service.py"),
    "reading signals": ("server/convert.py:read", "server/convert.py:_read", "server/admission.py"),
    "admitting fields": ("language/values/admit.py",),
    "receipts": ("server/convert.py:write", "server/live/intake.py", "engine/owner.py:Ack"),
    "telling signals apart": ("engine/intake.py", "engine/journal/seen.py:SeenMessages.find"),
    "journal": ("engine/journal/", "engine/partition.py:Partition.append"),
    "rules: whether a signal matters": ("rules/memory.py:WorkingMemory.observe", "rules/discrim"),
    "rules: what follows": (
        "rules/memory.py:WorkingMemory._step",
        "rules/memory.py:WorkingMemory._replace",
    ),
    "fold: hearing signals": ("engine/fold/hearing.py:hear",),
    "fold: the rest": ("engine/fold/", "engine/partition.py"),
    "decisions and rows": ("engine/decisions.py", "engine/views.py"),
    "second engine": ("engine/crosscheck/", "rules/caged/", "engine/node.py"),
    "core thread": ("engine/owner.py", "engine/mailbox.py"),
    "event loop": ("engine/runtime.py", "asyncio/", "selectors.py"),
    "figures": ("engine/telemetry.py", "prometheus_client/"),
}
"""A stage, and how its frames (``file:function``) begin."""


def stage_of(stack: Iterable[str]) -> str:
    """Return the stage of a stack: ``function (file:line)``, outermost first, as py-spy writes."""
    for frame in reversed(list(stack)):
        function, _, place = frame.partition(" (")
        name = f"{place.rpartition(':')[0].removeprefix('interlock/')}:{function}"
        for stage, beginnings in STAGES.items():
            if name.startswith(beginnings):
                return stage
    return "else"


def main() -> None:
    """Load a service, look at it, print the table."""
    spy = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if spy is None:
        raise SystemExit("py-spy is not installed: uv pip install py-spy")
    batch, *rate = (int(argument) for argument in sys.argv[1:] or ["100"])
    with Lab(quick=True) as lab:
        looks, cpu_us = _look(lab, spy, batch, float(rate[0]) if rate else None)
    total = looks.total()
    print(f"{cpu_us:.0f} us of processor time a signal, batches of {batch}")
    for stage, count in looks.most_common():
        print(f"{count / total:6.1%}  {cpu_us * count / total:5.1f} us  {stage}")


def _look(lab: Lab, spy: str, batch: int, rate: float | None) -> tuple[Counter[str], float]:
    service: Service = lab.service
    found = lab.folder / "stacks"
    lab.say(f"looking for {SECONDS} s")
    looking = subprocess.Popen(
        [
            *(spy, "record", "--gil", "--threads", "--rate", "200", "--duration", str(SECONDS)),
            *("--format", "raw", "--output", str(found), "--pid", str(service.pid)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    before = service.cpu()
    report = lab.client.load(service, batch, SECONDS, rate)
    used = service.cpu().since(before).own
    looking.wait()
    looks: Counter[str] = Counter()
    for line in found.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        looks[stage_of(stack.split(";"))] += int(count)
    return looks, used / report["signals"] * 1e6


if __name__ == "__main__":
    main()
