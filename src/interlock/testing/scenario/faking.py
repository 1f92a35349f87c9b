"""Fakes: from the document to who answers how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from interlock.engine.probes import Probes
from interlock.language import Field, Loc
from interlock.language.values import BOOL, INT, STRING, Value, YamlValue, double
from interlock.testing.scenario.model import Fake
from interlock.testing.scenario.model import Sight as Seen
from interlock.testing.scenario.naming import Fields, Names
from interlock.testing.scenario.schema import (
    AnswerDefinition,
    Fakes,
    OneOrMoreAnswers,
    ScenariosDocument,
    Sights,
)
from interlock.testing.scripts import Answer

_WAYS = ("returns", "fails", "refuses", "times_out", "hangs", "lost")


@dataclass(frozen=True, slots=True)
class FakeCompiler:
    """Compiles what answers in place of executors and probes."""

    names: Names

    def compiled(self, loc: Loc, written: Fakes, *, is_own: bool) -> dict[str, Fake]:
        """Return fakes by name."""
        fakes: dict[str, Fake] = {}
        for name, answers in written.executors.items():
            place = (*loc, "executors", name)
            fakes[name] = self._action(place, name, answers, is_own=is_own)
        for name, sights in written.probes.items():
            place = (*loc, "probes", name)
            fakes[name] = self._probe(place, name, sights, is_own=is_own)
        return fakes

    def _action(self, loc: Loc, name: str, written: OneOrMoreAnswers, *, is_own: bool) -> Fake:
        action = self.names.action(loc, name)
        outputs = {} if action is None else action.outputs
        if isinstance(written, AnswerDefinition):
            answers = [self._answer(loc, name, written, outputs)]
        else:
            answers = [self._answer((*loc, n), name, one, outputs) for n, one in enumerate(written)]
        repeats = isinstance(written, AnswerDefinition)
        span = self.names.document.span(loc, key=True)
        return Fake(name, tuple(answers), (), repeats, span, is_own)

    def _answer(self, loc: Loc, name: str, written: AnswerDefinition, outputs: Fields) -> Answer:
        said = [way for way in _WAYS if getattr(written, way) not in (None, False)]
        if len(said) > 1:
            message = f"answers in {len(said)} ways at once: {' and '.join(said)}"
            self.names.document.report(loc, "RV110", message, "give a list, attempt by attempt")
        values: dict[str, Value] = {}
        if not said or said == ["returns"]:
            given = written.returns or {}
            place = (*loc, "returns") if written.returns is not None else loc
            values = self.names.values(place, given, outputs, complete=name)
        return Answer(
            outcome=_OUTCOMES[said[0] if said else "returns"],
            code=written.fails or ("deadline" if written.times_out else ""),
            message=written.message or written.refuses or written.lost or "",
            outputs=values,
            takes_ms=written.takes,
        )

    def _probe(self, loc: Loc, name: str, written: Sights, *, is_own: bool) -> Fake:
        fields = self.names.probe(loc, name)
        sights = written if isinstance(written, list) else [written]
        places = [(*loc, n) for n in range(len(sights))] if isinstance(written, list) else [loc]
        seen: list[Seen] = [
            one if isinstance(one, str) else self._sight(place, one, fields)
            for place, one in zip(places, sights, strict=True)
        ]
        span = self.names.document.span(loc, key=True)
        return Fake(name, (), tuple(seen), repeats=True, span=span, is_own=is_own)

    def _sight(
        self, loc: Loc, written: Mapping[str, YamlValue], fields: Fields | None
    ) -> dict[str, Value]:
        return {} if fields is None else self.names.values(loc, written, fields)


_OUTCOMES: Mapping[str, str] = {
    "returns": "ok",
    "fails": "error",
    "refuses": "refused",
    "times_out": "timeout",
    "hangs": "hangs",
    "lost": "lost",
}


def inferred_probes(documents: Iterable[ScenariosDocument]) -> Probes:
    """Return the probes that some documents fake, with the types their values seem to have.

    For bundles that are tested without the executors they will run with.
    """
    found: dict[str, dict[str, Field]] = {}
    for fakes in (part for one in documents for part in (one, *one.scenarios)):
        for name, sights in fakes.probes.items():
            for sight in sights if isinstance(sights, list) else [sights]:
                if not isinstance(sight, str):
                    _widen(found.setdefault(name, {}), sight)
    return found


def _widen(fields: dict[str, Field], sight: Mapping[str, YamlValue]) -> None:
    for name, value in sight.items():
        match value:
            case bool():
                seen = BOOL
            case int():
                seen = INT
            case str():
                seen = STRING
            case _:
                seen = double()
        known = fields.get(name)
        if known is None or (known.type == INT and seen == double()):
            fields[name] = Field(seen)
