"""A question about what a simulated service did."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.engine.explain import Explainer, Reason
from interlock.testing import Harness
from tests.unit.engine.kept import history
from tests.unit.engine.reasons import Why


@pytest.fixture
def why(tmp_path: Path) -> Why:
    """Return a function that explains something a service did."""

    def ask(service: Harness, subject: str) -> Reason:
        with history(service.store, tmp_path) as found:
            return Explainer(found).explain(subject)

    return ask
