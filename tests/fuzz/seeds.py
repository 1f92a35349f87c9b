"""Where fuzzing begins: the project's own good and bad inputs, and a dictionary of its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from interlock.language.expression.functions import FUNCTIONS
from interlock.server.kinds import known_kinds
from interlock.v1.signal_pb2 import Signal
from interlock.v1.signal_service_pb2 import IngestRequest
from tests.bench import mix, policy
from tests.hostile import FILES

HOME = Path(__file__).parents[2]
FOUND = Path(__file__).parent / "found"
"""What was found once, by law."""
LARGEST = 20_000
"""Bytes of a seed: larger ones only make mutation slow."""

_CODES = HOME / "server" / "diagnostics.md"
_BLOCK = re.compile(r"^```yaml[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def write(law: str, folder: Path) -> None:
    """Write the seeds of a law as files, beginning with what was found before."""
    folder.mkdir(parents=True)
    for number, seed in enumerate(seeds(law)):
        if len(seed) <= LARGEST:
            (folder / f"{number:05}").write_bytes(seed)


def write_dictionary(path: Path) -> None:
    """Write the words of the language, as libFuzzer reads them."""
    words = sorted(set(_words()))
    path.write_text("".join(f'"{_escaped(word)}"\n' for word in words))


def found(law: str) -> list[bytes]:
    """Return what was found by a law before, by name."""
    return [one.read_bytes() for one in sorted((FOUND / law).glob("*"))]


def seeds(law: str) -> list[bytes]:
    """Return the seeds of a law, each once."""
    made = {
        "documents": _files,
        "bundles": _files,
        "scenarios": _files,
        "expressions": _expressions,
        "templates": _templates,
        "alerts": _alerts,
        "wire": _messages,
        "planted": lambda: [b"a"],
    }[law]
    return list(dict.fromkeys([*found(law), *made()]))


def _files() -> Iterator[bytes]:
    for path in sorted(HOME.glob("rules/library/**/*.yaml")):
        yield path.read_bytes()
    for path in sorted(HOME.glob("machines/library/**/*.yaml")):
        yield path.read_bytes()
    for path in sorted(HOME.glob("tests/bundles/**/*.yaml")):
        yield path.read_bytes()
    for block in _BLOCK.findall(_CODES.read_text()):  # what to avoid, and what to prefer
        yield block.encode()
    yield from FILES.values()
    for text in [*mix.bundle(10).values(), *list(policy.files().values())[:2]]:
        yield text.encode()


def _texts() -> Iterator[str]:
    """Yield every scalar of the seeds' files."""
    for file in _files():
        if len(file) > LARGEST:
            continue
        try:
            events = list(yaml.parse(file, Loader=yaml.CSafeLoader))
        except yaml.YAMLError:
            continue
        yield from (one.value for one in events if isinstance(one, yaml.ScalarEvent))


def _expressions() -> Iterable[bytes]:
    yield from (text.encode() for text in _texts() if re.search(r"[<>=!&|(]", text))
    for text in (
        's.startsWith("a") && has(t) && t != s || err.n in [1, 2, m]',
        'tags.exists(tag, tag == "a") && !loads.all(load, load > 0.5)',
        'at - err.at < duration("1h30m") ? x / y * 2.5 : -x % 3 + size(tags)',
        'timestamp("2026-03-02T09:00:00Z") > at && s.matches("^a+[b-d]{1,3}$")',
        "ago(took) + clock(at) + percent(x) + bytes(n) + string(ok) + tags[0]",
    ):
        yield text.encode()


def _templates() -> Iterable[bytes]:
    yield from (text.encode() for text in _texts() if "${" in text)
    yield b"a $${b} ${s} ${err.n + 1} ${ok ? s : t} ${clock(at)}"
    yield b"${x}"


def _alerts() -> Iterable[bytes]:
    for path in sorted((HOME / "tests" / "data" / "alertmanager").glob("*.json")):
        yield path.read_bytes()[:LARGEST]
    yield (
        b'{"version":"4","status":"firing","receiver":"r","groupKey":"{}","truncatedAlerts":2,'
        b'"alerts":[{"status":"resolved","labels":{"alertname":"A","severity":"page"},'
        b'"annotations":{"summary":"s"},"startsAt":"2026-03-02T09:00:00Z",'
        b'"endsAt":"0001-01-01T00:00:00Z","fingerprint":"00ff"}]}'
    )
    yield b'[{"labels":{"alertname":"A"},"startsAt":"2026-03-02T09:00:00.123456789+02:00"}]'


def _messages() -> Iterable[bytes]:
    signal = Signal(id="1", source="s", name="a.b", subject="x", severity=1, status=1)
    signal.labels["team"] = "a"
    signal.values["v"].double_value = 0.5
    signal.observed_at.seconds = 1_800_000_000
    yield IngestRequest(signals=[signal, Signal()]).SerializeToString()


def _words() -> Iterator[str]:
    yield from FUNCTIONS
    yield from ("has(", "exists(", "all(", "params.", "err.", "${", "$${", "true", "false", "null")
    yield from ("[0]", " ? 1 : 2", " ? s : t", " && ok", " || up", "!(", "tag, ", "[1, 2]")
    yield from ("&&", "||", "==", "!=", "<=", ">=", " in ", "? ", " : ", "1e9", "0.5", 'r"', "\\u")
    yield from ("&a ", "*a", "<<: ", "!!str ", "%YAML 1.2\n", "---\n", "...\n", "? ", "- ", "|2-\n")
    yield from ("\ufeff", "\x85", "\u2028", "9007199254740993", "-0", "0x1", "~", "1h30m", "x-")
    for kind, model in known_kinds().items():
        yield f"interlock: {kind}\n"
        yield from _keys(model.model_json_schema(by_alias=True))


def _keys(part: object) -> Iterator[str]:
    """Yield the keys that a schema names, and the values it lists."""
    if isinstance(part, dict):
        yield from (f"{key}: " for key in part.get("properties", {}))
        yield from (str(one) for one in part.get("enum", []))
        part = list(part.values())
    for below in part if isinstance(part, list) else []:
        yield from _keys(below)


def _escaped(word: str) -> str:
    plain = set(range(32, 127)) - {ord('"'), ord("\\")}
    return "".join(chr(one) if one in plain else f"\\x{one:02X}" for one in word.encode())
