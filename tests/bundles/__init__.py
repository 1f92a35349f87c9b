"""Bundles that tests decide by."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from interlock.engine.bundle import Bundle
from interlock.engine.probes import MANIFEST, manifest
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


@cache
def fork_bundle() -> Bundle:
    """Return ``fork`` compiled, once for all tests."""
    return Bundle.compile(fork())


def fork() -> dict[str, str]:
    """Return a bundle that starts a database and a web server side by side."""
    path = Path(__file__).parent / "fork" / "fork.yaml"
    return {path.name: path.read_text(), MANIFEST: manifest({"http.look": {"status": Field(INT)}})}


def ledger() -> dict[str, str]:
    """Return a bundle that writes one line per wanted item into a ledger."""
    path = Path(__file__).parent / "ledger" / "ledger.yaml"
    return {path.name: path.read_text()}


def forked_ledger() -> dict[str, str]:
    """Return ``ledger`` with a machine that forks: two branches write a line each."""
    files = ledger()
    head, _, _ = files["ledger.yaml"].partition("initial: writing\n")
    return {"ledger.yaml": head + (Path(__file__).parent / "ledger" / "forked.txt").read_text()}
