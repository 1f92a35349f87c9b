"""Laws of the time entries are stamped with, over whatever is done to the machine's clocks.

Order: it never decreases.  Progress: it never stands while the machine runs, at half speed at
least.  Truth: where the wall clock was never set back it is the wall clock's, and after it was
the two meet again.
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from interlock.engine.clock import JournalTime
from tests.unit.engine.given_node import SetClock

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(0, 100_000)),
        st.tuples(st.just("set"), st.integers(-10_000_000, 10_000_000)),
    ),
    max_size=30,
)


def play(clock: SetClock, move: tuple[str, int]) -> None:
    what, ms = move
    if what == "pass":
        clock.advance(ms)
    else:
        clock.wall_ms += ms


@given(MOVES)
def test_time_never_goes_back_and_never_stands(moves: list[tuple[str, int]]) -> None:
    clock = SetClock()
    time = JournalTime(clock)
    before = time.now_ms()
    for move in moves:
        play(clock, move)
        now = time.now_ms()
        passed = move[1] if move[0] == "pass" else 0
        assert now >= before + passed // 2 - 1
        assert now >= clock.wall_ms
        before = now


@given(st.lists(st.integers(0, 100_000), max_size=30))
def test_a_clock_that_is_left_alone_is_told_exactly(passing: list[int]) -> None:
    clock = SetClock()
    time = JournalTime(clock)
    for ms in passing:
        clock.advance(ms)
        assert time.now_ms() == clock.wall_ms


@given(st.integers(1, 10_000_000))
def test_a_clock_that_was_set_back_is_met_again_after_twice_as_long(back: int) -> None:
    clock = SetClock()
    time = JournalTime(clock)
    ahead = time.now_ms()
    clock.wall_ms -= back

    clock.advance(back)
    halfway = time.now_ms()
    clock.advance(back + 1)

    assert ahead < halfway + 1 <= clock.wall_ms + back
    assert time.now_ms() == clock.wall_ms


@example(offset=1_004, passing=2_006)
@given(st.integers(-10_000_000, 10_000_000), st.integers(0, 10_000))
def test_a_recovered_journal_goes_on_from_its_last_entry(offset: int, passing: int) -> None:
    clock = SetClock()
    time = JournalTime(clock)
    last = clock.wall_ms + offset

    time.go_on_from(last)
    clock.advance(passing)

    assert time.now_ms() >= last
    assert time.now_ms() == max(clock.wall_ms, last + passing // 2)
