"""Any file checks as a bundle: findings that can be printed in every form, and nothing raised."""

from __future__ import annotations

from interlock.server.cli.checking import find

PROBES = '{"http.look": {"status": "int", "body": "string?"}, "web.open": "any"}'


def hold(data: bytes) -> None:
    """Check a file as ``interlock check`` does."""
    found = find({"f.yaml": data}, PROBES, now=1_800_000_000_000)
    for one in found.diagnostics:
        assert one.path == "f.yaml"
        assert str(one)
        assert one.to_json()
