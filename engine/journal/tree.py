"""The Merkle tree over the journal's bodies: RFC 6962 hashing, RFC 9162 proofs.

``CompactRange`` is what the writer carries: the roots of the complete subtrees, at most one
a bit of the size, enough to append and to know the root.  ``Tree`` keeps every node and is what
proofs are cut from.  A proof is checked by nothing but hashing, so an auditor needs only
``verify_inclusion`` and ``verify_consistency``, or anybody else's implementation of them.

Source: RFC 6962 §2.1, RFC 9162 §2.1; test cases of github.com/transparency-dev/merkle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Self

from interlock.errors import InvariantBroken, JournalCorrupt

HASH_BYTES = 32
_sha256 = hashlib.sha256
EMPTY_ROOT = _sha256(b"").digest()
"""The root of the tree without leaves."""


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of a leaf, over the bytes as they are stored."""
    return _sha256(b"\x00" + body).digest()


def leaf_hashes(bodies: Iterable[bytes]) -> list[bytes]:
    """Return the hash of each body; the hot path's form of ``leaf_hash``."""
    return [_sha256(b"\x00" + body).digest() for body in bodies]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two nodes."""
    return _sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The tree's right edge: O(log n) hashes, enough to append and to give the root."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Take the state that ``size`` and ``hashes`` gave.

        Raises:
            JournalCorrupt: the hashes are not one of 32 bytes for each set bit of the size.
        """
        if size < 0 or len(hashes) != size.bit_count():
            raise JournalCorrupt(
                f"a tree of size {size} has {max(size, 0).bit_count()} peaks, found {len(hashes)}"
            )
        if any(len(item) != HASH_BYTES for item in hashes):
            raise JournalCorrupt(f"a hash of the tree state is not {HASH_BYTES} bytes long")
        self.size = size
        smallest_first = reversed(hashes)
        # _peaks[k] is the root of the complete subtree of 2^k leaves, if the size has that bit.
        self._peaks: list[bytes | None] = [
            next(smallest_first) if size >> level & 1 else None
            for level in range(size.bit_length())
        ]

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The peaks, largest subtree first."""
        return tuple(peak for peak in reversed(self._peaks) if peak is not None)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes; amortised one node hash a leaf."""
        row = list(leaves)
        self.size += len(row)
        level = 0
        while row:
            if level == len(self._peaks):
                self._peaks.append(None)
            peak = self._peaks[level]
            if peak is not None:
                row.insert(0, peak)
            self._peaks[level] = row.pop() if len(row) & 1 else None
            pairs = iter(row)
            row = [
                _sha256(b"\x01" + left + right).digest()
                for left, right in zip(pairs, pairs, strict=True)
            ]
            level += 1

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        peaks = [peak for peak in self._peaks if peak is not None]
        if not peaks:
            return EMPTY_ROOT
        root = peaks[0]
        for peak in peaks[1:]:
            root = node_hash(peak, root)
        return root

    def copy(self) -> Self:
        """Return an independent range with the same leaves."""
        return type(self)(self.size, self.hashes)

    def to_bytes(self) -> bytes:
        """Return the state: size in 8 bytes, then the peaks, largest first."""
        return self.size.to_bytes(8) + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, state: bytes) -> Self:
        """Return the range of a state.

        Raises:
            JournalCorrupt: the bytes are not a state.
        """
        tail = state[8:]
        if len(state) < 8 or len(tail) % HASH_BYTES:
            raise JournalCorrupt(f"tree state is 8 + n × {HASH_BYTES} bytes, found {len(state)}")
        hashes = [tail[at : at + HASH_BYTES] for at in range(0, len(tail), HASH_BYTES)]
        return cls(int.from_bytes(state[:8]), hashes)


class Tree:
    """Every complete node: 64 bytes a leaf, for cutting proofs."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Append one leaf hash."""
        node, level = leaf, 0
        self._levels[0].append(node)
        while len(self._levels[level]) % 2 == 0:
            left, right = self._levels[level][-2:]
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node_hash(left, right))

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` leaves, or of all.

        Raises:
            InvariantBroken: there are fewer leaves.
        """
        size = self.size if size is None else size
        self._need(0 <= size <= self.size, f"root of {size}")
        return self._subtree(0, size)

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the proof that leaf ``index`` is in the tree of ``size`` leaves.

        Raises:
            InvariantBroken: not ``0 <= index < size <= self.size``.

        Source: RFC 9162 §2.1.3.1.
        """
        self._need(0 <= index < size <= self.size, f"inclusion of {index} in {size}")
        low, high, proof = 0, size, []
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                proof.append(self._subtree(middle, high))
                high = middle
            else:
                proof.append(self._subtree(low, middle))
                low = middle
        return proof[::-1]

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of ``new`` leaves begins with that of ``old``.

        Raises:
            InvariantBroken: not ``1 <= old <= new <= self.size``.

        Source: RFC 9162 §2.1.4.1.
        """
        self._need(1 <= old <= new <= self.size, f"consistency of {old} with {new}")
        low, high, proof = 0, new, []
        while old != high:
            middle = low + _split(high - low)
            if old <= middle:
                proof.append(self._subtree(middle, high))
                high = middle
            else:
                proof.append(self._subtree(low, middle))
                low = middle
        # The verifier knows the old root already, when it stands alone as one node.
        return ([] if low == 0 else [self._subtree(low, high)]) + proof[::-1]

    def _need(self, holds: bool, what: str) -> None:  # noqa: FBT001  # reads as an assertion
        if not holds:
            raise InvariantBroken(f"no proof of {what} in a tree of {self.size}")

    def _subtree(self, low: int, high: int) -> bytes:
        """Return the hash of leaves [low, high), where low is a multiple of its subtree's size."""
        count = high - low
        if count == 0:
            return EMPTY_ROOT
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._levels[level][low >> level]
        middle = low + _split(count)
        return node_hash(self._subtree(low, middle), self._subtree(middle, high))


def _split(count: int) -> int:
    """Return the largest power of two below ``count`` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion(
    leaf: bytes, index: int, size: int, *, proof: Sequence[bytes], root: bytes
) -> bool:
    """Return whether the proof shows leaf ``index`` of the tree of ``size`` with that root.

    Source: RFC 9162 §2.1.3.2; hashes of another length never verify.
    """
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        return False
    at, last, result = index, size - 1, leaf
    for item in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            result = node_hash(item, result)
            at, last = _climb(at, last)
        else:
            result = node_hash(result, item)
        at, last = at >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(
    old: int, new: int, *, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Return whether the proof shows that the new tree begins with the old one.

    An old size of 0 is refused: every tree begins with nothing, which proves nothing.

    Source: RFC 9162 §2.1.4.2.
    """
    if not 1 <= old <= new or not _are_hashes([old_root, new_root, *proof]):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_result = new_result = path[0]
    for item in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_result = node_hash(item, old_result)
            new_result = node_hash(item, new_result)
            at, last = _climb(at, last)
        else:
            new_result = node_hash(new_result, item)
        at, last = at >> 1, last >> 1
    return last == 0 and old_result == old_root and new_result == new_root


def _climb(at: int, last: int) -> tuple[int, int]:
    """Return the place of the first ancestor that is a right child, or the top."""
    while not at & 1 and at:
        at, last = at >> 1, last >> 1
    return at, last


def _are_hashes(items: Sequence[bytes]) -> bool:
    return all(len(item) == HASH_BYTES for item in items)
