"""What an author waits for, and what a rule costs: against a fixed piece of plain Python.

The yardstick is always the same loop, timed right before each measurement, so that a figure means
the same on a slow machine: its floor is how long that loop took there.  Processes are timed from
outside, as whoever types the command waits for them; everything else is processor time.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from interlock.language.document import load_documents
from interlock.language.expression import Scope, compile_expression, parse
from interlock.language.values import STRING, Field, double
from interlock.rules.load import load_rulebase
from interlock.rules.memory import WorkingMemory
from interlock.rules.model import SignalElement
from interlock.rules.rulebase import RuleBase
from interlock.server import demo
from interlock.server.cli.suites import Suite, read_suites
from interlock.testing.mutation import try_mutants
from interlock.testing.scenario import judge, load_scenarios, play, read_shape
from tests.bench import policy
from tests.bench.lab import Figure, Lab, figure_of

LINKS = 20
"""Facts concluded one from the other, in the chain."""
FEW, MANY = 10, 10_000
"""Rules that a signal cannot touch."""

_TURNS = 5
_LOOPS = 2_000


def of_an_author(lab: Lab) -> Iterator[Figure]:
    """Yield what an author waits for."""
    lab.say(f"the command line: start, check of {policy.SHAPE[0]:,} rules")
    yield from _of_a_command_line(lab.folder / "authoring")
    lab.say(f"rules: a chain of {LINKS}, a conjunct, {MANY:,} rules beside")
    yield figure_of("chain_20_links_s", [_beside(_chain()) for _ in range(_TURNS)])
    yield figure_of("conjunct_us", [(used * 1e6, yard) for used, yard in _conjunct()])
    yield figure_of("untouched_10000_vs_10", list(_untouched()))
    lab.say("scenarios: 20 simulated minutes, the mutants of the demo")
    yield figure_of("scenario_20_min_s", [_beside(_scenario()) for _ in range(_TURNS)])
    yield figure_of("mutant_s", list(_mutants()))


def _of_a_command_line(folder: Path) -> Iterator[Figure]:
    """Yield what a person waits for at the prompt, and the processor's share of it."""
    folder.mkdir()
    for name, text in policy.files().items():
        (folder / name).write_text(text)
    shell, cache = _Shell(folder), folder / "cache" / "interlock"
    shell.run("check", str(folder))  # compiles our modules, as an installation does
    for name, arguments in {"version": ["--version"], "help": ["--help"]}.items():
        yield from _figures(name, [shell.run(*arguments) for _ in range(_TURNS)])
    cold = []
    for _ in range(_TURNS):
        shutil.rmtree(cache)
        cold.append(shell.run("check", str(folder)))
    yield from _figures("check_1000_rules_cold", cold)
    warm = [shell.run("check", str(folder)) for _ in range(_TURNS)]
    yield from _figures("check_1000_rules_warm", warm)


class _Turn(NamedTuple):
    """One command: seconds of its processor, seconds on the wall, and of the yardstick."""

    spent: float
    waited: float
    yard: float


def _figures(name: str, turns: Sequence[_Turn]) -> Iterator[Figure]:
    """Yield the processor time, and the shortest wait: what an idle machine would come to."""
    yield figure_of(f"{name}_cpu_s", [(one.spent, one.yard) for one in turns])
    shortest = min(turns, key=lambda one: one.waited)
    yield figure_of(f"{name}_least_wait_s", [(shortest.waited, shortest.yard)])


class _Shell:
    """Runs the program as whoever types it does: modules compiled, a cache of its own."""

    def __init__(self, folder: Path) -> None:
        ours = {"XDG_CACHE_HOME": folder / "cache", "PYTHONPYCACHEPREFIX": folder / "compiled"}
        taken = {"PYTHONDONTWRITEBYTECODE", "INTERLOCK_NO_CACHE"}
        kept = {name: text for name, text in os.environ.items() if name not in taken}
        self._environ = {**kept, **{name: str(place) for name, place in ours.items()}}

    def run(self, *arguments: str) -> _Turn:
        """Run one command that succeeds."""
        yard = yardstick()
        program = Path(sys.executable).parent / "interlock"
        before, began = _of_children(), time.monotonic()
        subprocess.run(
            [program, *arguments], check=True, capture_output=True, timeout=120, env=self._environ
        )
        return _Turn(_of_children() - before, time.monotonic() - began, yard)


def _of_children() -> float:
    """Return the processor seconds of the children that have ended, in Python and the kernel."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def yardstick() -> float:
    """Return the seconds that a fixed piece of plain Python takes now."""
    began = time.process_time()
    words: dict[str, int] = {}
    for number in range(100_000):
        word = f"w{number % 1_000}"
        words[word] = words.get(word, 0) + len(word)
    return time.process_time() - began


def _beside(work: Callable[[], float]) -> tuple[float, float]:
    """Return the seconds of some work, and of the yardstick right before."""
    yard = yardstick()
    return work(), yard


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


# --- rules --------------------------------------------------------------------------------------

_SIGNALS = """\
interlock: signals/v1
signals:
  host.load: {key: [host], correlate: [host], ttl: 1h, fields: {host: string, value: double}}
