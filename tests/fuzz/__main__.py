"""``python -m tests.fuzz [LAW …] [--runs N] [--seed S]``: fuzz by hand; print what came of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz import campaign


def main() -> int:
    """Run laws one after the other; return 1 when one was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("laws", nargs="*", default=campaign.LAWS, metavar="LAW")
    parser.add_argument("--runs", type=int, default=10_000, help="inputs of each law")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what reaches new code")
    options = parser.parse_args()
    outcomes = []
    for law in options.laws:
        corpus = options.corpus and options.corpus / law
        outcome = campaign.run(law, options.runs, options.seed, corpus=corpus)
        outcomes.append(outcome)
        print(outcome, flush=True)
        if outcome.broken is not None:
            print(outcome.said)
    print(f"{sum(one.inputs for one in outcomes):,} inputs")
    return any(one.broken is not None for one in outcomes)


if __name__ == "__main__":
    sys.exit(main())
