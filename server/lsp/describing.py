"""What there is to say of a name: one line, and the words of whoever declared it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from interlock.language.values import YamlValue
from interlock.server.lsp.data import mapping_at
from interlock.server.lsp.names import Name


@dataclass(frozen=True)
class Card:
    """What there is to say of a name.

    Attributes:
        detail: in one line.
        doc: in the author's words; Markdown.
    """

    detail: str
    doc: str = ""


def described(name: Name) -> Card:
    """Return what there is to say of a declaration."""
    said = name.definition
    if isinstance(said, str):  # a field in its short form
        return Card(said)
    if not isinstance(said, Mapping):
        return Card(name.kind)
    detail = _DETAILS[name.kind](said) if name.kind in _DETAILS else name.kind
    if name.kind in {"signal", "fact", "machine", "action"}:
        return Card(detail, _with_fields(name, said))
    if name.kind == "parameter":
        return Card(detail, _with_values(name, said))
    return Card(detail, _text(said, "title") or _text(said, "doc"))


def field_line(said: YamlValue) -> str:
    """Return what a field may be, as its author declared it."""
    return _field(said) if isinstance(said, Mapping) else str(said)


def _text(said: Mapping[str, YamlValue], key: str) -> str:
    found = said.get(key)
    return found.strip() if isinstance(found, str) else ""


def _listed(said: Mapping[str, YamlValue], *keys: str) -> str:
    plain = (int, str, bool)
    return ", ".join(f"{key} {said[key]}" for key in keys if isinstance(said.get(key), plain))


def _kept(said: Mapping[str, YamlValue]) -> str:
    key = said.get("key")
    keyed = f"key {', '.join(map(str, key))}" if isinstance(key, list) else ""
    return ", ".join(filter(None, [_listed(said, "keep", "ttl"), keyed]))


def _field(said: Mapping[str, YamlValue]) -> str:
    parts = [str(said.get("type", "any"))]
    if said.get("optional") is True:
        parts[0] += " (optional)"
    if isinstance(enum := said.get("enum"), list):
        parts.append(f"one of {', '.join(map(str, enum))}")
    parts += [f"{key} {said[key]}" for key in ("min", "max", "pattern", "unit") if key in said]
    return ", ".join(parts)


def _with_fields(name: Name, said: Mapping[str, YamlValue]) -> str:
    told = [_text(said, key) for key in ("title", "doc") if _text(said, key)]
    _, fields = name.fields
    return "\n\n".join([*told, "\n".join(_field_lines(fields))]).strip()


def _field_lines(fields: Mapping[str, YamlValue]) -> Iterator[str]:
    for field, said in fields.items():
        doc = _text(said, "doc") if isinstance(said, Mapping) else ""
        yield f"- `{field}`: {field_line(said)}{f' — {doc}' if doc else ''}"


def _with_values(name: Name, said: Mapping[str, YamlValue]) -> str:
    """Return what a parameter is where: by default, and in each environment that differs."""
    lines = [f"- default: `{said.get('default')}`"]
    for environment, values in mapping_at(name.document.data, ("environments",)).items():
        if isinstance(values, Mapping) and name.text in values:
            lines.append(f"- {environment}: `{values[name.text]}`")
    return "\n\n".join(filter(None, [_text(said, "doc"), "\n".join(lines)]))


def _inner_signal(said: Mapping[str, YamlValue]) -> str:
    """Return what is counted or missed."""
    words = (key for key in ("count", "absent") if isinstance(said.get(key), Mapping))
    return ", ".join(f"{word} of {mapping_at(said, (word,)).get('signal')}" for word in words)


def _state(said: Mapping[str, YamlValue]) -> str:
    kinds = ("run", "wait", "approve", "choose", "parallel", "undo", "final", "states")
    kind = next((key for key in kinds if key in said), "")
    return f"{kind} {said[kind]}" if isinstance(said.get(kind), str) else kind


_DETAILS: Final[Mapping[str, Callable[[Mapping[str, YamlValue]], str]]] = {
    "signal": _kept,
    "fact": _kept,
    "parameter": _field,
    "field": _field,
    "machine": lambda said: _listed(said, "version", "owner"),
    "action": lambda said: _listed(said, "kind", "risk", "version", "executor"),
    "rule": lambda said: _listed(said, "severity", "status", "salience"),
    "state": _state,
    "alias": lambda said: _listed(said, "signal", "fact") or _inner_signal(said),
    "target": lambda said: _listed(said, "type", "domain"),
}
"""What is said of a declaration in one line, by what it declares."""
