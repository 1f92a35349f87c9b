"""Runbooks as pages for people, from the author's files and nothing else.

An index, the rules, the actions, and a page for each machine: what it is for, its diagram, what
starts it, its steps with their risk and their way back, and where each stands.  Pages link to
each other by anchors of their own.

Guarantees: the same bundle gives the same bytes; no text of an author leaves its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interlock.engine.verify.whole import Whole
from interlock.engine.whereabouts import parts_of
from interlock.language.values import Field, format_duration
from interlock.machines.actions import ActionType
from interlock.machines.definition import (
    ABORTED,
    ApproveState,
    FinalState,
    Machine,
    ParallelState,
    RunState,
    State,
    WaitState,
)
from interlock.machines.diagram import edges_of, mermaid, subtitle
from interlock.machines.terms import Terms
from interlock.rules.network import AdviseSpec, AssertSpec, ConsequenceSpec, SendSpec, StartSpec
from interlock.rules.verify import Subject
from interlock.rules.wording import worded

MARK = "<!-- made by interlock docs; edits are lost -->"
"""The first line of every page."""

INDEX, RULES, ACTIONS = "index.md", "rules.md", "actions.md"


def pages(whole: Whole) -> dict[str, str]:
    """Return every page by its file name."""
    book = _Book(whole)
    found = {INDEX: book.index(), RULES: book.rules(), ACTIONS: book.actions()}
    for machine in whole.machinebase.machines.values():
        found[page_of(machine.id)] = book.machine(machine)
    return {name: "\n".join([MARK, "", *lines]) + "\n" for name, lines in found.items()}


def page_of(machine: str) -> str:
    """Return the file name of a machine's page."""
    return f"machine-{machine}.md"


