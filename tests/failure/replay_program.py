"""Prints the digest of a journal made in simulated time: ``replay_program.py [PLANT]``.

With PLANT the history depends on the order of a set of texts, as a careless fold would.
"""

from __future__ import annotations

import sys

from interlock import digest
from tests.unit.engine.fold.conftest import Web


def main(*, plant: bool) -> str:
    """Play a long history and return the digest of its bytes."""
    web = Web()
    services = ["shop", "api"]
    if plant:
        services = list({f"service-{n}" for n in range(20)})
    for minute in range(8):
        for service in services:
            web.errors((minute % 4) / 4, service)
            web.probe(service, up=minute % 3 != 0)
        web.deploy()
        web.advance("7s" if minute % 2 else "31s")
    return digest.digest_bytes(web.export().encode())


if __name__ == "__main__":
    print(main(plant=len(sys.argv) > 1))
