"""Measures what scenarios cover of a bundle.  Decides nothing and changes no decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from interlock import digest
from interlock.engine.bundle import Bundle, documents_of
from interlock.language import Document
from interlock.rules.load import read_rules
from interlock.testing.coverage.branches import MachineLook, watched_bundle
from interlock.testing.coverage.conditions import RuleLook
from interlock.testing.coverage.elements import Lived, lived
from interlock.testing.coverage.model import HIT, Coverage, Item, Seen
from interlock.testing.scenario.model import Scenario
from interlock.testing.scenario.play import Played, play


class Meter:
    """Plays scenarios of one bundle and sees what they cover; not thread-safe.

    Args:
        bundle: what is measured.
    """

    def __init__(self, bundle: Bundle) -> None:
        documents = documents_of(bundle.files)
        written, _ = read_rules(documents, bundle.parameters)
        self._rules = [RuleLook.of(one) for one in written]
        self._machines = _machines(bundle, documents)
        self._states = {name: look.states for name, look in self._machines.items()}
        self._seen: Seen = {}
        self._bundle = watched_bundle(bundle, self._machines, self._take)

    @property
    def machines(self) -> list[MachineLook]:
        """The machines, each followed by its branches, with where they are written."""
        return list(self._machines.values())

    @property
    def nothing(self) -> Coverage:
        """Everything there is to cover, of which nothing was seen."""
        return Coverage(dict.fromkeys(self._items(), frozenset()))

    def play(self, scenario: Scenario) -> tuple[Played, Coverage]:
        """Play a scenario; return the run and what it covers."""
        self._seen = {item: set() for item in self._items()}
        played = play(scenario, self._bundle)
        self._look(played)
        return played, Coverage({item: frozenset(ways) for item, ways in self._seen.items()})

    def _items(self) -> list[Item]:
        rules = [item for look in self._rules for item in look.items]
        states = [item for states in self._states.values() for item in states.values()]
        branches = [i for look in self._machines.values() for _, _, _, i in look.branches()]
        return [*rules, *states, *branches]

    def _take(self, item: Item) -> None:
        self._seen[item].add(HIT)

    def _look(self, played: Played) -> None:
        recording = played.recording
        fired = {one.rule for one in recording.firings.values()}
        for look in self._rules:
            if look.id in fired:
                self._take(look.rule)
            for name, item in look.exceptions.items():
                if (look.id, name) in recording.excepted:
                    self._take(item)
        for course in recording.courses.values():
            for move in course.moves:
                state = self._states.get(course.machine, {}).get(move.dest)
                if state is not None:
                    self._take(state)
        types = self._bundle.rulebase.signal_types
        elements = lived(played.harness.store.entries, recording, types)
        self._listen(played, elements)
        self._bind(elements)

    def _listen(self, played: Played, elements: list[Lived]) -> None:
        """Look at what rules listened for, from the first entry to the end."""
        begin = digest.decode(played.harness.store.entries[0].body)["at"]
        for look in self._rules:
            for listened in look.absences:
                listened.listen(elements, begin, played.harness.now, self._seen)

    def _bind(self, elements: list[Lived]) -> None:
        """Look at every element as it came, with those that were live then."""
        came: dict[str, list[Lived]] = defaultdict(list)
        for new in elements:
            came[new.type] = [one for one in came[new.type] if one.until > new.at]
            came[new.type].append(new)
            live = {
                name: [one for one in some if one.until > new.at] for name, some in came.items()
            }
            for look in self._rules:
                look.look(new, live, self._seen)


def _machines(bundle: Bundle, documents: list[Document]) -> Mapping[str, MachineLook]:
    found: dict[str, MachineLook] = {}
    for document in documents:
        name = document.at(("id",)) if document.kind == "machine/v1" else None
        machine = bundle.machinebase.machines.get(str(name))
        if machine is not None:
            look = MachineLook(machine, document)
            found.update((one.machine.id, one) for one in (look, *look.within()))
    return found
