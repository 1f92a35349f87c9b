"""``python -m tests.bench.run [--quick] [NAME …]``: measure, and print a JSON object a line.

Standard output holds nothing but ``{"bench": name, "value": …, "floor": …, "ratio": …}``; what is
going on is told on standard error.  ``--quick`` takes under 50 seconds.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.bench import authoring, ingest, latency, memory, restart
from tests.bench.lab import Figure, Lab

MEASUREMENTS: Mapping[str, Callable[[Lab], Iterator[Figure]]] = {
    "ingest": ingest.by_batch,
    "rules": ingest.by_rules,
    "latency": latency.at_half_load,
    "memory": memory.per_incident,
    "restart": restart.to_ready,
    "authoring": authoring.of_an_author,
}
QUICK = ("rules", "latency", "memory", "restart")
"""Those that give the main figures soon."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is named, or everything."""
    options = _parse(arguments)
    # Told to stop, it ends what it has started and removes its folder all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with Lab(quick=options.quick) as lab:
        if lab.quick and not options.names:
            lab.start()
        for name in options.names or (QUICK if options.quick else MEASUREMENTS):
            for figure in MEASUREMENTS[name](lab):
                print(figure.line(), flush=True)
        lab.say("done")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the main figures in under 50 s")
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*MEASUREMENTS, []],
        metavar="NAME",
        help=", ".join(MEASUREMENTS),
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
