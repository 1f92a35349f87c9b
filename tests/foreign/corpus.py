"""The recorded cases, read once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[1] / "data" / "peer" / "conditions.json"


@cache
def corpus() -> dict[str, Any]:
    """Return the whole of it; see its ``meta``."""
    found: dict[str, Any] = json.loads(_FILE.read_text())
    return found


def sessions() -> list[dict[str, Any]]:
    """Return the cases that their condition texts alone decide."""
    return [case for case in corpus()["cases"] if case["replays_from_text"]]
