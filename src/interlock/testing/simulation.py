"""A bundle one plays with: lines of commands in, what came of each out.

::

    +30s                              time passes
    send site.probe service=shop up=false [status=… severity=… subject=… source=…]
    see http.look status=200          what a probe sees from here on
    ok web.restart [pid=7]            an action works, with its outputs; what is not said does
    fail web.restart [CODE]           it fails; hang, refuse, timeout likewise
    answer shop approve as ROLE       a person answers what the incident of that key asks
    freeze SCOPE, thaw SCOPE, abort KEY          KEY/BRANCH is a branch of a parallel state
    show                              what stands
    why [KEY], why-not RULE [field=value …]

Guarantees: the fold of the live service decides; the same lines give the same bytes.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

from typing_extensions import override

from interlock import digest
from interlock.engine.bundle import Bundle
from interlock.engine.executors.base import Attempt, ProbeRequest
from interlock.engine.fold.questions import question_of
from interlock.engine.lineage import branch_of
from interlock.engine.model import Kind
from interlock.errors import RequestRejected, SignalRejected
from interlock.language.diagnostics import nearest
from interlock.language.expression import OPEN
from interlock.language.values import Field, Value, admit, format_timestamp, format_value
from interlock.testing.harness import Harness
from interlock.testing.invariants import Violation
from interlock.testing.scripts import Answer, Body, Scripts
from interlock.testing.telling import told

_ABOUT = ("status", "severity", "subject", "source", "id")
"""What of a signal is no field of its declaration."""

_OUTCOMES: Mapping[str, str] = {
    "ok": "ok",
    "fail": "error",
    "hang": "hangs",
    "refuse": "refused",
    "timeout": "timeout",
}


class _Willing(Scripts):
    """Actions work unless a command says otherwise; probes see what a command says."""

    def __init__(self) -> None:
        super().__init__()
        self.blind: dict[str, None] = {}

    @override
    def answer(self, attempt: Attempt) -> Answer:
        return super().answer(attempt) if attempt.action in self._actions else Answer()

    @override
    def probe(self, request: ProbeRequest) -> Body:
        if request.probe not in self._probes:
            self.blind[request.probe] = None
        return super().probe(request)


class Simulation:
    """A bundle in simulated time, told what happens line by line.

    Args:
        bundle: what decides.
        start: simulated time of the first entry, RFC 3339.
    """

    def __init__(self, bundle: Bundle, *, start: str = "2026-03-02T09:00:00Z") -> None:
        self.bundle = bundle
        self._scripts = _Willing()
        self._violations: list[Violation] = []
        self.harness = Harness(
            bundle, start=start, scripts=self._scripts, violated=self._violations.append
        )
        self._read = len(self.harness.store.entries)
        self._words: Mapping[str, Callable[[Sequence[str]], None]] = {
            "send": self._send,
            "see": self._see,
            "answer": self._answer,
            "freeze": self._freeze,
            "thaw": self._thaw,
            "abort": self._abort,
            **dict.fromkeys(_OUTCOMES, self._script),
        }
        self._word = ""

    @property
    def clock(self) -> str:
        """The simulated time, RFC 3339."""
        return format_timestamp(self.harness.now)

    def do(self, line: str) -> list[str]:
        """Do what a line says and return what came of it, in order; an empty line does nothing.

        Raises:
            RequestRejected: the line says nothing that can be done; nothing has happened.
        """
        words = _words(line)
        if not words:
            return []
        if words[0].startswith("+"):
            self._pass(words)
        elif words[0] in self._words:
            self._word = words[0]
            self._words[words[0]](words[1:])
        else:
            hint = nearest(words[0], COMMANDS) or f"one of {', '.join(COMMANDS)}"
            raise RequestRejected(f"there is no command {words[0]!r} ({hint})")
        return list(self._told())

    # --- commands ---------------------------------------------------------------------------

    def _pass(self, words: Sequence[str]) -> None:
        _expect(len(words) == 1, "+DURATION, e.g. +30s")
        try:
            self.harness.advance(words[0][1:])
        except ValueError as error:
            raise RequestRejected(str(error)) from error

    def _send(self, words: Sequence[str]) -> None:
        _expect(bool(words), "send NAME field=value …")
        name, pairs = words[0], _pairs(words[1:])
        declared = self.bundle.rulebase.signal_types.get(name)
        if declared is None:
            raise RequestRejected(_unknown("signal", name, self.bundle.rulebase.signal_types))
        labels = {key: text for key, text in pairs.items() if key not in _ABOUT}
        self._typed(declared.fields, labels)
        about = {key: text for key, text in pairs.items() if key in _ABOUT}
        self.harness.send({"name": name, "labels": labels, **about})

    def _see(self, words: Sequence[str]) -> None:
        _expect(bool(words), "see PROBE field=value …")
        probes = self.bundle.machinebase.probes
        if words[0] not in probes:
            raise RequestRejected(_unknown("probe", words[0], probes))
        if probes[words[0]] is OPEN:
            raise RequestRejected(
                f"nothing says what {words[0]} sees; say it in an executors.toml beside the bundle,"
                " or by --executors"
            )
        self._scripts.blind.pop(words[0], None)
        self._scripts.see(words[0], [self._typed(probes[words[0]], _pairs(words[1:]))])

    def _script(self, words: Sequence[str]) -> None:
        _expect(bool(words), f"{self._word} ACTION")
        actions = self.bundle.machinebase.actions
        if words[0] not in actions:
            raise RequestRejected(_unknown("action", words[0], actions))
        outcome, rest = _OUTCOMES[self._word], words[1:]
        if outcome == "ok":
            outputs = self._typed(actions[words[0]].outputs, _pairs(rest))
            self._scripts.act(words[0], [Answer(outputs=outputs)])
        else:
            code = rest[0] if rest else ""
            self._scripts.act(words[0], [Answer(outcome, code=code, message=" ".join(rest[1:]))])

    def _answer(self, words: Sequence[str]) -> None:
        _expect(len(words) == 4 and words[2] == "as", "answer KEY CHOICE as ROLE")
        incident = self.incident(words[0])
        self.harness.answer(incident, words[1], f"one of {words[3]}", roles=[words[3]])

    def _freeze(self, words: Sequence[str]) -> None:
        _expect(len(words) == 1, "freeze SCOPE")
        self.harness.freeze(words[0], "simulated")

    def _thaw(self, words: Sequence[str]) -> None:
        _expect(len(words) == 1, "thaw SCOPE")
        self.harness.thaw(words[0], "simulated")

    def _abort(self, words: Sequence[str]) -> None:
        _expect(len(words) == 1, "abort KEY")
        self.harness.command("abort", self.incident(words[0]))

    def incident(self, key: str = "") -> str:
        """Return the id of the newest incident of a key, of its branch, of an id, or of all.

        Raises:
            RequestRejected: there is none.
        """
        rows, (about, _, branch) = self.harness.incidents, key.rpartition("/")
        found = [r.id for r in rows if key == r.id or (key in ("", r.key) and not branch_of(r.id))]
        if not found:
            found = [row.id for row in rows if (row.key, branch_of(row.id)) == (about, branch)]
        if not found:
            raise RequestRejected(f"there is no incident of {key!r}" if key else "no incident yet")
        return found[-1]

    def _typed(self, fields: Mapping[str, Field], texts: Mapping[str, str]) -> Mapping[str, Value]:
        unknown = [name for name in texts if name not in fields]
        if unknown:
            raise RequestRejected(_unknown("field", unknown[0], fields))
        try:
            return admit(fields, {}, texts)
        except SignalRejected as error:
            raise RequestRejected(str(error)) from error

    # --- what came of it --------------------------------------------------------------------

    def _told(self) -> Iterator[str]:
        entries = self.harness.store.entries
        for row in entries[self._read :]:
            if row.kind == Kind.DECISION:
                yield from told(digest.decode(row.body), self.harness.store)
        self._read = len(entries)
        yield from (f"{self.clock}  VIOLATED {one}" for one in self._violations)
        self._violations.clear()

    def show(self) -> Iterator[str]:
        """Yield what stands: incidents, facts, actions at work, what happens next."""
        for row in self.harness.incidents:
            yield f"incident {row.id} {row.machine} for {row.key}: {row.outcome or row.state}"
            if (asked := self.harness.state.questions.get(row.id)) is not None:
                question = question_of(self.harness.state, self.harness.state.incidents[row.id])
                choices = " or ".join(question.choices)
                yield f"asks {asked.text}; say: answer {row.key} {choices} as {question.role}"
        memory, types = self.harness.state.memory, self.bundle.rulebase.fact_types
        for fact in memory.facts() if memory is not None else ():
            fields = types[fact.fact].fields
            said = (
                f"{n}={format_value(v, fields[n].type)}" for n, v in sorted(fact.fields.items())
            )
            yield f"fact {fact.fact} {' '.join(said)}"
        for intent in self.harness.state.intents.values():
            yield f"action {intent.action} {intent.phase}, attempt {intent.attempt}"
        for scope in sorted(self.harness.state.gate.freezes):
            yield f"frozen {scope}"
        for probe in self._scripts.blind:
            yield f"probe {probe} saw nothing; say: see {probe} field=value"
        due = self.harness.next_due()
        yield f"next {format_timestamp(due)}" if due is not None else "next: nothing by itself"


COMMANDS = ("+DURATION", "send", "see", *_OUTCOMES, "answer", "freeze", "thaw", "abort")
"""Every command ``do`` takes."""


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError as error:
        raise RequestRejected(f"{line!r}: {error}") from error


def _expect(holds: bool, form: str) -> None:  # noqa: FBT001  # reads as a sentence
    if not holds:
        raise RequestRejected(f"expected {form}")


def _pairs(words: Sequence[str]) -> dict[str, str]:
    """Return ``field=value`` words."""
    pairs = {}
    for word in words:
        name, equals, text = word.partition("=")
        _expect(bool(name) and bool(equals), f"field=value, found {word!r}")
        pairs[name] = text
    return pairs


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    hint = nearest(name, known) or f"there are {', '.join(known) or 'none'}"
    return f"there is no {what} {name!r} ({hint})"
