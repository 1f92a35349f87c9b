"""Checks the names a machine declares: context fields, events, built-in states, initials."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.language import nearest
from interlock.machines.definition import ABORTED, RESULTS, STAY, Trigger
from interlock.machines.schema import (
    FinalDefinition,
    MachineDocument,
    ParallelDefinition,
    RunDefinition,
    UndoDefinition,
    WaitDefinition,
)
from interlock.machines.scopes import RESERVED
from interlock.machines.source import Source
from interlock.machines.tree import Node

_BUILT_IN = frozenset(trigger.value for trigger in Trigger)
_EVERYWHERE = frozenset({Trigger.ABORT.value, Trigger.WITHDRAWN.value})
_HEARD: dict[type, frozenset[str]] = {
    RunDefinition: frozenset(RESULTS),
    WaitDefinition: frozenset({Trigger.MET.value}),
    UndoDefinition: frozenset({Trigger.DONE.value, Trigger.FAILED.value}),
    ParallelDefinition: frozenset({Trigger.JOINED.value, Trigger.FAILED.value}),
}


def check_names(source: Source, written: MachineDocument) -> None:
    """Report context fields and events that have a built-in name."""
    for name in written.context:
        if name in RESERVED:
            message = f"{name!r} is a built-in name and cannot be a context field"
            source.report(("context", name), "RV214", message, key=True)
    for name in written.events:
        if name in _BUILT_IN:
            source.report(("events", name), "RV613", f"{name!r} is a built-in event", key=True)


def check_states(source: Source, written: MachineDocument, root: Node) -> None:
    """Report states of a machine, or of a branch, that are reserved, unknown or hear nothing."""
    aborted = root.children[ABORTED]
    if not isinstance(aborted.definition, FinalDefinition):
        message = f"{ABORTED!r} is where operator.abort leads and must be final"
        source.report(aborted.loc, "RV604", message, key=True)
    for node in _scopes(root):
        _check_scope(source, node)
    _check_events(source, written, root)


def _scopes(node: Node) -> Iterator[Node]:
    if node.children:
        yield node
    for child in node.children.values():
        yield from _scopes(child)


def _check_scope(source: Source, node: Node) -> None:
    if STAY in node.children:
        message = f"{STAY!r} is what a branch says to leave things as they are"
        source.report(node.children[STAY].loc, "RV604", message, "name it otherwise", key=True)
    initial = node.initial
    if initial is not None and initial not in node.children:
        hint = nearest(initial, node.children)
        source.report((*node.loc, "initial"), "RV604", f"unknown state {initial!r}", hint)


def _check_events(source: Source, written: MachineDocument, root: Node) -> None:
    for node in _nodes(root):
        heard = {*_EVERYWHERE, *written.events}
        for leaf in node.leaves():
            heard |= _HEARD.get(type(leaf.definition), frozenset())
        for event in node.on:
            loc = (*node.loc, "on", event)
            if event in heard:
                continue
            if event in _BUILT_IN:
                message = f"{event!r} never reaches state {node.path!r}"
                source.report(loc, "RV613", message, key=True)
            else:
                hint = nearest(event, heard) or "declare it under `events`"
                source.report(loc, "RV613", f"unknown event {event!r}", hint, key=True)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children.values():
        yield from _nodes(child)
