"""Graphs on standard output, from files or from what a store recorded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from interlock.engine.bundle import Bundle
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
from interlock.server.cli import offline
from interlock.server.cli.compiling import compiled
from interlock.server.cli.harmless import harmless_json
from interlock.server.inputs import InputRejected


@dataclass(frozen=True)
class Told:
    """Which incident of which store to draw over the graph; both empty for none."""

    store: str
    incident: str


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
        told: the incident to draw over it, instead of ``paths``.
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
    drawn = _told(name, told, is_machine) if told.incident else _read(name, paths, is_machine)
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
