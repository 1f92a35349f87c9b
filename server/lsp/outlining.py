"""What a file declares, nested as it is written, in the words of the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from lsprotocol import types

from interlock.server.lsp.describing import described
from interlock.server.lsp.finding import Mark
from interlock.server.lsp.names import Name
from interlock.server.lsp.positions import Positions

_KINDS: Final[Mapping[str, types.SymbolKind]] = {
    "signal": types.SymbolKind.Event,
    "fact": types.SymbolKind.Struct,
    "parameter": types.SymbolKind.Constant,
    "machine": types.SymbolKind.Module,
    "state": types.SymbolKind.Class,
    "event": types.SymbolKind.Event,
    "action": types.SymbolKind.Function,
    "rule": types.SymbolKind.Method,
    "scenario": types.SymbolKind.Method,
}


def outline(
    declared: Iterable[tuple[Name, Mark, Mark]], positions: Positions
) -> list[types.DocumentSymbol]:
    """Return what a file declares as symbols.

    Args:
        declared: each name, where all is written that is said of it, and where it is; outer ones
            first.
        positions: of the file.
    """
    found: list[types.DocumentSymbol] = []
    around: list[tuple[Name, list[types.DocumentSymbol]]] = []
    for name, whole, own in declared:
        inner: list[types.DocumentSymbol] = []
        symbol = types.DocumentSymbol(
            name=name.text or "?",
            kind=_KINDS.get(name.kind, types.SymbolKind.Object),
            range=positions.range(whole.start, max(whole.end, own.end)),
            selection_range=positions.range(own.start, own.end),
            detail=described(name).detail or None,
            children=inner,
        )
        while around and not _is_within(name, around[-1][0]):
            around.pop()
        (around[-1][1] if around else found).append(symbol)
        around.append((name, inner))
    return found


def _is_within(inner: Name, outer: Name) -> bool:
    loc = outer.loc if outer.is_key else outer.loc[:-1]
    return inner.document is outer.document and inner.loc[: len(loc)] == loc
