"""The schemas of documents on standard output."""

from __future__ import annotations

from interlock.errors import NotFound
from interlock.language.diagnostics import nearest
from interlock.language.json_schema import any_json_schema, json_schema
from interlock.server.cli.harmless import harmless_json
from interlock.server.kinds import known_kinds


def print_schema(kind: str) -> None:
    """Print the schema of one kind, or one for all.

    Args:
        kind: such as ``rules`` or ``rules/v1``; empty for all.

    Raises:
        NotFound: there is no such kind.
    """
    known = known_kinds()
    if not kind:
        print(harmless_json(any_json_schema(known), indent=2))
        return
    found = next((one for one in known if kind in {one, one.partition("/")[0]}), None)
    if found is None:
        hint = nearest(kind, known) or f"one of {', '.join(known)}"
        raise NotFound(f"there is no kind {kind!r} ({hint})")
    print(harmless_json(json_schema(found, known[found]), indent=2))
