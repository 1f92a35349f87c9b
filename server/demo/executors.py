"""The operator's side of the demo: which programs and endpoints the executors may use."""

from __future__ import annotations

import json
from pathlib import Path

from interlock.server.demo.site import Site


def configure(site: Site, folder: Path) -> Path:
    """Write the executors' files and return the one that names them all.

    Args:
        site: the running site.
        folder: where the files go.
    """
    commands = folder / "commands.yaml"
    commands.write_text(json.dumps(_commands(site), indent=2))
    endpoints = folder / "endpoints.yaml"
    endpoints.write_text(json.dumps(_endpoints(site), indent=2))
    settings = folder / "executors.toml"
    settings.write_text(
        f"""\
[command]
operations = "{commands}"

[http]
operations = "{endpoints}"

[supervisord]
address = "unix://{site.socket}"

[dry_run]
"""
    )
    return settings


def _commands(site: Site) -> dict[str, object]:
    switch = site.switch_command()
    return {
        "interlock": "command/v1",
        "operations": {
            "switch": {
                "doc": "Point a link at another release or pool and reload.",
                "argv": [*switch, "{link}", "{to}"],
                "inputs": {"service": "string", "link": "string", "to": "string"},
                "outputs": {"before": "string"},
                "timeout": "10s",
            }
        },
        "probes": {
            "linked": {
                "doc": "Where a link points.",
                "argv": [*switch, "{link}"],
                "inputs": {"link": "string"},
                "outputs": {"to": "string"},
                "timeout": "5s",
            }
        },
    }


def _endpoints(site: Site) -> dict[str, object]:
    origin = f"127.0.0.1:{site.port}"
    return {
        "interlock": "http/v1",
        "egress": [origin],
        "operations": {},
        "probes": {
            "look": {
                "doc": "One request, as a user would make it.",
                "url": f"http://{origin}",
                "path": "/{service}",
                "inputs": {"service": "string"},
                "timeout": "2s",
            }
        },
    }
