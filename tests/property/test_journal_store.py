"""Laws of the store, beside a model of ten lines: a list of bodies and a dict of messages."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from interlock.engine.journal import seen
from interlock.engine.journal.forms import Draft
from interlock.engine.journal.store import Store
from interlock.engine.journal.tables import Annotation, Transition
from interlock.engine.journal.tree import Tree, leaf_hashes
from interlock.engine.journal.verify import verify
from interlock.engine.rows import Derived
from interlock.errors import JournalError
from tests.scale import count
from tests.unit.engine.journal.samples import (
    NOON,
    SIGNER,
    annotation,
    draft,
    message_key,
    new_store,
    other,
    transition,
)

numbers = st.integers(0, 400)


class StoreMachine(RuleBasedStateMachine):
    """Appends, repeats, fails, seals and restarts, in any order."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(mkdtemp())
        self.store: Store = new_store(self.folder)
        self.bodies: list[bytes] = []
        self.messages: dict[bytes, tuple[int, bytes]] = {}
        self.decided = -1
        self.derived = 0
        self.epoch = 1
        self.now = NOON

    def teardown(self) -> None:
        self.store.close()
        report = verify(self.store.path, verifier=SIGNER.verifier, dedup_of=message_key)
        shutil.rmtree(self.folder)
        assert report.faults == ()
        assert report.entries == len(self.bodies)

    @rule(wanted=st.lists(numbers | st.none(), max_size=30), passed=st.integers(-5, 1_500))
    def append(self, wanted: list[int | None], passed: int) -> None:
        """Append the messages that are new, as a door would; None is no message."""
        self.now += passed
        drafts = self.new_only(wanted)
        first = len(self.bodies)

        seqs = self.store.append(drafts, now_ms=self.now)

        assert seqs == range(first, first + len(drafts))
        for seq, item in zip(seqs, drafts, strict=True):
            self.bodies.append(item.body)
            if item.dedup is not None:
                self.messages[item.dedup[0]] = (seq, item.dedup[1])

    @precondition(lambda self: self.bodies)
    @rule()
    def decide(self) -> None:
        """Store what was derived of everything so far."""
        self.decided = len(self.bodies) - 1
        rows = Derived(
            transitions=[transition(self.derived)],
            annotations=[annotation(self.derived)],
            decided_through=self.decided,
        )
        self.store.append([], rows, now_ms=self.now)
        self.derived += 1

    @rule(wanted=st.lists(numbers | st.none(), max_size=10))
    def fail(self, wanted: list[int | None]) -> None:
        """An append whose last row cannot be stored changes nothing, and stops the store."""
        rows = Derived(
            transitions=[transition(self.derived)],
            annotations=[annotation(-1), annotation(-1)],
            decided_through=10_000,
        )
        with pytest.raises(JournalError):
            self.store.append(self.new_only(wanted), rows, now_ms=self.now)
        with pytest.raises(JournalError):
            self.store.append([], now_ms=self.now)
        self.restart()

    @rule()
    def restart(self) -> None:
        """Close and open again: the same store, a new epoch."""
        self.store.close()
        self.store = new_store(self.folder)
        self.epoch += 1

    @rule()
    def seal(self) -> None:
        """Nothing waits once it was asked for."""
        self.store.append([], now_ms=self.now, seal=True)
        assert self.store.unsealed == 0

    @invariant()
    def it_is_what_the_model_says(self) -> None:
        """Size, root, cursor, epoch and every message."""
        store = self.store
        assert (store.size, store.decided_through) == (len(self.bodies), self.decided)
        assert store.root == Tree(leaf_hashes(self.bodies)).root()
        assert store.epoch == self.epoch
        assert store.known([draft(n).dedup[0] for n in range(401)]) == self.messages

    @invariant()
    def readers_see_it(self) -> None:
        """What was acknowledged is what every other connection reads."""
        reader = self.store.reader
        assert [row.body for row in reader.read(0, 10_000)] == self.bodies
        assert reader.cursor().decided_through == self.decided
        assert reader.count(Transition) == reader.count(Annotation) == self.derived

    def new_only(self, wanted: list[int | None]) -> list[Draft]:
        drafts = [other(0) if n is None else draft(n) for n in dict.fromkeys(wanted)]
        held = self.store.known([item.dedup[0] for item in drafts if item.dedup])
        return [item for item in drafts if item.dedup is None or item.dedup[0] not in held]


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the dedup index sort its keys in early, so that short runs cross that line."""
    monkeypatch.setattr(seen, "_MOST_WAITING", 20)


def test_the_store_is_its_model() -> None:
    """Whatever is appended, repeated, failed, sealed or restarted: store == model."""
    profile = settings(stateful_step_count=20, max_examples=count(sample=20, full=500))
    run_state_machine_as_test(StoreMachine, settings=profile)
