"""A worker that switches features on and off in a file that an application watches.

    python docs/examples/worker.py 127.0.0.1:7400 flags.json

The service knows it as an executor of the plugin ``remote`` whose file of operations is
``docs/examples/flags.yaml``.  An action that uses it names ``executor: flags`` and
``operation: set_flag``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from interlock.worker import Assignment, ExecutionRefused, Question, Worker, WorkerValue


def flags_worker(address: str, file: Path) -> Worker:
    """Return a worker for the flags of one file.

    Args:
        address: host and port of the service.
        file: JSON object of flag name to true or false.
    """
    # The name is the same after a restart, and the ledger remembers what was done before it.
    worker = Worker(address, executor="flags", name="flags-1", ledger=file.with_suffix(".ledger"))

    @worker.action(
        "set_flag",
        inputs={"flag": "string", "on": "bool"},
        outputs={"before": "bool"},
        repeatable=True,  # setting a flag twice is setting it once
    )
    def set_flag(work: Assignment) -> dict[str, WorkerValue]:
        """Switch a feature on or off."""
        flags = json.loads(file.read_text())
        flag = str(work.inputs["flag"])
        if flag not in flags:
            raise ExecutionRefused(f"there is no flag {flag!r}", reason="unknown_flag")
        before = flags[flag]
        flags[flag] = work.inputs["on"]
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(flags))
        fresh.replace(file)
        return {"before": before}

    @worker.probe("flag", inputs={"flag": "string"}, outputs={"known": "bool", "on": "bool"})
    def flag(question: Question) -> dict[str, WorkerValue]:
        """See whether a feature is on."""
        flags = json.loads(file.read_text())
        name = str(question.inputs["flag"])
        return {"known": name in flags, "on": flags.get(name, False)}

    return worker


if __name__ == "__main__":
    flags_worker(sys.argv[1], Path(sys.argv[2])).run()
