"""What every declared signal said up to a moment, also what no rule wanted.

What is live is decided by the rules' own memory, given a rule for each signal that wants all of
them.
"""

from __future__ import annotations

from collections.abc import Sequence

from interlock.engine.bundle import Bundle
from interlock.engine.fold.hearing import element_of
from interlock.engine.model import Entry, Kind
from interlock.errors import SignalRejected
from interlock.language.document import Document, load_documents
from interlock.rules.elements import Element
from interlock.rules.load import load_rulebase
from interlock.rules.memory import WorkingMemory
from interlock.rules.rulebase import RuleBase


class Heard:
    """What every declared signal says, also what no rule wants."""

    def __init__(self) -> None:
        self.last: dict[str, tuple[int, int]] = {}
        self._bundle: Bundle | None = None
        self._memory: WorkingMemory | None = None

    def take(self, entry: Entry, bundle: Bundle | None) -> None:
        """Take in an entry that was decided by a bundle."""
        if bundle is not self._bundle and bundle is not None:
            self._change(bundle, entry)
        if entry.kind is not Kind.SIGNAL or self._memory is None:
            return
        self.expire(entry.at, entry.seq)
        name = entry.body["signal"]["name"]
        declared = self._memory.rulebase.signal_types.get(name)
        if declared is None:
            return
        self.last[name] = entry.seq, entry.at
        try:
            element = element_of(declared, entry)
        except SignalRejected:
            return
        self._memory.observe(element, position=entry.seq, now=entry.at)

    def expire(self, at: int, seq: int) -> None:
        """Let time pass."""
        if self._memory is not None:
            let_expire(self._memory, at, seq)

    def live(self, name: str) -> Sequence[Element]:
        """Return the live signals of a name."""
        return () if self._memory is None else self._memory.elements_of(name)

    def _change(self, bundle: Bundle, entry: Entry) -> None:
        before, self._bundle = self._memory, bundle
        self.expire(entry.at, entry.seq)
        self._memory = WorkingMemory(_wanting_all(bundle))
        if before is not None:
            self._memory.adopt(before, position=entry.seq, now=entry.at)


def _wanting_all(bundle: Bundle) -> RuleBase:
    """Return the bundle's signals with a rule for each that wants all of them."""
    declared = [one for one in documents(bundle) if one.kind == "signals/v1"]
    names = sorted(bundle.rulebase.signal_types)
    rules = "".join(
        f"\n  - {{id: r{n}, title: t, when: [{{signal: {name}, as: _e}}],"
        " then: [{advise: seen}], why: seen}"
        for n, name in enumerate(names)
    )
    text = f"interlock: rules/v1\npackage: why-not\nrules:{rules or ' []'}\n"
    return load_rulebase([*declared, *load_documents(text, "why-not.yaml")])


def documents(bundle: Bundle) -> list[Document]:
    """Return the documents a bundle was compiled from."""
    return [
        document
        for name, text in sorted(bundle.files.items())
        if name.endswith((".yaml", ".yml"))
        for document in load_documents(text, name)
    ]


def let_expire(memory: WorkingMemory, at: int, seq: int) -> None:
    """Let what is due by a moment expire."""
    while (due := memory.next_expiry()) is not None and due <= at:
        memory.expire(now=due, position=seq)
