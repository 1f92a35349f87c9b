"""Laws of the tree: one root however it grew, proofs of what is so and of nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.journal.tree import (
    EMPTY_ROOT,
    CompactRange,
    Tree,
    leaf_hash,
    leaf_hashes,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

bodies = st.lists(st.binary(max_size=8), max_size=70)
some_bodies = st.lists(st.binary(max_size=8), min_size=1, max_size=70)
hashes = st.binary(min_size=32, max_size=32)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


@given(bodies)
def test_the_root_is_that_of_the_standard(leaves: list[bytes]) -> None:
    """root(tree(b)) == MTH(b), for both forms of the tree."""
    edge = CompactRange()
    edge.extend(leaf_hashes(leaves))

    expected = naive_root(leaves)
    assert (expected, expected) == (edge.root(), Tree(leaf_hashes(leaves)).root())


@given(st.lists(bodies, max_size=8))
def test_batches_do_not_matter(batches: list[list[bytes]]) -> None:
    """Any split into appends, with the state saved between them, gives the same state."""
    edge = CompactRange()
    for batch in batches:
        edge.extend(leaf_hashes(batch))
        edge = CompactRange.from_bytes(edge.to_bytes())

    whole = CompactRange()
    whole.extend(leaf_hashes([body for batch in batches for body in batch]))
    assert edge.to_bytes() == whole.to_bytes()


@given(bodies, bodies)
def test_appending_changes_no_earlier_root(leaves: list[bytes], more: list[bytes]) -> None:
    """For all n ≤ len(b): root(b + c, n) == root(b, n)."""
    before, after = Tree(leaf_hashes(leaves)), Tree(leaf_hashes(leaves + more))

    sizes = range(len(leaves) + 1)
    assert [before.root(size) for size in sizes] == [after.root(size) for size in sizes]


@given(some_bodies, st.data())
def test_every_leaf_is_proved(leaves: list[bytes], data: st.DataObject) -> None:
    """inclusion(i, n) verifies leaf i against root(n), for any i < n."""
    tree = Tree(leaf_hashes(leaves))
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))

    proof = tree.inclusion_proof(index, size)

    leaf = leaf_hash(leaves[index])
    assert verify_inclusion(leaf, index, size, proof=proof, root=tree.root(size))


@given(some_bodies, st.data())
def test_every_growth_is_proved(leaves: list[bytes], data: st.DataObject) -> None:
    """consistency(m, n) verifies root(m) against root(n), for any 1 ≤ m ≤ n."""
    tree = Tree(leaf_hashes(leaves))
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))

    proof = tree.consistency_proof(old, new)

    roots = {"old_root": tree.root(old), "new_root": tree.root(new)}
    assert verify_consistency(old, new, proof=proof, **roots)


@given(some_bodies, st.data())
def test_a_proof_of_inclusion_proves_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    """Flip any bit of leaf, root or proof, and it does not verify."""
    tree = Tree(leaf_hashes(leaves))
    index = data.draw(st.integers(0, len(leaves) - 1))
    parts = [leaf_hash(leaves[index]), tree.root(), *tree.inclusion_proof(index, tree.size)]

    leaf, root, *proof = with_a_bit_flipped(parts, data)

    assert not verify_inclusion(leaf, index, tree.size, proof=proof, root=root)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=70), st.data())
def test_a_proof_of_growth_proves_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    """Flip any bit of a root or of the proof, and it does not verify."""
    tree = Tree(leaf_hashes(leaves))
    old = data.draw(st.integers(1, len(leaves) - 1))
    parts = [tree.root(old), tree.root(), *tree.consistency_proof(old, tree.size)]

    old_root, new_root, *proof = with_a_bit_flipped(parts, data)

    roots = {"old_root": old_root, "new_root": new_root}
    assert not verify_consistency(old, tree.size, proof=proof, **roots)


@given(some_bodies, st.data())
def test_a_proof_is_of_one_place(leaves: list[bytes], data: st.DataObject) -> None:
    """Where leaves differ, a proof of one index never verifies at another."""
    leaves = [b"%d" % at + body for at, body in enumerate(leaves)]
    tree = Tree(leaf_hashes(leaves))
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(-2, 2 * len(leaves)).filter(lambda at: at != index))

    proof = tree.inclusion_proof(index, tree.size)

    leaf = leaf_hash(leaves[index])
    assert not verify_inclusion(leaf, other, tree.size, proof=proof, root=tree.root())


@given(
    st.integers(-1, 2**65), st.integers(-1, 2**65), st.lists(st.binary(max_size=33), max_size=70)
)
def test_garbage_is_refused_and_never_raises(first: int, second: int, proof: list[bytes]) -> None:
    """A proof of nothing but noise verifies nothing."""
    root = leaf_hash(b"root")

    assert not verify_inclusion(leaf_hash(b"leaf"), first, second, proof=proof, root=root)
    assert not verify_consistency(
        first, second, proof=proof, old_root=leaf_hash(b"old"), new_root=root
    )


def with_a_bit_flipped(parts: list[bytes], data: st.DataObject) -> list[bytes]:
    at = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, len(parts[at]) * 8 - 1))
    changed = bytearray(parts[at])
    changed[bit // 8] ^= 1 << bit % 8
    return [*parts[:at], bytes(changed), *parts[at + 1 :]]
