"""What time alone changes: things that leave, are over, or have lasted long enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interlock.rules.activation import Activation
from interlock.rules.chain import Chain
from interlock.rules.elements import Element
from interlock.rules.expiries import Expiring
from interlock.rules.state import Mark, Standing, State
from interlock.rules.temporal.lulls import Lull
from interlock.rules.temporal.runs import Run
from interlock.rules.temporal.tallies import Counted
from interlock.rules.temporal.watches import Slot


def watched(state: State) -> Iterator[Expiring]:
    """Yield everything that time may change."""
    yield from state.elements.values()
    yield from state.standing.values()
    yield from state.runs
    yield from state.tallies.counted_now()
    yield from state.lulls
    yield from state.marks.values()
    yield from state.activations.values()


def is_live(state: State, thing: Expiring) -> bool:
    """Return whether a thing is still there."""
    match thing:
        case Standing():
            return state.standing.get(thing.key) is thing
        case Run():
            return state.runs.of(thing.slot) is thing
        case Lull():
            return state.lulls.of(thing.slot) is thing
        case Counted():
            return state.tallies.counted(thing.count, thing.element) is thing
        case Mark():
            return state.marks.get(thing.key) is thing
        case Activation():
            return state.activations.get(thing.key) is thing
        case _:
            return isinstance(thing, Element) and state.elements.get(thing.id) is thing


def come_due(chain: Chain, due: Sequence[Expiring]) -> None:
    """Let everything happen whose moment has come; what ends does so before what is completed."""
    for thing in due:
        match thing:
            case Standing():
                chain.lapse(thing)
            case Element():
                chain.remove(thing)
            case Counted():
                chain.layer.discount(thing.count, thing.element)
            case Mark() | Activation():
                chain.wake(thing)
            case _:
                continue  # what is completed comes below
    for run in sorted((one for one in due if isinstance(one, Run)), key=_turn):
        chain.bring(chain.layer.came_due(run))
    for lull in sorted((one for one in due if isinstance(one, Lull)), key=_turn_of_lull):
        chain.bring(chain.layer.missed(lull))


def said_again(chain: Chain, element: Element) -> None:
    """Let an element that was refreshed be heard, count again, and answer what waits for it."""
    hear(chain, element)
    chain.layer.answer(element)
    for alpha in element.alphas:
        for count in alpha.counts:
            chain.layer.count(count, element)


def hear(chain: Chain, element: Element) -> None:
    """Let what was missed be missed no longer, as a signal has come."""
    for alpha in element.alphas:
        for missed in chain.layer.heard(alpha, element):
            chain.remove(missed)


def listen(chain: Chain, before: Mapping[Slot, Lull]) -> None:
    """Begin to listen for what may be missed, with what is known of it from before."""
    for missed in chain.layer.listen(before):
        chain.bring(missed)


def _turn(run: Run) -> tuple[int, tuple[int, int], str]:
    return run.turn


def _turn_of_lull(lull: Lull) -> tuple[int, str]:
    return lull.turn
