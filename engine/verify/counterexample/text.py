"""A counter-example as the text of a ``test/v1`` document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from interlock.language.diagnostics import Diagnostic
from interlock.language.values import (
    Kind,
    Type,
    Value,
    YamlValue,
    format_decimal,
    format_duration,
    format_timestamp,
)


@dataclass(frozen=True)
class Counterexample:
    """A scenario that says what ought to be, and fails because of a finding.

    Attributes:
        finding: what it shows.
        given: what happens, as ``test/v1`` has it.
        expect: what ought to come of it, and does not.
        executors, probes, humans: who answers how.
        until_ms: when it ends.
    """

    finding: Diagnostic
    given: Sequence[Mapping[str, YamlValue]]
    expect: Sequence[Mapping[str, YamlValue]]
    executors: Mapping[str, YamlValue] = field(default_factory=dict)
    probes: Mapping[str, YamlValue] = field(default_factory=dict)
    humans: Sequence[Mapping[str, YamlValue]] = ()
    until_ms: int = 60_000

    def text(self, uses: Sequence[str], allow: Sequence[str], environment: str | None) -> str:
        """Return the document.

        Args:
            uses: files and folders of the bundle, from where it will lie.
            allow: actions and machines that may run.
            environment: whose parameters count.
        """
        lines = [
            f"# {self.finding}",
            "# This scenario says what ought to be. It fails until the finding is mended.",
            "interlock: test/v1",
            f"uses: {flow(list(uses))}",
            *([] if environment is None else [f"env: {flow(environment)}"]),
            "scenarios:",
            f"  - name: {flow(f'{self.finding.code} {self.finding.message}'[:200])}",
            f"    allow: {flow(list(allow))}",
            f"    until: {format_duration(self.until_ms)}",
        ]
        for key in ("executors", "probes"):
            answers: Mapping[str, YamlValue] = getattr(self, key)
            if answers:
                lines.append(f"    {key}:")
                lines += [f"      {name}: {flow(one)}" for name, one in sorted(answers.items())]
        for name, entries in (
            ("humans", self.humans),
            ("given", self.given),
            ("expect", self.expect),
        ):
            if entries:
                lines.append(f"    {name}:")
                lines += [f"      - {flow(one)}" for one in entries]
        return "\n".join(lines) + "\n"


def flow(value: YamlValue) -> str:
    """Return a value as YAML on one line; texts are quoted, decimals are exact."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return "true" if value else "false"
        case Mapping():
            return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return str(value)


def written(value: Value, type_: Type) -> YamlValue:
    """Return a runtime value as an author writes it."""
    match type_.kind, value:
        case Kind.DOUBLE, int():
            return Decimal(format_decimal(value, type_.scale))
        case Kind.DURATION, int():
            return format_duration(value)
        case Kind.TIMESTAMP, int():
            return format_timestamp(value)
        case Kind.LIST, tuple():
            item = type_.item
            return [one if item is None else written(one, item) for one in value]
        case _:
            return value if isinstance(value, str | int | bool) else str(value)
