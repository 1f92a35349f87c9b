"""Graphs on standard output, from files or from what a store recorded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from interlock.engine.bundle import Bundle, documents_of
from interlock.engine.graph.flow import flow_graph, rules_graph
from interlock.engine.graph.model import NOTHING, Graph, Overlay, record
from interlock.engine.graph.states import states_graph
from interlock.engine.graph.svg import svg
from interlock.engine.graph.text import dot, mermaid
from interlock.engine.trail import Trail
from interlock.errors import NotFound
from interlock.language.diagnostics import nearest
from interlock.machines import diagram
from interlock.machines.definition import Machine
from interlock.rules.load import read_rules
from interlock.server.cli import offline
from interlock.server.cli.compiling import compiled
from interlock.server.cli.harmless import harmless_json
from interlock.server.cli.suites import read_suites
from interlock.server.inputs import InputRejected
from interlock.testing.coverage import Meter, merged
from interlock.testing.coverage.drawing import Covered


@dataclass(frozen=True)
class Told:
    """What to draw over the graph: an incident of a store, what scenarios cover, or nothing."""

    store: str
    incident: str
    covers: bool = False


@dataclass(frozen=True)
class _Drawn:
    """A graph to print, what is drawn over it, and the machine it shows, if it shows one."""

    graph: Graph
    overlay: Overlay
    machine: Machine | None = None


def draw(
    name: str,
    paths: Sequence[Path] | None,
    told: Told,
    form: str,
    *,
    is_machine: bool = False,
) -> None:
    """Print a graph.

    Args:
        name: ``rules``, ``flow``, or id of a machine.
        paths: the files it is drawn from; None: the current folder.
        told: what to draw over it; an incident instead of ``paths``.
        form: ``mermaid``, ``svg``, ``dot`` or ``json``.
        is_machine: whether ``name`` is a machine's.

    Raises:
        InputRejected: the options do not fit together, or a file cannot be read.
        DefinitionError: the files are no sound bundle.
        NotFound: there is no such machine or incident.
    """
    if bool(told.store) != bool(told.incident):
        raise InputRejected("--incident and --store are given together")
    if told.incident and paths:
        raise InputRejected("--incident: the bundle is the store's, so no PATH is given")
    if told.incident and told.covers:
        raise InputRejected("--incident and --coverage are two drawings")
    if told.incident:
        drawn = _told(name, told, is_machine)
    elif told.covers:
        drawn = _covered(name, paths or [Path()], is_machine)
    else:
        drawn = _read(name, paths, is_machine)
    sys.stdout.write(_in_form(drawn, form))


def _read(name: str, paths: Sequence[Path] | None, is_machine: bool) -> _Drawn:
    bundle = compiled(paths or [Path()])
    if is_machine:
        return _states(bundle, name, NOTHING)
    return _Drawn(_graph(bundle, name), NOTHING)


def _told(name: str, told: Told, is_machine: bool) -> _Drawn:
    with offline.opened(told.store) as reader:
        trail = Trail(reader, told.incident)
        if not is_machine:
            return _Drawn(_graph(trail.bundle, name), trail.over_flow())
        if name != trail.machine.id:
            raise NotFound(f"incident {told.incident} ran {trail.machine.id}, not {name!r}")
        return _states(trail.bundle, name, trail.over_states())


def _covered(name: str, paths: Sequence[Path], is_machine: bool) -> _Drawn:
    """Return a graph with what the scenarios below some paths cover of it."""
    suites = read_suites(paths, None).suites
    bundles = [suite.bundle for suite in suites]
    fit = (one for one in bundles if not is_machine or name in one.machinebase.machines)
    bundle = next(fit, bundles[0])
    meter = Meter(bundle)
    mine = [
        one for suite in suites if suite.bundle.digest == bundle.digest for one in suite.scenarios
    ]
    coverage = merged([meter.nothing, *(meter.play(one)[1] for one in mine)])
    rules, _ = read_rules(documents_of(bundle.files), bundle.parameters)
    covered = Covered(coverage, rules, meter.machines)
    if is_machine:
        return _Drawn(*covered.states(_states(bundle, name, NOTHING).graph, name))
    return _Drawn(*covered.flow(_graph(bundle, name)))


def _graph(bundle: Bundle, name: str) -> Graph:
    return rules_graph(bundle) if name == "rules" else flow_graph(bundle)


def _states(bundle: Bundle, name: str, overlay: Overlay) -> _Drawn:
    machines = bundle.machinebase.machines
    if name not in machines:
        hint = nearest(name, machines) or f"there are {', '.join(machines) or 'none'}"
        raise NotFound(f"no machine is called {name!r} ({hint})", machine=name)
    return _Drawn(states_graph(machines[name]), overlay, machines[name])


def _in_form(drawn: _Drawn, form: str) -> str:
    match form:
        case "svg":
            return svg(drawn.graph, drawn.overlay)
        case "dot":
            return dot(drawn.graph, drawn.overlay)
        case "json":
            return harmless_json(record(drawn.graph, drawn.overlay), indent=2) + "\n"
        case _ if drawn.machine is not None:
            return _diagram(drawn.machine, drawn.overlay)
        case _:
            return mermaid(drawn.graph, drawn.overlay)


def _diagram(machine: Machine, overlay: Overlay) -> str:
    current = {_path(node) for node in overlay.current}
    return diagram.mermaid(machine, current, visited={_path(node) for node in overlay.visited})


def _path(node: str) -> str:
    """Return the leaf path of a state's node."""
    return node.partition(":")[2]
