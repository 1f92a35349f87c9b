"""Holds what happened against what was expected: strictly, and with the nearest miss.

What nobody expected is a miss, too: an action that was sent, a message, a machine that started.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interlock.language.diagnostics import Diagnostic, Span, ordered
from interlock.language.values import format_duration
from interlock.testing.scenario.model import Expectation, Fake, Scenario
from interlock.testing.scenario.play import Played
from interlock.testing.scenario.recording import Deed
from interlock.testing.scenario.subjects import Found, named, told

UNMET = "RV410"
"""Code of an expectation that was not met."""

UNEXPECTED = "RV411"
"""Code of a start, an action or a message that nobody expected."""

VIOLATED = "RV620"
"""Code of an invariant of a machine that did not hold."""

UNANSWERED = "RV412"
"""Code of an attempt that no fake answers."""

UNUSED = "RV406"
"""Code of a fake that nobody asked for."""

MOST_NAMED = 5
"""How many things that did happen a miss names when none was meant."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a scenario came to.

    Attributes:
        played: the run.
        misses: what was not as expected, by place; warnings are no failure.
    """

    played: Played
    misses: tuple[Diagnostic, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return all(miss.severity == "warning" for miss in self.misses)


def judge(played: Played) -> Judgement:
    """Return what was not as expected in a scenario that was played."""
    scenario, expected, misses = played.scenario, set[str](), list[Diagnostic]()
    for expectation in scenario.expectations:
        found = list(expectation.subject.found(played.recording))
        meant = [one for one in found if not one.differences and _in_time(expectation, one, played)]
        # What came near to it is no surprise besides: one fault, one miss.
        expected.update(one_id for one in meant or found for one_id in one.ids)
        misses += _weighed(expectation, found, meant, played)
    misses += _quiet(played) if scenario.quiet else _unexpected(played, expected)
    misses += _violated(played)
    misses += _unanswered(played)
    if played.is_endless:
        message = f"broken off after {played.most_steps} timers and answers: it goes in circles"
        misses.append(_miss(scenario, scenario.span, UNMET, message))
    misses += _unused(played)
    return Judgement(played, tuple(ordered(misses)))


def _in_time(expectation: Expectation, one: Found, played: Played) -> bool:
    if expectation.at is not None:
        instant = played.scenario.start + expectation.at
        return one.at <= instant and (one.until is None or one.until > instant)
    return expectation.by is None or one.at <= played.scenario.start + expectation.by


def _weighed(
    expectation: Expectation, found: Sequence[Found], meant: Sequence[Found], played: Played
) -> Iterator[Diagnostic]:
    """Yield the miss of an expectation, if it is one."""
    if len(meant) == expectation.times or (expectation.times is None and meant):
        return
    scenario, wanted = played.scenario, f"{expectation.subject.said}{_moment(expectation)}"
    if meant:
        moments = ", ".join(_since(scenario, one.at) for one in meant[:MOST_NAMED])
        happened = f"{meant[0].said} at {moments}"
        message = f"expected not: {wanted}; found that {happened}"
        if expectation.times:
            message = (
                f"expected {wanted}, {expectation.times} times; found {len(meant)}: {happened}"
            )
        yield _miss(scenario, expectation.span, UNMET, message)
        return
    wanted = f"expected {wanted}"
    near = min(found, key=lambda one: len(one.differences), default=None)
    nearest = "" if near is None else _near(scenario, near)
    hint = f"nearest: {nearest}" if nearest else f"instead: {_else(played)}"
    yield _miss(scenario, expectation.span, UNMET, f"{wanted}, found none", hint)


def _moment(expectation: Expectation) -> str:
    if expectation.at is not None:
        return f" at {format_duration(expectation.at)}"
    return "" if expectation.by is None else f" by {format_duration(expectation.by)}"


def _since(scenario: Scenario, at: int) -> str:
    return format_duration(at - scenario.start)


def _near(scenario: Scenario, one: Found) -> str:
    until = "" if one.until is None else f" until {_since(scenario, one.until)}"
    but = f", but {' and '.join(one.differences)}" if one.differences else ""
    return f"{one.said} at {_since(scenario, one.at)}{until}{but}"


def _else(played: Played) -> str:
    """Return what did happen, shortly."""
    scenario, recording = played.scenario, played.recording
    if recording.inadmissible:
        at, name, reason = recording.inadmissible[0]
        return f"{name} at {_since(scenario, at)} is not what is declared: {reason}"
    moments = [(one.at, f"{one.rule} fired") for one in recording.firings.values()]
    for course in recording.courses.values():
        way = " → ".join(move.dest for move in course.moves)
        moments.append((course.at, f"{named(course)} went {way}"))
    said = [f"{text} at {_since(scenario, at)}" for at, text in sorted(moments)[:MOST_NAMED]]
    return "; ".join(said) or "no rule fired"


# --- what nobody expected -------------------------------------------------------------------


def _quiet(played: Played) -> Iterator[Diagnostic]:
    for message in (*_starts(played, set()), *_deeds(played, set())):
        span = played.scenario.quiet or played.scenario.span
        yield _miss(played.scenario, span, UNMET, f"expected quiet, found that {message}")


def _unexpected(played: Played, expected: set[str]) -> Iterator[Diagnostic]:
    scenario, hint = played.scenario, "expect it, or say never, or allow it"
    for message in (*_starts(played, expected), *_deeds(played, expected)):
        yield _miss(scenario, scenario.span, UNEXPECTED, f"nobody expected that {message}", hint)


def _starts(played: Played, expected: set[str]) -> Iterator[str]:
    for course in played.recording.courses.values():
        is_free = course.branch or course.machine in played.scenario.allow
        if course.id not in expected and not is_free:
            yield f"{named(course)} started at {_since(played.scenario, course.at)}"


def _deeds(played: Played, expected: set[str]) -> Iterator[str]:
    for deed in played.recording.deeds.values():
        if deed.sent and deed.id not in expected and deed.action not in played.scenario.allow:
            yield f"{told(deed)} at {_since(played.scenario, deed.sent[0])}{_with(played, deed)}"


def _with(played: Played, deed: Deed) -> str:
    course = played.recording.courses[deed.incident]
    return f" in {deed.state} of {named(course)}"


def _violated(played: Played) -> Iterator[Diagnostic]:
    """Yield each invariant that was violated, once an incident, with the moment of the first."""
    seen: set[tuple[str, str]] = set()
    scenario = played.scenario
    for one in played.violations:
        if (one.incident, one.invariant.name) not in seen:
            seen.add((one.incident, one.invariant.name))
            message = f"{one.machine} violates {one.invariant.name!r} at {_since(scenario, one.at)}"
            yield _miss(scenario, scenario.span, VIOLATED, f"{message}: {one.seen}")


def _unanswered(played: Played) -> Iterator[Diagnostic]:
    scenario = played.scenario
    for at, attempt in played.unanswered:
        fake = next((one for one in scenario.fakes if one.name == attempt.action), None)
        what = f"attempt {attempt.attempt} of {attempt.action} at {_since(scenario, at)}"
        if fake is None:
            message, hint = f"no fake answers {what}", "say under executors how it is answered"
            yield _miss(scenario, scenario.span, UNANSWERED, message, hint)
        else:
            message, hint = f"the answers have run out before {what}", "add one"
            yield _miss(scenario, fake.span, UNANSWERED, message, hint)


def _unused(played: Played) -> Iterator[Diagnostic]:
    scenario = played.scenario
    for fake in scenario.fakes:
        if fake.is_own and (left := _left(played, fake)):
            message = f"{scenario.name}: {left}"
            yield Diagnostic(scenario.path, fake.span, "warning", UNUSED, message, "leave it out")
    for human in scenario.humans:
        if human not in played.spoken:
            message = f"{scenario.name}: nobody asked {human.actor}"
            yield Diagnostic(scenario.path, human.span, "warning", UNUSED, message, "leave it out")


def _left(played: Played, fake: Fake) -> str:
    """Return what of a fake nobody asked for; empty when all of it was."""
    if fake.name not in played.asked:
        return f"nobody asked for {fake.name}"
    used = sum(one.action == fake.name for one in played.harness.scripts.attempts)
    if fake.repeats or used >= len(fake.answers):
        return ""
    return f"only {used} of {len(fake.answers)} answers of {fake.name} were asked for"


def _miss(
    scenario: Scenario, span: Span, code: str, message: str, hint: str | None = None
) -> Diagnostic:
    return Diagnostic(scenario.path, span, "error", code, f"{scenario.name}: {message}", hint)
