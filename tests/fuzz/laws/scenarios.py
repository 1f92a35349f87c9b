"""Any file is scenarios of a bundle, or diagnostics."""

from __future__ import annotations

from functools import cache

from interlock.engine.bundle import Bundle
from interlock.errors import DefinitionError
from interlock.language.document import load_documents
from interlock.testing.scenario import load_scenarios, read_shape
from tests.bench import mix


@cache
def _bundle() -> Bundle:
    return Bundle.compile(mix.bundle(10))


def hold(data: bytes) -> None:
    """Read a file as ``interlock test`` does."""
    for document in load_documents(data, "f.yaml"):
        try:
            load_scenarios(document, read_shape(document), _bundle())
        except DefinitionError as refused:
            assert refused.diagnostics
            assert all(str(one) for one in refused.diagnostics)