class _Book:
    """The pages of one bundle."""

    def __init__(self, whole: Whole) -> None:
        self._machines = whole.machinebase.machines
        self._actions = whole.machinebase.actions
        self._documents = whole.documents
        self._rules: dict[str, list[Subject]] = {}
        for subject in whole.subjects:
            self._rules.setdefault(subject.rule.id, []).append(subject)

    # --- the index --------------------------------------------------------------------------

    def index(self) -> list[str]:
        """Return the page that leads to all others."""
        lines = ["# Runbooks", "", "| runbook | is for | owner | started by |", "|---|---|---|---|"]
        for machine in self._machines.values():
            starts = (
                ", ".join(_link(name, RULES) for name in self._starting(machine.id)) or "nothing"
            )
            cells = (f"[{_code(machine.id)}]({page_of(machine.id)})", _cell(machine.title))
            lines.append(f"| {' | '.join((*cells, _cell(machine.owner), starts))} |")
        counts = f"{len(self._rules)} [rules]({RULES}), {len(self._actions)} [actions]({ACTIONS})."
        return [*lines, "", counts]

    def _starting(self, machine: str) -> list[str]:
        return [name for name, found in self._rules.items() if machine in found[0].machines]

    def _running(self, action: str) -> list[str]:
        return [
            machine.id
            for machine in self._machines.values()
            if any(action in _runs(state) for _, state in machine.whole.values())
        ]

    # --- machines ---------------------------------------------------------------------------

    def machine(self, machine: Machine) -> list[str]:
        """Return the page of one machine."""
        lines = [f"# {_line(machine.title)}", "", f"{_code(machine.id)}, version {machine.version}"]
        lines += ["", *_about(machine.owner, machine.severity, machine.runbook_url)]
        lines += [f"* To be resolved within {_time(machine.resolve_within_ms)}"] * bool(
            machine.resolve_within_ms
        )
        lines += ["", *_prose(machine.doc), *_terms(machine.terms)]
        lines += ["## What starts it", ""]
        for name in self._starting(machine.id):
            rule = self._rules[name][0].rule
            lines.append(f"* {_link(name, RULES)}: {_line(rule.title)}")
        lines += ["", "## The way it goes", "", "```mermaid", mermaid(machine).rstrip(), "```", ""]
        lines += ["## Steps", "", "| step | does | then |", "|---|---|---|"]
        lines += [
            self._step(path, scope, state)
            for path, (scope, state) in machine.whole.items()
            if state.path != ABORTED
        ]
        lines += ["", *_fields("What it is given", machine.context)]
        if machine.invariants:
            lines += [
                "## What always holds",
                "",
                *(f"* {_line(i.name)}" for i in machine.invariants),
                "",
            ]
        return _trimmed([*lines, *self._whereabouts(machine)])

    def _whereabouts(self, machine: Machine) -> Iterator[str]:
        """Yield where its parts are written."""
        rules = [self._rules[name][0].rule.path for name in self._starting(machine.id)]
        runs = {name for state in machine.states.values() for name in _runs(state)}
        backs = [self._actions[n].rollback for n in runs if n in self._actions]
        actions = runs | {back.action for back in backs if back is not None}
        yield from ("## Where it is written", "")
        for part in parts_of(machine.id, rules, actions, self._documents):
            note = f": {part.note}" if part.note else ""
            yield f"* {part.what.capitalize()}: {', '.join(map(_code, part.paths))}{note}"

    def _step(self, path: str, scope: str, state: State) -> str:
        does = _line(subtitle(state)) or "ends"
        match state:
            case RunState():
                risk = self._actions[state.action].risk
                does = f"runs {_link(state.action, ACTIONS)}, risk {risk}"
                if state.retry is not None:
                    does += f", at most {state.retry.attempts} attempts"
            case ApproveState():
                asked = state.question
                does = f"asks {_code(asked.role)} ({asked.quorum}), for {_time(asked.expires_ms)}"
            case WaitState():
                does = f"waits for {_code(state.wait.name)}"
                does += f" for {_time(state.wait.hold_ms)}" if state.wait.hold_ms else ""
            case ParallelState():
                does = f"forks into {', '.join(map(_code, state.branches))}, waits for all"
            case FinalState():
                told = ", ".join(_link(one.action, ACTIONS) for one in state.notices)
                does = f"ends {_code(state.outcome)}" + (f", tells {told}" if told else "")
            case _:
                pass
        ways = "; ".join(f"{_code(one)} → {_code(scope + dest)}" for one, dest in edges_of(state))
        note = f"<br>{_cell(state.doc)}" if state.doc else ""
        return _row(f"{_code(path)}{note}", does, ways)

    # --- rules ------------------------------------------------------------------------------

    def rules(self) -> list[str]:
        """Return the page of all rules."""
        lines = ["# Rules", ""]
        for name, branches in self._rules.items():
            lines += self._rule(name, branches)
        return _trimmed(lines)

    def _rule(self, name: str, branches: Sequence[Subject]) -> Iterator[str]:
        rule = branches[0].rule
        yield from (_anchor(name), f"## {_line(rule.title)}", "", _code(name), "")
        yield from _about(rule.owner, rule.severity, rule.runbook_url)
        yield f"* Written in {_code(f'{rule.path}:{rule.line}')}"
        yield from ["* It only watches: status shadow"] * rule.shadow
        yield from ("", f"> {_line(rule.why.text)}", "")
        for branch in branches:
            yield f"Branch {branch.rule.branch}:" if branch.rule.branch else "When:"
            yield ""
            yield from (f"* {_code(text)}" for text in _conditions(branch))
            yield ""
        yield from ("Then:", "", *(self._then(spec) for spec in rule.consequences), "")

    def _then(self, spec: ConsequenceSpec) -> str:
        match spec:
            case StartSpec():
                return f"* starts {_page_link(spec.machine)}"
            case AssertSpec():
                return f"* asserts {_code(spec.fact)}"
            case SendSpec():
                return f"* sends {_code(spec.event)}"
            case AdviseSpec():
                return f"* advises {_code(spec.text.text)}"

    # --- actions ----------------------------------------------------------------------------

    def actions(self) -> list[str]:
        """Return the page of all actions."""
        lines = ["# Actions", ""]
        for action in self._actions.values():
            lines += self._action(action)
        return _trimmed(lines)

    def _action(self, action: ActionType) -> Iterator[str]:
        yield from (_anchor(action.name), f"## {_line(action.title)}", "")
        yield from (f"{_code(action.name)}, version {action.version}", "")
        yield from _about(action.owner, None, "")
        yield f"* Risk: {action.risk}"
        yield f"* Done by {_code(f'{action.executor}.{action.operation}')}"
        yield f"* At most {_time(action.timeout_ms)} an attempt"
        yield f"* {_way_back(action)}"
        for rate in action.rates:
            apart = f" for each {_code(rate.key.text)}" if rate.key is not None else ""
            yield f"* At most {rate.max} in {_time(rate.per_ms)}{apart}"
        for needed in action.requires:
            yield f"* Only when {_code(needed.expect.text) or _line(needed.why.text)}"
        if (proof := action.verify) is not None:
            looks = f"{proof.consecutive} looks {_time(proof.every_ms)} apart"
            within = f"within {_time(proof.within_ms)}"
            yield f"* Done when {_code(proof.expect.text)} in {looks}, {within}"
        users = ", ".join(
            f"[{_code(name)}]({page_of(name)})" for name in self._running(action.name)
        )
        yield f"* Used by {users or 'nothing'}"
        yield ""
        yield from (*_prose(action.doc), *_terms(action.terms))
        yield from _fields("Inputs", action.inputs, level=3)


