"""A web service that is started again under other rules."""

from __future__ import annotations

from collections.abc import Mapping

from interlock.testing import Answer
from tests import bundles
from tests.unit.engine.fold.conftest import Web


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """Return the web bundle with a text of one file replaced."""
    files = bundles.web()
    assert old in files[name]
    return {**files, name: files[name].replace(old, new)}


OTHER_WORDS = changed("rules.yaml", "nothing answers for", "NOTHING answers for")


def restarted(web: Web, files: Mapping[str, str], *, engines: str = "reference") -> Web:
    """Return the service after a restart with other files; what it lets out hangs."""
    web.freeze(reason="until the scripts are written")
    again = Web(files, store=web.store, engines=engines)
    again.script("web.restart", Answer("hangs"))
    again.script("web.switch", Answer("hangs"))
    again.thaw()
    return again


def held(web: Web) -> bool:
    """Return whether any incident is still held open by what the rules find."""
    return bool(web.state.supports)
