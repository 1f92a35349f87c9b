"""Point a link of the demo's site at another release or pool, test, reload; print what was.

Usage: ``switch.py ROOT LINK NAME``.  Already there is success; a name that is not there is
not.  Prints ``{"before": …, "to": …}``.  Without NAME it only prints where the link points.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

_FOLDERS = {"releases": ("releases", ""), "pool": ("pools", ".conf")}


def main(root: Path, link: str, name: str | None) -> int:
    """Switch and return the exit status."""
    folder, suffix = _FOLDERS[link]
    live = root / "live" / link
    before = live.readlink().name.removesuffix(suffix)
    if name is None:
        print(json.dumps({"to": before}))
        return 0
    target = root / folder / f"{name}{suffix}"
    if not target.exists():
        print(f"{target} does not exist", file=sys.stderr)
        return 2
    _point(live, target)
    nginx = [str(root / "run" / "nginx"), "-p", str(root), "-c", "nginx.conf"]
    test = subprocess.run([*nginx, "-t"], capture_output=True, text=True, check=False)  # noqa: S603
    if test.returncode != 0:
        _point(live, root / folder / f"{before}{suffix}")
        print(test.stderr, file=sys.stderr)
        return 3
    os.kill(int((root / "run" / "nginx.pid").read_text()), signal.SIGHUP)
    print(json.dumps({"before": before, "to": name}))
    return 0


def _point(link: Path, target: Path) -> None:
    draft = link.with_name(link.name + ".new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(os.path.relpath(target, link.parent))
    draft.replace(link)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None))
