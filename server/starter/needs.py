"""What a bundle needs done and seen, as executors that fail until programs are put in.

Nothing that is not done may look done, so each program is ``/bin/false`` at first.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from interlock.language.document import Document
from interlock.language.values import YamlValue

SUPERVISORD = "supervisord"
"""The executor that needs an address and no programs."""

_HEAD = """\
# What {name} runs. Put your own program in the place of each /bin/false: its inputs as whole
# arguments, "{{host}}", or attributes of the target in the inventory, "{{target.id}}".
# It gives outputs as one JSON object on the last line it prints.
interlock: command/v1
"""
_OF_CONTRACTS = ("max_length", "multiline", "leading_dash")
"""Bounds of texts that the gate holds before anything is sent."""
_Entries = dict[str, dict[str, YamlValue]]


def executors(
    documents: Iterable[Document], probes: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the settings of executors and the files they read, by path.

    Args:
        documents: of a bundle.
        probes: what each probe sees, by its name with that of its executor.
    """
    operations: dict[str, _Entries] = defaultdict(dict)
    looks: dict[str, _Entries] = defaultdict(dict)
    for name, action, executor in _actions(documents):
        operations[executor][name] = {
            part: _fields(action[part]) for part in ("inputs", "outputs") if part in action
        }
        for probe, inputs in _asked(action, action):
            at, _, look = probe.partition(".")
            looks[at][look] = {"inputs": _fields(inputs), "outputs": dict(probes.get(probe, {}))}
    known = sorted({*operations, *looks})
    texts = {
        f"operations/{one}.yaml": _file(one, operations[one], looks[one])
        for one in known
        if one != SUPERVISORD
    }
    return {"executors.toml": "\n".join(map(_table, known)), **texts}


def _actions(
    documents: Iterable[Document],
) -> Iterator[tuple[str, Mapping[str, YamlValue], str]]:
    """Yield the operation, the contract and the executor of every action."""
    for document in documents:
        actions = document.at(("actions",))
        if document.kind != "actions/v1" or not isinstance(actions, Mapping):
            continue
        for name, action in actions.items():
            if isinstance(action, Mapping):
                executor = action.get("executor") or document.at(("executor",))
                operation = action.get("operation") or name.rpartition(".")[2]
                yield str(operation), action, str(executor)


def _asked(
    part: YamlValue, action: Mapping[str, YamlValue]
) -> Iterator[tuple[str, dict[str, YamlValue]]]:
    """Yield each probe that a contract asks, with its inputs."""
    if isinstance(part, Mapping):
        if isinstance(part.get("probe"), str):
            yield str(part["probe"]), _inputs(part.get("with"), action.get("inputs"))
        part = list(part.values())
    if isinstance(part, list | tuple):
        for one in part:
            yield from _asked(one, action)


def _inputs(given: YamlValue, declared: YamlValue) -> dict[str, YamlValue]:
    """Return the inputs of a probe: those of the action by the names they are passed on under."""
    found = dict[str, YamlValue]()
    if isinstance(given, Mapping) and isinstance(declared, Mapping):
        for name, value in given.items():
            found[name] = declared.get(str(value).removeprefix("${").removesuffix("}"), "string")
    return found


def _fields(declared: YamlValue) -> dict[str, YamlValue]:
    """Return fields without what only a contract says of them."""
    fields = declared if isinstance(declared, Mapping) else {}
    return {
        name: {k: v for k, v in one.items() if k not in _OF_CONTRACTS}
        if isinstance(one, Mapping)
        else one
        for name, one in fields.items()
    }


def _table(name: str) -> str:
    if name == SUPERVISORD:
        return f'[{name}]\naddress = "unix:///run/supervisor.sock"\n'
    return f'[{name}]\nplugin = "command"\noperations = "operations/{name}.yaml"\n'


def _file(name: str, operations: _Entries, looks: _Entries) -> str:
    lines = [_HEAD.format(name=name)]
    for title, entries in (("operations", operations), ("probes", looks)):
        lines += [f"{title}:\n"] if entries else []
        for key, entry in sorted(entries.items()):
            lines.append(f"  {key}:\n    argv: [/bin/false]\n")
            lines += [f"    {part}: {json.dumps(what)}\n" for part, what in entry.items() if what]
    return "".join(lines)
