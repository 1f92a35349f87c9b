"""One service for a file of tests, and the command line that talks to it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from interlock.server.cli.main import run
from tests.e2e.serving import Served, served

WAIT_S = 30
"""On two busy cores."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running service; each test has a subject of its own."""
    with served(tmp_path_factory.mktemp("interlock")) as running:
        yield running


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed for programs."""
        return json.loads(self.out)


@pytest.fixture
def interlock(
    service: Served, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Return a function that runs one command line against the service."""
    monkeypatch.setenv("INTERLOCK_GRPC_ADDRESS", service.grpc)

    def call(*arguments: str) -> Ran:
        code = run(arguments)
        printed = capfd.readouterr()
        return Ran(code, printed.out, printed.err)

    return call


@pytest.fixture
def incident(interlock: Callable[..., Ran]) -> Callable[..., dict[str, Any]]:
    """Return a function that breaks a service and gives its incident once it is in a state."""

    def begin(subject: str, *, state: str) -> dict[str, Any]:
        sent = interlock("signal", "send", "site.probe", "--value", f"service={subject}",
                         "--value", "up=false")  # fmt: skip
        assert sent.code == 0, sent.err
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            for one in interlock("incidents", "list", "-o", "json").json:
                if (one["subject"], one["state"]) == (subject, state):
                    return dict(one)
        raise AssertionError(f"no incident of {subject} came to {state} within {WAIT_S} s")

    return begin
