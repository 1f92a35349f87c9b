"""`make` alone prints a menu of every target, and no target works on a missing environment."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def test_make_alone_prints_every_target_with_its_purpose() -> None:
    targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)

    menu = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert re.findall(r"^  make ([a-z-]+)  +\S", menu, re.MULTILINE) == targets


def test_every_target_that_does_something_makes_the_environment_first() -> None:
    targets = re.findall(r"^([a-z-]+):(.*?)  ##", MAKEFILE, re.MULTILINE)

    assert {name for name, needs in targets if "setup" not in needs} == {"help", "setup"}
