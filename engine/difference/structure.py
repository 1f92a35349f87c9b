"""Compiled definitions as flat keys and texts, so that any two can be laid side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from interlock.engine.difference.model import Detail
from interlock.language.values import Field, Type, format_duration, format_value
from interlock.machines.definition import Branch, Machine
from interlock.machines.formula import Formula
from interlock.rules.network import Produced

_LEFT_OUT = frozenset(
    {
        # Where it is written, or follows from the rest.
        *("digest", "path", "line", "origin", "forked"),
        *("cancels", "timers", "initial_timers", "key_value"),  # told with the ways they start
    }
)

_OF_A_BRANCH = ("doc", "initial", "states")


def flat(value: object, key: str = "") -> dict[str, str]:
    """Return every leaf of a compiled value by its key, as people read it."""
    return dict(_leaves(value, key))


def details(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Detail]:
    """Yield every key that differs, in the order of the later value, then what is gone."""
    for key in dict.fromkeys([*after, *before]):
        if before.get(key) != after.get(key):
            yield Detail(key, before.get(key), after.get(key))


def _leaves(value: object, key: str) -> Iterator[tuple[str, str]]:
    match value:
        case Formula() | Produced():
            yield key, value.text
        case Field():
            yield key, _field(value)
        case Mapping():
            yield from _of_mapping(value, key)
        case tuple() if any(is_dataclass(one) for one in value):
            yield from _of_items(value, key)
        case _ if is_dataclass(value) and not isinstance(value, Type):
            for name in _told(value):
                yield from _leaves(getattr(value, name), _below(key, name))
        case _ if text := _text(value, key):
            yield key.removesuffix("_ms").removesuffix("_permille"), text
        case _:
            return


def _told(value: Any) -> Iterator[str]:
    """Yield the fields that say something; a branch has the rest from the machine around it."""
    if isinstance(value, Machine) and value.forked is not None:
        yield from _OF_A_BRANCH
    else:
        yield from (f.name for f in fields(value) if f.compare and f.name not in _LEFT_OUT)


def _of_items(value: tuple[object, ...], key: str) -> Iterator[tuple[str, str]]:
    """Yield the leaves of a list, numbered; the only way out for an event needs no number."""
    is_only_way = len(value) == 1 and isinstance(value[0], Branch)
    for number, one in enumerate(value, 1):
        yield from _leaves(one, key if is_only_way else f"{key}.{number}")


def _of_mapping(value: Mapping[str, object], key: str) -> Iterator[tuple[str, str]]:
    """Yield the leaves of a mapping; timers are called by what they time, not by how long."""
    seen: Counter[str] = Counter()
    for name, one in value.items():
        kind, is_event, timer = str(name).partition("after:")
        if is_event and not kind:
            owner, _, delay = timer.rpartition("@")
            seen[owner] += 1
            number = f" {seen[owner]}" if seen[owner] > 1 else ""
            here = _below(key, f"after{number}")
            yield f"{here}.delay", delay
            yield from _leaves(one, here)
        else:
            yield from _leaves(one, _below(key, str(name)))


def _below(key: str, name: str) -> str:
    """Return the key of a part; handlers are said by their event alone."""
    if name in ("handlers", "branches"):
        return key
    return f"{key}.{name}" if key else name


def _text(value: object, key: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() if key.endswith("_ms"):
            return format_duration(value)
        case int() if key.endswith("_permille"):
            return f"{value / 1000:g}"
        case tuple() | frozenset() | list():
            return ", ".join(_text(one, key) for one in _in_order(value))
        case _:
            return str(value)


def _in_order(value: tuple[object, ...] | frozenset[object] | list[object]) -> list[object]:
    return sorted(value, key=str) if isinstance(value, frozenset) else list(value)


def _field(field: Field) -> str:
    """Return a declared field in the words of its declaration."""
    said = [str(field.type)]
    said += ["optional"] if field.optional else []
    item = field.type.item or field.type
    if field.enum:
        said.append(f"enum {', '.join(format_value(one, item) for one in field.enum)}")
    said += [f"min {format_value(field.min, item)}"] if field.min is not None else []
    said += [f"max {format_value(field.max, item)}"] if field.max is not None else []
    said += [f"pattern {field.pattern}"] if field.pattern is not None else []
    return ", ".join(said)
