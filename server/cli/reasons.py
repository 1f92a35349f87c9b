"""Reasons: asked of a service or of a store, and drawn as a tree."""

from __future__ import annotations

from typing import TypedDict

from rich.text import Text
from rich.tree import Tree

from interlock.engine.explain import Explainer
from interlock.engine.history import History
from interlock.server.cli import offline, records
from interlock.server.cli.online import connected
from interlock.server.cli.printer import styled
from interlock.server.live.reasons import explanation
from interlock.server.views import Explanation
from interlock.v1.audit_pb2 import ExplanationNode


class ReasonRecord(TypedDict):
    """One reason with the reasons it rests on."""

    kind: str
    id: str
    title: str
    position: records.Place | None
    at: str | None
    children: list[ReasonRecord]


_STYLES = {"incident": "bold", "action": "bold", "verdict": "cyan", "signal": "green"}


def from_service(server: str, subject: str) -> ReasonRecord:
    """Ask a running service.

    Raises:
        NotFound: neither an incident nor an action has that id.
        NotReady: the service does not answer.
    """
    with connected(server) as client:
        return of_message(client.run(lambda c: c.audit.explain(subject)))


def from_store(url: str, subject: str) -> ReasonRecord:
    """Ask a store on disk.

    Raises:
        NotFound: neither an incident nor an action has that id.
        InputRejected, JournalError: there is no store, or it cannot be read.
    """
    with offline.opened(url) as reader:
        return of_view(explanation(Explainer(History(reader.engine)).explain(subject)))


def tree(root: ReasonRecord) -> Tree:
    """Return the drawing of a reason and everything it rests on."""
    drawn = Tree(_label(root), guide_style="dim")
    _grow(drawn, root)
    return drawn


def of_view(reason: Explanation) -> ReasonRecord:
    """Return a reason as a record."""
    position, at = reason.position, reason.at
    place: records.Place | None = None
    if position is not None:
        place = {"partition": position.partition, "seq": position.seq}
    return {
        "kind": reason.kind,
        "id": reason.id,
        "title": reason.title,
        "position": place,
        "at": None if at is None else records.moment(at),
        "children": [of_view(child) for child in reason.children],
    }


def _grow(drawn: Tree, reason: ReasonRecord) -> None:
    for child in reason["children"]:
        _grow(drawn.add(_label(child)), child)


def _label(reason: ReasonRecord) -> Text:
    position, at = reason["position"], reason["at"]
    name = f" {reason['id']}" if reason["kind"] in {"incident", "action"} else ""
    entry = "" if position is None else f" #{position['seq']}"
    clock = "" if at is None else f" {at}"
    return styled(
        (reason["kind"], _STYLES.get(reason["kind"], "")),
        (name, "dim"),
        f" {reason['title']}",
        (entry + clock, "dim"),
    )


def of_message(message: ExplanationNode) -> ReasonRecord:
    """Return a reason as a service says it."""
    has_place, has_time = message.HasField("position"), message.HasField("at")
    return {
        "kind": message.kind,
        "id": message.id,
        "title": message.title,
        "position": records.place(message.position) if has_place else None,
        "at": records.moment(message.at.ToMilliseconds()) if has_time else None,
        "children": [of_message(child) for child in message.children],
    }
