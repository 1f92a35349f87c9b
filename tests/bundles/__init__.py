"""Bundles that tests decide by."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from interlock.engine.bundle import MANIFEST, Bundle, manifest
from interlock.language.values import BOOL, INT, STRING, Field

PROBES = {
    "supervisord.process": {"found": Field(BOOL)},
    "http.look": {"status": Field(INT)},
    "command.linked": {"to": Field(STRING)},
}


@cache
def web_bundle() -> Bundle:
    """Return ``web`` compiled, once for all tests."""
    return Bundle.compile(web())


def web() -> dict[str, str]:
    """Return a bundle that restarts, rolls back and fails over a web service."""
    folder = Path(__file__).parent / "web"
    files = {path.name: path.read_text() for path in sorted(folder.glob("*.yaml"))}
    return {**files, MANIFEST: manifest(PROBES)}


def asking() -> dict[str, str]:
    """Return ``web`` with a machine that asks people first; a look counts for an hour."""
    files, name = web(), "restart-service.machine.yaml"
    files[name] = (Path(__file__).parent / "asking" / name).read_text()
    files["signals.yaml"] = files["signals.yaml"].replace("ttl: 30s", "ttl: 1h", 1)
    key = "    idempotency_key: restart/${name}\n"
    terms = "    assumes: [a restart loses no orders]\n    authorised: [web-on-call]\n"
    files["actions.yaml"] = files["actions.yaml"].replace(key, key + terms)
    return files


@cache
def asking_bundle() -> Bundle:
    """Return ``asking`` compiled, once for all tests."""
    return Bundle.compile(asking())


def ledger() -> dict[str, str]:
    """Return a bundle that writes one line per wanted item into a ledger."""
    path = Path(__file__).parent / "ledger" / "ledger.yaml"
    return {path.name: path.read_text()}
