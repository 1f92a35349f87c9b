"""The tree hashes as RFC 6962 says; proofs are those of RFC 9162, and no others pass.

Leaves, roots and proofs are the reference values of the Certificate Transparency project; the
ways of spoiling a proof are those of github.com/transparency-dev/merkle ``proof/verify_test.go``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from interlock.engine.journal.tree import (
    EMPTY_ROOT,
    CompactRange,
    Tree,
    leaf_hash,
    leaf_hashes,
    verify_consistency,
    verify_inclusion,
)
from interlock.errors import InvariantBroken, JournalCorrupt

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243",
        "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
NODES = {
    "leaf0": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "leaf1": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "leaf4": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "leaf6": "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "0to2": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "2to4": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "4to6": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "6to8": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0to4": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4to8": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
}
INCLUSION = [  # index, size, proof
    (0, 8, ["leaf1", "2to4", "4to8"]),
    (5, 8, ["leaf4", "6to8", "0to4"]),
    (2, 3, ["0to2"]),
    (1, 5, ["leaf0", "2to4", "leaf4"]),
]
CONSISTENCY = [  # old, new, proof
    (1, 8, ["leaf1", "2to4", "4to8"]),
    (6, 8, ["4to6", "6to8", "0to4"]),
    (2, 5, ["2to4", "leaf4"]),
    (6, 7, ["4to6", "leaf6", "0to4"]),
]
RANDOM = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
TREE = Tree(leaf_hashes(LEAVES))


def nodes(names: list[str]) -> list[bytes]:
    return [bytes.fromhex(NODES[name]) for name in names]


class Inclusion(NamedTuple):
    index: int
    size: int
    root: bytes
    leaf: bytes
    proof: list[bytes]

    def verifies(self) -> bool:
        return verify_inclusion(self.leaf, self.index, self.size, proof=self.proof, root=self.root)


class Consistency(NamedTuple):
    old: int
    new: int
    old_root: bytes
    new_root: bytes
    proof: list[bytes]

    def verifies(self) -> bool:
        return verify_consistency(
            self.old, self.new, proof=self.proof, old_root=self.old_root, new_root=self.new_root
        )


def flipped(proof: list[bytes], at: int, bit: int) -> list[bytes]:
    changed = bytes([proof[at][0] ^ 1 << bit]) + proof[at][1:]
    return [*proof[:at], changed, *proof[at + 1 :]]


def spoilt_inclusions(good: Inclusion) -> Iterator[tuple[str, Inclusion]]:
    proof = good.proof
    yield "index - 1", good._replace(index=good.index - 1)
    yield "index + 1", good._replace(index=good.index + 1)
    yield "index ^ 2", good._replace(index=good.index ^ 2)
    yield "index of 2^64 - 1", good._replace(index=(good.index - 1) % 2**64)
    yield "size * 2", good._replace(size=good.size * 2)
    yield "size / 2", good._replace(size=good.size // 2)
    yield "wrong leaf", good._replace(leaf=b"WrongLeaf")
    yield "other leaf", good._replace(leaf=RANDOM)
    yield "empty root", good._replace(root=EMPTY_ROOT)
    yield "random root", good._replace(root=RANDOM)
    yield "trailing garbage", good._replace(proof=[*proof, b""])
    yield "trailing root", good._replace(proof=[*proof, good.root])
    yield "preceding garbage", good._replace(proof=[b"", *proof])
    yield "preceding root", good._replace(proof=[good.root, *proof])
    yield "removed component", good._replace(proof=proof[:-1])
    yield "inserted component", good._replace(proof=[proof[0], RANDOM, *proof[1:]])
    for at in range(len(proof)):
        yield f"modified proof[{at}] bit 3", good._replace(proof=flipped(proof, at, 3))


def spoilt_consistencies(good: Consistency) -> Iterator[tuple[str, Consistency]]:
    proof = good.proof
    yield "old - 1", good._replace(old=good.old - 1)
    yield "old + 1", good._replace(old=good.old + 1)
    yield "old ^ 2", good._replace(old=good.old ^ 2)
    yield "new * 2", good._replace(new=good.new * 2)
    yield "new / 2", good._replace(new=good.new // 2)
    yield "wrong old root", good._replace(old_root=b"WrongRoot")
    yield "wrong new root", good._replace(new_root=b"WrongRoot")
    yield "swapped roots", good._replace(old_root=good.new_root, new_root=good.old_root)
    yield "empty proof", good._replace(proof=[])
    yield "trailing garbage", good._replace(proof=[*proof, b""])
    yield "trailing old root", good._replace(proof=[*proof, good.old_root])
    yield "trailing new root", good._replace(proof=[*proof, good.new_root])
    yield "preceding garbage", good._replace(proof=[b"", *proof])
    yield "preceding old root", good._replace(proof=[good.old_root, *proof])
    yield "preceding new root", good._replace(proof=[good.new_root, *proof])
    yield "preceding proof[0]", good._replace(proof=[proof[0], *proof])
    yield "truncated proof", good._replace(proof=proof[:-1])
    for at in range(len(proof)):
        yield f"modified proof[{at}] bit 4", good._replace(proof=flipped(proof, at, 4))


def good_inclusion(index: int, size: int, names: list[str]) -> Inclusion:
    return Inclusion(index, size, ROOTS[size], leaf_hash(LEAVES[index]), nodes(names))


def good_consistency(old: int, new: int, names: list[str]) -> Consistency:
    return Consistency(old, new, ROOTS[old], ROOTS[new], nodes(names))


GOOD_INCLUSIONS = [good_inclusion(*case) for case in INCLUSION]
GOOD_CONSISTENCIES = [good_consistency(*case) for case in CONSISTENCY]
SPOILT_INCLUSIONS = [
    pytest.param(spoilt, id=f"leaf {good.index} of {good.size}: {how}")
    for good in GOOD_INCLUSIONS
    for how, spoilt in spoilt_inclusions(good)
]
SPOILT_CONSISTENCIES = [
    pytest.param(spoilt, id=f"{good.old} to {good.new}: {how}")
    for good in GOOD_CONSISTENCIES
    for how, spoilt in spoilt_consistencies(good)
]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_reference_roots(size: int) -> None:
    edge = CompactRange()
    edge.extend(leaf_hashes(LEAVES[:size]))

    assert (edge.root(), TREE.root(size)) == (ROOTS[size], ROOTS[size])


@pytest.mark.parametrize(("index", "size", "names"), INCLUSION)
def test_inclusion_proofs_are_the_reference_proofs(index: int, size: int, names: list[str]) -> None:
    assert nodes(names) == TREE.inclusion_proof(index, size)


@pytest.mark.parametrize(("old", "new", "names"), CONSISTENCY)
def test_consistency_proofs_are_the_reference_proofs(old: int, new: int, names: list[str]) -> None:
    assert nodes(names) == TREE.consistency_proof(old, new)


@pytest.mark.parametrize("good", GOOD_INCLUSIONS)
def test_a_good_inclusion_proof_verifies(good: Inclusion) -> None:
    assert good.verifies()


@pytest.mark.parametrize("spoilt", SPOILT_INCLUSIONS)
def test_a_spoilt_inclusion_proof_does_not_verify(spoilt: Inclusion) -> None:
    assert not spoilt.verifies()


@pytest.mark.parametrize("good", GOOD_CONSISTENCIES)
def test_a_good_consistency_proof_verifies(good: Consistency) -> None:
    assert good.verifies()


@pytest.mark.parametrize("spoilt", SPOILT_CONSISTENCIES)
def test_a_spoilt_consistency_proof_does_not_verify(spoilt: Consistency) -> None:
    assert not spoilt.verifies()


@pytest.mark.parametrize(("index", "size"), [(0, 0), (0, 1), (1, 0), (2, 1)])
@pytest.mark.parametrize(
    ("leaf", "root"), [(RANDOM, b""), (b"", EMPTY_ROOT), (RANDOM, EMPTY_ROOT), (b"", b"")]
)
def test_an_empty_proof_of_a_wrong_leaf_does_not_verify(
    index: int, size: int, leaf: bytes, root: bytes
) -> None:
    assert not verify_inclusion(leaf, index, size, proof=[], root=root)


def test_the_only_leaf_is_its_own_root() -> None:
    only = leaf_hash(b"data")

    assert verify_inclusion(only, 0, 1, proof=[], root=only)


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        pytest.param(0, 0, [], id="nothing with nothing"),
        pytest.param(0, 1, [], id="nothing with something proves nothing"),
        pytest.param(0, 1, [EMPTY_ROOT], id="nothing, with a proof"),
        pytest.param(1, 0, [], id="time travel to nothing"),
        pytest.param(2, 1, [], id="time travel"),
        pytest.param(1, 2, [], id="empty proof"),
        pytest.param(1, 1, [EMPTY_ROOT], id="equal sizes, with a proof"),
        pytest.param(-1, 1, [], id="a negative size"),
    ],
)
def test_sizes_that_cannot_be_proved_do_not_verify(old: int, new: int, proof: list[bytes]) -> None:
    assert not verify_consistency(old, new, proof=proof, old_root=EMPTY_ROOT, new_root=EMPTY_ROOT)


def test_equal_sizes_are_consistent_when_the_roots_are_equal() -> None:
    assert verify_consistency(3, 3, proof=[], old_root=ROOTS[3], new_root=ROOTS[3])
    assert not verify_consistency(3, 3, proof=[], old_root=ROOTS[3], new_root=ROOTS[4])


def test_a_range_goes_on_from_its_state() -> None:
    edge = CompactRange()
    edge.extend(leaf_hashes(LEAVES[:5]))

    again = CompactRange.from_bytes(edge.to_bytes())
    again.extend(leaf_hashes(LEAVES[5:]))

    assert (8, ROOTS[8]) == (again.size, again.root())


def test_a_copy_of_a_range_is_independent() -> None:
    edge = CompactRange()
    edge.copy().extend(leaf_hashes(LEAVES))

    assert edge.root() == EMPTY_ROOT


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"1234567", id="no whole size"),
        pytest.param((1).to_bytes(8), id="no peak"),
        pytest.param((2).to_bytes(8) + bytes(64), id="a peak too many"),
        pytest.param((1).to_bytes(8) + bytes(31), id="a short peak"),
    ],
)
def test_bytes_that_are_no_tree_state_are_refused(state: bytes) -> None:
    with pytest.raises(JournalCorrupt, match="tree"):
        CompactRange.from_bytes(state)


def test_a_peak_of_another_length_is_refused() -> None:
    with pytest.raises(JournalCorrupt, match="32 bytes"):
        CompactRange(1, [b"short"])


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 9), (0, 0)])
def test_no_inclusion_proof_is_cut_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(InvariantBroken, match="inclusion"):
        TREE.inclusion_proof(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 8), (5, 4), (1, 9)])
def test_no_consistency_proof_is_cut_of_what_is_not_there(old: int, new: int) -> None:
    with pytest.raises(InvariantBroken, match="consistency"):
        TREE.consistency_proof(old, new)


def test_no_root_is_given_of_more_leaves_than_there_are() -> None:
    with pytest.raises(InvariantBroken, match="root of 9"):
        TREE.root(9)


def test_a_leaf_is_hashed_apart_from_nodes() -> None:
    body = b"\x01" + bytes(64)

    assert leaf_hash(body) == hashlib.sha256(b"\x00" + body).digest()
