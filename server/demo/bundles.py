"""The definitions of the demo, as one folder that Interlock can read."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

BUNDLE = Path(str(resources.files("interlock.server.demo") / "bundle"))
"""Signals, rules, machines, actions and inventory for our own prober."""

ALERTS_BUNDLE = BUNDLE.with_name("bundle_prometheus")
"""What is different where the signals are Prometheus' alerts."""


def lay_bundle(folder: Path, *, prometheus: bool) -> Path:
    """Copy the definitions into a folder and return it.

    Args:
        folder: missing so far.
        prometheus: whether the signals are alerts; files of the same name are replaced.
    """
    shutil.copytree(BUNDLE, folder)
    if prometheus:
        shutil.copytree(ALERTS_BUNDLE, folder, dirs_exist_ok=True)
    return folder
