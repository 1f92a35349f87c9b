"""A real node in a process that tests kill: ``ledger_node.py FOLDER ITEMS [ENGINES [BUNDLE]]``.

Sends a signal for each item, prints ``ACK item`` once it is on disk, and ``DONE`` once every
incident has ended.  Items sent by an earlier life of the process are sent again.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import yaml

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.engine.executors import command
from interlock.engine.intake import Arrival
from interlock.engine.journal.keys import Signer
from interlock.engine.journal.store import Store
from interlock.engine.node import Node
from interlock.engine.probes import MANIFEST, manifest
from tests import bundles

LEDGER = Path(__file__).with_name("ledger.py")


def executor(folder: Path) -> command.CommandExecutor:
    """Return a command executor that knows the ledger and nothing else."""
    script = [sys.executable, str(LEDGER), str(folder / "ledger.jsonl")]
    item = {"inputs": {"item": "string"}}
    config = {
        "interlock": "command/v1",
        "operations": {"write": {"argv": [*script, "write", "{item}"], **item}},
        "probes": {
            "written": {"argv": [*script, "count", "{item}"], **item, "outputs": {"lines": "int"}}
        },
    }
    path = folder / "operations.yaml"
    path.write_text(yaml.safe_dump(config))
    return command.create({"operations": str(path)})


BUNDLES = {"ledger": bundles.ledger, "forked": bundles.forked_ledger}
"""What may decide: each item is written once, or in two branches side by side."""


async def run(folder: Path, items: int, engines: str, name: str) -> None:
    """Live until every incident has ended."""
    commands = executor(folder)
    probes = {f"command.{name}": fields for name, fields in commands.probes.items()}
    bundle = Bundle.compile({**BUNDLES[name](), MANIFEST: manifest(probes)})
    key = folder / "interlock.key"
    signer = Signer.load(key) if key.exists() else Signer.create(key, "ledger.test")
    node = Node(
        lambda: Store.open(folder / "interlock.db", signer=signer),
        bundle,
        {"command": commands},
        engines=engines,
    )
    await node.start()
    for number in range(items):
        signal = {
            "id": f"{number}",
            "source": "test",
            "name": "work.wanted",
            "subject": f"item-{number}",
            "severity": "",
            "status": "firing",
            "labels": {},
            "values": {"item": f"item-{number}"},
            "observed_at": None,
            "trace": "",
        }
        await node.runtime.submit([Arrival(signal, digest.canonical(signal))])
        print("ACK", f"item-{number}", flush=True)
    while await node.runtime.ask(lambda s: any(i.is_open for i in s.incidents.values())):  # noqa: ASYNC110  # another life's incidents count too
        await asyncio.sleep(0.02)
    await node.stop()
    print("DONE", flush=True)


if __name__ == "__main__":
    engines_, name_ = [*sys.argv[3:], *("reference", "ledger")[len(sys.argv[3:]) :]]
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), engines_, name_))
