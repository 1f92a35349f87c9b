"""The ledger: an effect outside of the process.

``ledger.py FILE write ITEM`` appends a line under the attempt's idempotency key unless the key is
there; ``ledger.py FILE count ITEM`` prints how many lines the item has.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path


def main(path: Path, operation: str, item: str) -> int:
    """Do one operation and return the exit status."""
    with path.open("a+") as ledger:
        fcntl.flock(ledger, fcntl.LOCK_EX)
        ledger.seek(0)
        lines = [json.loads(line) for line in ledger]
        if operation == "count":
            print(json.dumps({"lines": sum(1 for line in lines if line["item"] == item)}))
            return 0
        key = os.environ["INTERLOCK_IDEMPOTENCY_KEY"]
        if all(line["key"] != key for line in lines):
            ledger.write(json.dumps({"item": item, "key": key}) + "\n")
            ledger.flush()
            os.fsync(ledger.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
