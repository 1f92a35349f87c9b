"""What the demo shows: one line per thing that happened, and the tree of reasons."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from interlock.server.cli.harmless import harmless
from interlock.v1.audit_pb2 import ExplanationNode
from interlock.v1.incident_pb2 import Incident, Transition

_COLOURS = {"resolved": "green", "handed_over": "yellow"}

_WORDS = {
    "done": "done and verified",
    "unverified": "done, and it did not help",
    "met": "the signals agree",
}
"""What the triggers of a machine mean, where its author does not say."""


class Screen:
    """Writes lines with the time since the start.

    Args:
        console: where they go.
        quiet: whether only the last line is wanted.
    """

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._began = time.monotonic()

    def say(self, text: str, style: str = "") -> None:
        """Write a line of the narrator."""
        if not self._quiet:
            self._console.print(Text.assemble(self._clock(), (text, style)), soft_wrap=True)

    def act(self, title: str) -> None:
        """Open an act."""
        if not self._quiet:
            self._console.print()
            self.say(title, "bold")

    def moved(self, incident: Incident, transition: Transition) -> None:
        """Write a transition of an incident."""
        where = transition.destination
        reason = transition.why or _WORDS.get(transition.trigger, transition.trigger)
        move = f"{transition.source} → {where}   ({reason})"
        if not transition.source:
            move = f"starts in {where}   ({incident.title})"
        line = f"  {incident.subject}: {incident.machine} {move}"
        self.say(harmless(line), _COLOURS.get(where, "cyan"))

    def why(self, node: ExplanationNode) -> None:
        """Write a tree of reasons."""
        if not self._quiet:
            self._console.print(_tree(node))

    def last(self, text: str, *, good: bool) -> None:
        """Write the verdict; always shown, never coloured away."""
        self._console.print(Text(text, "bold green" if good else "bold red"), soft_wrap=True)

    def _clock(self) -> tuple[str, str]:
        return (f"{time.monotonic() - self._began:6.1f} s  ", "dim")


def _tree(node: ExplanationNode, parent: Tree | None = None) -> Tree:
    label = Text(harmless(node.title))
    if node.HasField("position"):
        label.append(f"   entry {node.position.seq}", "dim")
    if node.HasField("at"):
        at = datetime.fromtimestamp(node.at.seconds + node.at.nanos / 1e9, UTC)
        label.append(f"   {at:%H:%M:%S}.{at.microsecond // 1000:03}Z", "dim")
    branch = Tree(label) if parent is None else parent.add(label)
    for child in node.children:
        _tree(child, branch)
    return branch
