"""Every metric Interlock exports, in one place.

Names are ``interlock_<room>_<what>_<unit>`` or ``_total``; failures are their own counter with
a bounded ``reason``.  Labels come from definitions, never from signals.  Every label value
known beforehand starts at 0, so that a rate never begins with a hole.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

from interlock import __version__
from interlock.engine.fold.state import State
from interlock.engine.intake import Proposal
from interlock.engine.model import Body, Kind

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

RECEIPTS = ("accepted", "duplicate", "conflict", "rejected")
VERDICTS = ("pass", "hold", "refuse")
FAILURES = ("append", "recover", "invariant", "dispatch", "crosscheck", "opinions")
RESULTS = ("done", "failed", "timed_out", "refused", "unverified", "abandoned")


class Telemetry:
    """The metrics of one process.

    Args:
        registry: where they are registered; a fresh one by default, so that two runtimes in
            one process do not collide.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.signals = self._counter("intake_signals", "Signals by what became of them", "receipt")
        self.entries = self._counter("journal_entries", "Entries written", "kind")
        self.groups = self._histogram("journal_commit_seconds", "Time one commit took", _FAST)
        self.group_size = self._histogram(
            "journal_commit_entries", "Entries in one commit", (1, 2, 5, 10, 25, 50, 100, 250, 500)
        )
        self.ack = self._histogram("intake_ack_seconds", "From intake to fsync", _FAST)
        self.fold = self._histogram("fold_group_seconds", "Time to fold one group", _FAST)
        self.firings = self._counter("rules_firings", "Firings of rules", "rule")
        self.unknowns = self._counter("rules_unknown_tests", "Tests neither true nor false", "rule")
        self.verdicts = self._counter("gate_verdicts", "Verdicts of the gate", "outcome")
        self.results = self._counter("actions_ended", "Action intents by result", "result")
        self.failures = self._counter("journal_failures", "Times the journal failed", "reason")
        self.disputes = self._counter(
            "crosscheck_disputes", "Joins the engines differ on", "reason"
        )
        self.queue = self._gauge("intake_queue_entries", "Entries waiting for a commit")
        self.open = self._gauge("incidents_open", "Open incidents")
        self.questions = self._gauge("incidents_questions", "Questions people have not answered")
        self.breaches = self._counter("incidents_breaches", "Service levels breached", "machine")
        self.held = self._gauge("gate_held_intents", "Intents the gate holds")
        self.unanswered = self._gauge("crosscheck_unanswered", "Joins the second engine owes")
        self.ready = self._gauge("runtime_ready", "1 while entries are journalled and decided")
        self.frozen = self._gauge("gate_frozen_scopes", "Scopes that are frozen")
        self.decided_at = self._gauge(
            "runtime_last_decision_timestamp_seconds", "When an entry was last decided"
        )
        build = Info("interlock_build", "Version of Interlock", registry=self.registry)
        build.info({"version": __version__})
        self._start_at_zero()

    def committed(self, proposals: Sequence[Proposal], decisions: int, seconds: float) -> None:
        """Count one commit: its entries, the decisions with them, how long it took."""
        for kind, entries in Tally(proposal.kind for proposal in proposals).items():
            self.entries.labels(kind).inc(entries)
        self.entries.labels(str(Kind.DECISION)).inc(decisions)
        self.groups.observe(seconds)
        self.group_size.observe(len(proposals) + decisions)

    def stand(self, state: State) -> None:
        """Set what only the state knows: how many are open, are held, have not been answered."""
        self.open.set(len(state.by_key))
        self.questions.set(len(state.questions))
        held = sum(1 for intent in state.intents.values() if intent.phase == "held")
        self.held.set(held)

    def count(self, decisions: Iterable[Body]) -> None:
        """Count what decisions that are on disk now say."""
        for decision in decisions:
            for firing in decision.get("firings", ()):
                self.firings.labels(firing["rule"]).inc()
            for unknown in decision.get("unknowns", ()):
                self.unknowns.labels(unknown["rule"]).inc()
            for verdict in decision.get("verdicts", ()):
                self.verdicts.labels(verdict["outcome"]).inc()
            for breach in decision.get("breaches", ()):
                self.breaches.labels(breach["machine"]).inc()
            for ended in decision.get("ended", ()):
                self.results.labels(ended["result"]).inc()
            self.decided_at.set(decision["at"] / 1000)

    def _start_at_zero(self) -> None:
        starts: tuple[tuple[Counter, Iterable[str]], ...] = (
            (self.signals, RECEIPTS),
            (self.entries, Kind),
            (self.verdicts, VERDICTS),
            (self.results, RESULTS),
            (self.failures, FAILURES),
            (self.disputes, ("disagreement", "fault")),
        )
        for counter, values in starts:
            for value in values:
                counter.labels(str(value))

    def _counter(self, name: str, text: str, label: str) -> Counter:
        return Counter(f"interlock_{name}_total", text, [label], registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"interlock_{name}", text, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"interlock_{name}", text, buckets=buckets, registry=self.registry)
