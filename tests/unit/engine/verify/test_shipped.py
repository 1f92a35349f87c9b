"""What we ship has nothing to be found in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from interlock.engine.verify import verify

ROOT = Path(__file__).parents[4]
DEMO = ROOT / "server" / "demo"
PACKS = {
    "demo": [DEMO / "bundle"],
    "demo over Prometheus": [DEMO / "bundle", DEMO / "bundle_prometheus"],
    "library": [ROOT / "rules" / "library", ROOT / "machines" / "library"],
    "web": [ROOT / "tests" / "bundles" / "web"],
}


def texts(folders: list[Path]) -> Mapping[str, str]:
    """Return the files of some folders by their paths below them; of two alike the later."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for folder in folders
        for path in sorted(folder.rglob("*.yaml"))
    }


@pytest.mark.parametrize("folders", PACKS.values(), ids=PACKS.keys())
def test_what_is_shipped_verifies_clean(folders: list[Path]) -> None:
    assert list(map(str, verify(texts(folders)))) == []


def test_a_pack_with_a_fault_would_be_seen() -> None:
    files = {n: t.replace("value > 0.5", "value > 1") for n, t in texts(PACKS["demo"]).items()}

    assert any("RV302" in str(one) for one in verify(files))
