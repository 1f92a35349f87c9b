"""What every test gets: a clean environment, its loop, hypothesis profiles, the scale of the run.

Profiles: ``dev`` (default; quick, random), ``ci`` (the same samples on every run) and ``torture``
(full counts).  ``make test`` and ``make torture`` choose theirs with ``--hypothesis-profile``.
"""

from __future__ import annotations

import asyncio
import os

import pytest
from hypothesis import HealthCheck, settings

from tests import loops, scale

# Two busy cores: an example that takes long is no fault, one that gives a wrong answer is.
_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=50, **_PATIENT)
settings.register_profile("ci", max_examples=100, derandomize=True, database=None, **_PATIENT)
settings.register_profile("torture", max_examples=5_000, print_blob=True, **_PATIENT)
settings.load_profile("torture" if scale.TORTURE else "dev")

asyncio.set_event_loop_policy(loops.Policy())


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> None:
    """Keep INTERLOCK_* settings of the person who runs the tests from what the tests start."""
    for name in [name for name in os.environ if name.startswith("INTERLOCK_")]:
        del os.environ[name]
    os.environ["INTERLOCK_NO_CACHE"] = "1"  # what an earlier run found is not what this one tests


@pytest.fixture
def torture() -> bool:
    """Whether this run takes the full counts."""
    return scale.TORTURE


_LONG = frozenset({"test_docs.py", "test_generate.py", "test_generating.py"})
"""Files of unit tests that take as long as those that start services."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked torture, unless this is torture; then nothing is hurried.

    What takes long comes first, so that no worker is left with it at the end.
    """
    items.sort(key=lambda item: "/tests/unit/" in str(item.path) and item.path.name not in _LONG)
    if scale.TORTURE:
        for item in items:
            item.add_marker(pytest.mark.timeout(0), append=False)
        return
    left_out = [item for item in items if item.get_closest_marker("torture")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
