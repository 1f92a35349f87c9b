"""Scenarios of tests: text in, what they came to out."""

from __future__ import annotations

from interlock.engine.bundle import Bundle
from interlock.errors import DefinitionError
from interlock.language.document import load_documents
from interlock.testing.scenario import Judgement, Scenario, judge, load_scenarios, play, read_shape
from tests.bundles import web_bundle

DOWN = "{signal: site.probe, data: {service: shop, up: false, code: 0}}"
UP = "{at: 8s, signal: site.probe, data: {service: shop, up: true, code: 200}}"
HEAD = """\
interlock: test/v1
executors:
  web.restart: {returns: {pid: 7, state: RUNNING}}
probes:
  supervisord.process: {found: true}
  http.look: {status: 200}
scenarios:
  - name: one
"""


def load(text: str, bundle: Bundle | None = None) -> tuple[Scenario, ...]:
    """Return the scenarios of a document; ``text`` alone is the rest of one scenario."""
    whole = text if text.startswith("interlock:") else HEAD + indented(text)
    (document,) = load_documents(whole, "shop.test.yaml")
    return load_scenarios(document, read_shape(document), bundle or web_bundle())


def faults(text: str) -> list[str]:
    """Return the faults of a document, without its name."""
    try:
        load(text)
    except DefinitionError as refused:
        return [str(one).removeprefix("shop.test.yaml:") for one in refused.diagnostics]
    return []


def judged(text: str, bundle: Bundle | None = None) -> Judgement:
    """Play the only scenario of a document."""
    (scenario,) = load(text, bundle)
    return judge(play(scenario, bundle or web_bundle()))


def misses(text: str) -> list[str]:
    """Return what the only scenario of a document misses: codes and messages."""
    return [f"{one.code} {one.message}" for one in judged(text).misses]


def indented(text: str) -> str:
    """Return the lines of a scenario below its name."""
    return "".join(f"    {line}\n" for line in text.splitlines())