facts:
"""
_FACT = "  link.n{number}: {{key: [host], fields: {{host: string}}}}\n"
_LINK = """\
  - id: link-{number:03}
    title: One link of the chain
    owner: team-bench
    when:
      - fact: link.n{number}
        as: before
    then:
      - assert: link.n{next}
        set: {{host: "${{before.host}}"}}
    why: ${{before.host}} again
"""
_FIRST = """\
  - id: first
    title: The first link
    owner: team-bench
    when:
      - signal: host.load
        as: load
        where: value > 1
    then:
      - assert: link.n0
        set: {host: "${load.host}"}
    why: ${load.host} is at ${load.value}
"""
_BESIDE = """\
  - id: beside-{number:05}
    title: A rule nothing touches
    owner: team-bench
    when:
      - signal: host.load
        as: load
        where: [host == "h{number}", value > 1]
    then: [{{advise: "it is at ${{load.value}}"}}]
    why: ${{load.host}} is at ${{load.value}}
"""


def _rulebase(signals: str, *rules: str) -> RuleBase:
    texts = [signals, *(f"interlock: rules/v1\nrules:\n{some}" for some in rules)]
    return load_rulebase(
        [one for number, text in enumerate(texts) for one in load_documents(text, f"f{number}")]
    )


def _signal(number: int, host: str) -> SignalElement:
    fields = {"host": host, "value": 2_000_000 + number}
    return SignalElement(f"i{number}", "bench", "host.load", host, "", "firing", number, fields)


def _chain() -> Callable[[], float]:
    """Return what measures one signal that concludes a chain of facts."""
    facts = "".join(_FACT.format(number=number) for number in range(LINKS + 1))
    links = [_LINK.format(number=number, next=number + 1) for number in range(LINKS)]
    rulebase = _rulebase(_SIGNALS + facts, _FIRST + "".join(links))
    assert LINKS + 1 == len(_observed(WorkingMemory(rulebase), 1))

    def decide() -> float:
        memory = WorkingMemory(rulebase)
        return _spent(lambda: _observed(memory, 1))

    return decide


def _observed(memory: WorkingMemory, number: int, host: str = "h") -> tuple[object, ...]:
    return memory.observe(_signal(number, host), position=number, now=number).facts_asserted


def _conjunct() -> Iterator[tuple[float, float]]:
    """Yield the seconds of one evaluation of a compiled conjunct, and of the yardstick."""
    scope = Scope({"host": Field(STRING), "value": Field(double())})
    test = compile_expression(parse('value > 0.05 && host == "web-1"'), scope)
    row, times = {"host": "web-1", "value": 60_000}, range(100_000)
    for _ in range(_TURNS):
        yield _beside(lambda: _spent(lambda: [test(row, {}) for _ in times]) / len(times))


def _untouched() -> Iterator[tuple[float, float]]:
    """Yield the seconds of signals past many rules they cannot touch, and past few."""
    many, few = _past(MANY), _past(FEW)
    for _ in range(_TURNS):
        yield many(), few()


def _past(rules: int) -> Callable[[], float]:
    files = [
        "".join(_BESIDE.format(number=number) for number in range(first, min(rules, first + 1_000)))
        for first in range(0, rules, 1_000)
    ]
    memory = WorkingMemory(_rulebase(_SIGNALS + _FACT.format(number=0), *files))
    return lambda: _spent(lambda: [_observed(memory, n, "other") for n in range(1, _LOOPS)])


# --- scenarios ----------------------------------------------------------------------------------

_LONG = """\
interlock: test/v1
executors:
  web.restart: {takes: 2s, returns: {pid: 7, state: RUNNING}}
probes: {supervisord.process: {found: true}, http.look: {status: 200}}
scenarios:
  - name: twenty minutes
    given:
      - every: 10s
        times: 120
        signal: site.probe
        data: {service: shop, process: web, up: true, code: 200}
      - {at: 5m, signal: site.probe, data: {service: shop, process: web, up: false, code: 0}}
    expect: [{outcome: resolved}, {action: web.restart, result: done}]
    until: 20m
"""


def _demo() -> Suite:
    """Return all scenarios of the demo."""
    suites = read_suites([Path(demo.__file__).parent / "scenarios"], None).suites
    return Suite(suites[0].bundle, [one for suite in suites for one in suite.scenarios])


def _scenario() -> Callable[[], float]:
    """Return what measures one scenario of 20 simulated minutes, judged."""
    bundle = _demo().bundle
    (document,) = load_documents(_LONG, "long.test.yaml")
    (scenario,) = load_scenarios(document, read_shape(document), bundle)

    def judged() -> float:
        began = time.process_time()
        played = play(scenario, bundle)
        assert judge(played).passed
        assert played.ended_at - scenario.start == 20 * 60_000
        return time.process_time() - began

    return judged


def _mutants() -> Iterator[tuple[float, float]]:
    """Yield the seconds that one mutant of the demo takes on the average, in one process."""
    suite = _demo()
    for _ in range(2):
        yard = yardstick()
        began = time.process_time()
        trial = try_mutants(suite.bundle, suite.scenarios)
        tried = trial.count + trial.same + trial.unfit
        yield (time.process_time() - began) / tried, yard