def _conditions(subject: Subject) -> list[str]:
    patterns = (*subject.rule.patterns, *subject.rule.negations)
    groups = zip(patterns, (*subject.patterns, *subject.negations), strict=True)
    return [worded(pattern, [one.text for one in group]) for pattern, group in groups]


def _runs(state: State) -> tuple[str, ...]:
    if isinstance(state, RunState):
        return (state.action,)
    notices = state.notices if isinstance(state, FinalState | ApproveState) else ()
    return tuple(notice.action for notice in notices)


def _way_back(action: ActionType) -> str:
    if action.rollback is not None:
        return f"Taken back by {_link(action.rollback.action, ACTIONS)}"
    because = f": {_line(action.irreversible_because)}" if action.irreversible_because else ""
    return f"Cannot be taken back{because}"


def _about(owner: str | None, severity: str | None, url: str | None) -> Iterator[str]:
    yield from [f"* Owner: {_line(owner)}"] if owner else []
    yield from [f"* Severity: {severity}"] if severity else []
    yield from [f"* Runbook: {_code(url)}"] if url else []


def _terms(terms: Terms) -> Iterator[str]:
    for title, said in (
        ("Takes for granted", terms.assumes),
        ("Depends on", terms.environment),
        ("May be authorised by", terms.authorised),
    ):
        if said:
            yield from (f"{title}:", "", *(f"* {_line(one)}" for one in said), "")


def _fields(title: str, fields: Mapping[str, Field], *, level: int = 2) -> Iterator[str]:
    if fields:
        yield from (f"{'#' * level} {title}", "", "| name | type | means |", "|---|---|---|")
        for name, one in fields.items():
            kind = f"{one.type}, optional" if one.optional else str(one.type)
            yield _row(_code(name), kind, _cell(one.doc))
        yield ""


def _prose(doc: str) -> Iterator[str]:
    """Yield an author's text as a quotation, so that nothing in it is a heading or a fence."""
    if doc.strip():
        yield from (f"> {_line(line)}".rstrip() for line in doc.strip().splitlines())
        yield ""


def _anchor(name: str) -> str:
    return f'<a id="{name}"></a>\n'


def _link(name: str, page: str) -> str:
    return f"[{_code(name)}]({page}#{name})"


def _page_link(machine: str) -> str:
    return f"[{_code(machine)}]({page_of(machine)})"


def _row(*cells: str) -> str:
    """Return a row of a table; a bar ends a cell even in code."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _time(ms: int | None) -> str:
    return format_duration(ms or 0)


def _line(text: str) -> str:
    """Return a text as one line that is no markup: what could begin some is escaped."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\`*_[]<>#~&" else c for c in plain)


def _cell(text: str) -> str:
    return _line(" ".join(text.split()))


def _code(text: str) -> str:
    """Return a text as code; of the backquotes there is a look-alike that ends nothing."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return f"`{plain.replace('`', 'ˋ')}`" if plain else ""


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Return lines without the blank ones at the end and without two in a row."""
    kept = [x for n, x in enumerate(lines) if x or (n > 0 and lines[n - 1])]
    while kept and not kept[-1]:
        kept.pop()
    return kept
