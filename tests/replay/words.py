"""Histories of the language's words, each recorded once and folded again for ever.

``words/NAME.jsonl`` is a journal as the version wrote it that had the word first: the bundle's
files, then every entry, decisions too.  ``words/digests.json`` is what its rules and machines were
called then.  A recording is never written again: ``python -m tests.replay.words`` adds those that
are missing.  A new word gets a line in `RULES`, `MACHINES` or `FORKS`, and a recording.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any, NamedTuple

import yaml

from interlock import digest
from interlock.engine import decisions
from interlock.engine.bundle import Bundle
from interlock.engine.fold.decide import fold
from interlock.engine.fold.state import State
from interlock.engine.library import Library
from interlock.engine.model import Entry, Kind
from interlock.testing import Answer, Harness
from tests import bundles
from tests.unit.engine.fold.conftest import Web
from tests.unit.engine.fold.site import Site

FOLDER = Path(__file__).parent / "words"
DIGESTS = FOLDER / "digests.json"

SIGNALS = """\
interlock: signals/v1
package: p
signals:
  load: {key: [host], correlate: [host], ttl: 10m, fields: {host: string, v: int}}
  deploy: &occurs
    keep: all
    key: [host, rev]
    correlate: [host]
    ttl: 1h
    fields: {host: string, rev: string}
  done: *occurs
facts:
  busy: {key: [host], ttl: 30m, fields: {host: string, v: {type: int, optional: true}}}
  hot: {key: [host], fields: {host: string}}
"""
RULES: Mapping[str, str] = yaml.safe_load((FOLDER / "rules.yaml").read_text())
"""By word the rule that uses it; all hear the same."""

ENVIRONMENTS = {"params": "prod"}
"""By word the environment whose parameters count."""


def hear(harness: Harness) -> None:
    """Tell what every word has something to say about."""
    harness.signal("load", host="a", v=7)
    harness.signal("deploy", host="a", rev="1")
    harness.advance("1m")
    harness.signal("load", host="b", v=9)
    harness.signal("deploy", host="a", rev="2")
    harness.signal("done", host="a", rev="2")
    harness.advance("90s")
    harness.signal("load", host="a", v=1)
    harness.signal("deploy", host="b", rev="1")
    harness.advance("30s")
    harness.signal("load", host="a", v=8)
    harness.signal("done", host="b", rev="1")
    harness.signal("load", host="b", v=9, status="resolved")
    harness.advance("4m")
    harness.signal("load", host="a", v=6)
    harness.signal("deploy", host="a", rev="3")
    harness.advance("2h")


def _heals(web: Web) -> None:
    web.probe(up=False)
    web.advance("8s")
    web.probe(up=True)
    web.advance("1m")


def _rolls_back(web: Web) -> None:
    web.deploy()
    web.errors(0.75)
    web.advance("5m")
    web.errors(0.1)
    web.advance("10m")


def _frozen(web: Web) -> None:
    web.freeze()
    web.probe(up=False)
    web.advance("5m")


def _asks(web: Web) -> None:
    web.probe(up=False)
    web.advance("30m")


MACHINES: Mapping[str, tuple[Callable[[], Mapping[str, str]], Callable[[Web], None]]] = {
    "heals": (bundles.web, _heals),
    "rolls-back": (bundles.web, _rolls_back),
    "frozen": (bundles.web, _frozen),
    "asks": (bundles.asking, _asks),
}


def _joined(site: Site) -> None:
    site.down()
    site.approve()
    site.advance("3s")
    site.well()
    site.advance("3s")


def _fails(site: Site) -> None:
    site.script("part.start", Answer(outputs={"pid": 7}, takes_ms=9_000))
    site.down()
    site.approve("reject")
    site.advance("1m")


def _left(site: Site) -> None:
    site.down()
    site.approve()
    site.advance("3s")
    site.command("acknowledge", site.parent)
    site.signal("site.lost", site="site")
    site.advance("1m")


FORKS: Mapping[str, Callable[[Site], None]] = {
    "fork-joined": _joined,
    "fork-fails": _fails,
    "fork-left": _left,
}
"""By name what happens to a machine with a parallel state."""


class Recorded(NamedTuple):
    """A journal by itself: the files of its bundle, and kind and body of each entry."""

    files: Mapping[str, str]
    rows: Sequence[tuple[str, bytes]]

    @classmethod
    def read(cls, path: Path) -> Recorded:
        """Read a recording."""
        head, *lines = path.read_text().splitlines()
        rows = [json.loads(line) for line in lines]
        return cls(json.loads(head), [(kind, body.encode()) for kind, body in rows])

    def write(self, path: Path) -> None:
        """Write a recording, where there is none."""
        rows = [json.dumps([kind, body.decode()], ensure_ascii=False) for kind, body in self.rows]
        head = json.dumps(self.files, ensure_ascii=False, sort_keys=True)
        with path.open("x") as file:
            file.write("\n".join([head, *rows]) + "\n")


def record(word: str) -> Recorded:
    """Return what the language of today says of a word."""
    if word in FORKS:
        site = Site(bundles.fork())
        FORKS[word](site)
        return _recorded(site)
    if word in MACHINES:
        files, happens = MACHINES[word]
        web = Web(files())
        happens(web)
        return _recorded(web)
    head = "interlock: rules/v1\npackage: p\nrules:\n  - id: r\n    title: r\n    why: so\n"
    files = {"s.yaml": SIGNALS, "r.yaml": head + indent(RULES[word], "    ")}
    beside = FOLDER / f"{word}.yaml"
    if beside.exists():
        files[beside.name] = beside.read_text()
    harness = Harness(Bundle.compile(files, ENVIRONMENTS.get(word)))
    hear(harness)
    return _recorded(harness)


def _recorded(harness: Harness) -> Recorded:
    return Recorded(harness.bundle.files, [(r.kind, r.body) for r in harness.store.entries])


def refold(recorded: Recorded) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield each decision that is made otherwise: its position, as it was, as it is now."""
    content = digest.canonical(dict(recorded.files))
    library = Library({digest.digest_bytes(content): content}.__getitem__)
    state, expected = State(), dict[int, list[bytes]]()
    for seq, (kind, body) in enumerate(recorded.rows):
        value: dict[str, Any] = digest.decode(body)
        if kind != Kind.DECISION:
            decision = fold(state, Entry.of(seq, value), library).decision
            expected[seq] = [] if decision is None else decisions.encode(decision)
            continue
        left = expected.get(value["of"]) or [b""]
        if (now := left.pop(0)) != body:
            yield seq, body, now
    for seq, left in expected.items():
        for one in left:
            yield seq, b"", one


def digests(files: Mapping[str, str]) -> dict[str, Any]:
    """Return what the rules and machines of a bundle are called."""
    bundle = Bundle.compile(files)
    machines = bundle.machinebase
    return {
        "bundle": bundle.digest,
        "rules": bundle.rulebase.digest,
        "packs": sorted(pack.id for pack in bundle.rulebase.packs),
        "machinebase": machines.digest,
        "machines": {name: one.digest for name, one in sorted(machines.machines.items())},
    }


def main() -> None:
    """Record what has no recording yet."""
    known = json.loads(DIGESTS.read_text()) if DIGESTS.exists() else {}
    for word in [*RULES, *MACHINES, *FORKS]:
        path = FOLDER / f"{word}.jsonl"
        if not path.exists():
            record(word).write(path)
            print(f"recorded {word}")
        if word not in known:
            known[word] = digests(Recorded.read(path).files)
    DIGESTS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
