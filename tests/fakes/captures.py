"""Bodies that Prometheus and Alertmanager really sent, from ``tests/data/alertmanager``."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parents[1] / "data" / "alertmanager"
STORM = DATA / "storm_5000_full_body.json.gz"
DIRECT = "prometheus_v2_direct"


class Delivery(NamedTuple):
    """One post of a scenario."""

    at_ms: int
    """When it came, ms since the epoch."""
    body: Any


def scenarios() -> list[str]:
    """Return the names of every webhook scenario."""
    return sorted(file.stem for file in DATA.glob("*.json") if file.stem != DIRECT)


def deliveries(scenario: str) -> list[Delivery]:
    """Return the posts of a scenario, in order."""
    recorded = json.loads((DATA / f"{scenario}.json").read_text())
    return [
        Delivery(round(1000 * (recorded["t0_unix"] + one["t"])), one["body"])
        for one in recorded["deliveries"]
        if one.get("body")
    ]


def storm() -> bytes:
    """Return one body with 5,000 alerts."""
    return gzip.decompress(STORM.read_bytes())
