"""The Merkle tree of RFC 6962, section 2.1: hashes, proofs and their verification.

A node is named by ``(level, index)``: the perfect subtree over the leaves
``index * 2**level`` up to, not including, ``(index + 1) * 2**level``. Once complete it never
changes, so a store keeps perfect subtrees only and every other hash is folded from them.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256().digest()
"""Root of a tree without leaves."""

Read = Callable[[int, int], bytes]
"""Answers the hash of the perfect subtree ``(level, index)``, 32 bytes."""


class Node(NamedTuple):
    """One perfect subtree and its hash (32 bytes)."""

    level: int
    position: int
    hash: bytes


def leaf_hash(data: bytes) -> bytes:
    """Hash one entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into their parent."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Hash a whole tree from its leaf hashes, pairing level by level.

    Shares no code with :func:`root`, so that one can be checked by the other.
    """
    level = list(leaves)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        # The last of an odd row climbs alone; it is never paired with itself.
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(left, right) for left, right in pairs] + odd
    return level[0]


def completed_nodes(size: int, leaf: bytes, read: Read) -> list[Node]:
    """List the perfect subtrees that leaf number ``size`` completes, level 0 first.

    Parameters
    ----------
    size
        Number of leaves before this one.
    leaf
        Hash of the new leaf, see :func:`leaf_hash`.
    read
        Asked only for subtrees among the first ``size`` leaves, at most once per level.
    """
    nodes = [Node(0, size, leaf)]
    level, index, subtree = 0, size, leaf
    # A right child completes its parent.
    while index & 1:
        subtree = node_hash(read(level, index - 1), subtree)
        level, index = level + 1, index >> 1
        nodes.append(Node(level, index, subtree))
    return nodes


def cover(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Name the perfect subtrees that make up leaves ``start`` to ``end``, from left to right.

    ``start`` must be a multiple of a power of two not smaller than ``end - start``, which is so
    for every range in the recursion of RFC 6962.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def root(size: int, read: Read) -> bytes:
    """Hash the tree of the first ``size`` leaves."""
    return _hash_range(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """Prove leaf ``index`` in the tree of ``size`` leaves: its sibling first, 32 bytes each.

    Raises
    ------
    ValueError
        The tree has no such leaf.
    """
    (proof,) = inclusion_proofs([index], size, read)
    return proof


def inclusion_proofs(indexes: Iterable[int], size: int, read: Read) -> list[list[bytes]]:
    """Prove several leaves, see :func:`inclusion_proof`; what they share is hashed once."""
    shared = cache(lambda start, end: _hash_range(start, end, read))
    return [
        [shared(start, end) for start, end in inclusion_ranges(index, size)] for index in indexes
    ]


def consistency_proof(old: int, new: int, read: Read) -> list[bytes]:
    """Prove that the tree of ``old`` leaves is the beginning of the tree of ``new`` leaves.

    Empty for ``old == 0`` and ``old == new``.

    Raises
    ------
    ValueError
        Not ``0 <= old <= new``.
    """
    return [_hash_range(start, end, read) for start, end in consistency_ranges(old, new)]


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Name the leaf ranges whose hashes are the inclusion proof (RFC 6962, section 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    ranges: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        middle = _middle(start, end)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """Name the leaf ranges whose hashes are the consistency proof (RFC 6962, section 2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} has no earlier tree of {old}")
    if old == 0:
        return []
    ranges: list[tuple[int, int]] = []
    start, end = 0, new
    while end != old:
        middle = _middle(start, end)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    # A perfect old tree is known to the verifier by its root and is not repeated.
    if start:
        ranges.append((start, end))
    return ranges[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether ``proof`` leads from leaf hash ``leaf`` to ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    climb = _Climb(index, size - 1)
    computed = leaf
    for sibling in proof:
        if climb.at_top:
            return False
        left = climb.rise()
        computed = node_hash(sibling, computed) if left else node_hash(computed, sibling)
    return climb.at_top and computed == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether ``proof`` shows the new tree to continue the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        known = old_root == (EMPTY_ROOT if old == 0 else new_root)
        return known and (new != 0 or new_root == EMPTY_ROOT) and not proof
    if not proof:
        return False
    # A perfect old tree is itself the first node of the path.
    hashes = [old_root, *proof] if old & (old - 1) == 0 else proof
    climb = _Climb(old - 1, new - 1)
    climb.skip_right_children()
    from_old = from_new = hashes[0]
    for sibling in hashes[1:]:
        if climb.at_top:
            return False
        if climb.rise():
            from_old = node_hash(sibling, from_old)
            from_new = node_hash(sibling, from_new)
        else:
            from_new = node_hash(from_new, sibling)
    return climb.at_top and from_old == old_root and from_new == new_root


class _Climb:
    """A walk from one node towards the root, ``fn`` and ``sn`` of RFC 9162."""

    def __init__(self, node: int, last: int) -> None:
        self._node = node
        self._last = last

    @property
    def at_top(self) -> bool:
        return self._last == 0

    def skip_right_children(self) -> None:
        while self._node & 1:
            self._up()

    def rise(self) -> bool:
        """Take one proof step up; true if the sibling stood on the left."""
        left = bool(self._node & 1) or self._node == self._last
        if left:
            # The last node of an odd row has no sibling there: it rises until it gets one.
            while self._node and not self._node & 1:
                self._up()
        self._up()
        return left

    def _up(self) -> None:
        self._node >>= 1
        self._last >>= 1


def _hash_range(start: int, end: int, read: Read) -> bytes:
    *rest, folded = (read(level, index) for level, index in cover(start, end))
    for left in reversed(rest):
        folded = node_hash(left, folded)
    return folded


def _middle(start: int, end: int) -> int:
    """Split where RFC 6962 does: the largest power of two below the number of leaves."""
    return start + (1 << ((end - start - 1).bit_length() - 1))
