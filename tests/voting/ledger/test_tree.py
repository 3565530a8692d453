import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.ledger import tree


class Grown:
    """A tree grown leaf by leaf, keeping perfect subtrees only, as the store does."""

    def __init__(self, leaves):
        self.nodes = {}
        for size, leaf in enumerate(leaves):
            for level, position, digest in tree.completed_nodes(size, leaf, self.read):
                assert (level, position) not in self.nodes
                self.nodes[level, position] = digest

    def read(self, level, position):
        return self.nodes[level, position]


def _leaves(count):
    return [tree.leaf_hash(b"%d" % index) for index in range(count)]


def _mth(leaves):
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _mth(leaves[:k]) + _mth(leaves[k:])).digest()


def _path(m, leaves):
    """RFC 6962, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*_path(m, leaves[:k]), _mth(leaves[k:])]
    return [*_path(m - k, leaves[k:]), _mth(leaves[:k])]


def _sub(m, leaves, *, whole):
    """RFC 6962, section 2.1.2, word for word."""
    if m == len(leaves):
        return [] if whole else [_mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*_sub(m, leaves[:k], whole=whole), _mth(leaves[k:])]
    return [*_sub(m - k, leaves[k:], whole=False), _mth(leaves[:k])]


@pytest.fixture(scope="module")
def grown():
    return Grown(_leaves(70))


@pytest.fixture(scope="module")
def big(vectors):
    return Grown(_leaves(vectors["big"]["size"]))


def test_leaf_hashes_are_those_of_go(vectors):
    hashes = [tree.leaf_hash(bytes.fromhex(leaf)).hex() for leaf in vectors["leaves"]]
    assert hashes == vectors["leaf_hashes"]


def test_roots_are_those_of_go(vectors):
    leaves = [bytes.fromhex(leaf) for leaf in vectors["leaf_hashes"]]
    grown = Grown(leaves)
    for size, expected in enumerate(vectors["roots"]):
        assert tree.root(size, grown.read).hex() == expected
        assert tree.root_of(leaves[:size]).hex() == expected


def test_inclusion_proofs_are_those_of_go(vectors):
    leaves = [bytes.fromhex(leaf) for leaf in vectors["leaf_hashes"]]
    grown = Grown(leaves)
    for case in vectors["inclusion"]:
        index, size = case["index"], case["size"]
        proof = tree.inclusion_proof(index, size, grown.read)
        assert [sibling.hex() for sibling in proof] == case["proof"]
        root = bytes.fromhex(vectors["roots"][size])
        assert tree.verify_inclusion(leaves[index], index, size, proof, root)


def test_consistency_proofs_are_those_of_go(vectors):
    grown = Grown([bytes.fromhex(leaf) for leaf in vectors["leaf_hashes"]])
    for case in vectors["consistency"]:
        old, new = case["old"], case["new"]
        proof = tree.consistency_proof(old, new, grown.read)
        assert [sibling.hex() for sibling in proof] == case["proof"]
        old_root, new_root = (bytes.fromhex(vectors["roots"][size]) for size in (old, new))
        assert tree.verify_consistency(old, new, old_root, new_root, proof)


def test_a_tree_of_70000_is_that_of_go(big, vectors):
    expected = vectors["big"]
    assert tree.root(70000, big.read).hex() == expected["root"]
    assert tree.root(65537, big.read).hex() == expected["root_65537"]
    inclusion = tree.inclusion_proof(12345, 70000, big.read)
    assert [sibling.hex() for sibling in inclusion] == expected["inclusion_12345"]
    consistency = tree.consistency_proof(65537, 70000, big.read)
    assert [sibling.hex() for sibling in consistency] == expected["consistency_65537_70000"]


def test_every_root_up_to_70_is_the_recursive_definition(grown):
    leaves = _leaves(70)
    for size in range(71):
        assert tree.root(size, grown.read) == tree.root_of(leaves[:size]) == _mth(leaves[:size])


def test_every_inclusion_proof_up_to_70_is_the_recursive_definition_and_verifies(grown):
    leaves = _leaves(70)
    for size in range(1, 71):
        root = tree.root(size, grown.read)
        for index in range(size):
            proof = tree.inclusion_proof(index, size, grown.read)
            assert proof == _path(index, leaves[:size])
            assert tree.verify_inclusion(leaves[index], index, size, proof, root)


def test_every_consistency_proof_up_to_70_is_the_recursive_definition_and_verifies(grown):
    leaves = _leaves(70)
    roots = [tree.root(size, grown.read) for size in range(71)]
    for new in range(71):
        for old in range(new + 1):
            proof = tree.consistency_proof(old, new, grown.read)
            assert proof == (_sub(old, leaves[:new], whole=True) if old else [])
            assert tree.verify_consistency(old, new, roots[old], roots[new], proof)


def _mutations(proof):
    """Every way to spoil a proof by one flipped bit, one hash more or less, or two swapped."""
    for place, sibling in enumerate(proof):
        flipped = bytes([sibling[0] ^ 1]) + sibling[1:]
        yield [*proof[:place], flipped, *proof[place + 1 :]]
        yield [*proof[:place], *proof[place + 1 :]]
        yield [*proof[:place], sibling[:-1], *proof[place + 1 :]]
    for place, (one, other) in enumerate(pairwise(proof)):
        yield [*proof[:place], other, one, *proof[place + 2 :]]
    for place in range(len(proof) + 1):
        yield [*proof[:place], bytes(32), *proof[place:]]
    yield [*proof, *proof[-1:], bytes(32)]


def test_no_spoilt_inclusion_proof_up_to_70_verifies(grown):
    leaves = _leaves(70)
    for size in range(1, 71):
        root = tree.root(size, grown.read)
        for index in range(0, size, 3):
            proof = tree.inclusion_proof(index, size, grown.read)
            for spoilt in _mutations(proof):
                assert not tree.verify_inclusion(leaves[index], index, size, spoilt, root)


def test_no_spoilt_consistency_proof_up_to_40_verifies(grown):
    roots = [tree.root(size, grown.read) for size in range(41)]
    for new in range(41):
        for old in range(new + 1):
            proof = tree.consistency_proof(old, new, grown.read)
            for spoilt in _mutations(proof):
                assert not tree.verify_consistency(old, new, roots[old], roots[new], spoilt)


@given(size=st.integers(1, 70), data=st.data())
def test_a_proof_holds_for_its_own_statement_only(grown, size, data):
    """Another leaf, position, or root is not proved by the same path."""
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, 70).filter(lambda other: other % 70 != index))
    leaves = _leaves(70)
    root = tree.root(size, grown.read)
    proof = tree.inclusion_proof(index, size, grown.read)

    assert not tree.verify_inclusion(leaves[other % 70], index, size, proof, root)
    assert not tree.verify_inclusion(leaves[index], other, size, proof, root)
    assert not tree.verify_inclusion(leaves[index], index, size, proof, bytes(32))
    assert not tree.verify_inclusion(leaves[index], index, index, proof, root)


@given(new=st.integers(1, 70), data=st.data())
def test_a_consistency_proof_holds_for_its_own_roots_only(grown, new, data):
    old = data.draw(st.integers(1, new))
    old_root, new_root = (tree.root(size, grown.read) for size in (old, new))
    proof = tree.consistency_proof(old, new, grown.read)

    assert not tree.verify_consistency(old, new, bytes(32), new_root, proof)
    assert not tree.verify_consistency(old, new, old_root, bytes(32), proof)
    assert not tree.verify_consistency(new + 1, new, old_root, new_root, proof)
    assert not tree.verify_consistency(-1, new, old_root, new_root, proof)


def test_a_node_does_not_pass_for_a_leaf_nor_a_small_tree_for_a_large_one():
    """Paths that hash to the right root and stop too early, or go on past the top."""
    one, two, three, four = _leaves(4)
    left, right = tree.node_hash(one, two), tree.node_hash(three, four)
    top = tree.node_hash(left, right)

    assert not tree.verify_inclusion(top, 0, 4, [], top)
    assert not tree.verify_inclusion(left, 0, 4, [right], top)
    assert not tree.verify_inclusion(one, 0, 1, [two], left)
    assert not tree.verify_inclusion(two, 0, 1, [one], left)
    assert not tree.verify_inclusion(one, 0, 2, [two, right], top)
    assert not tree.verify_consistency(1, 4, one, left, [two])
    assert not tree.verify_consistency(1, 2, one, top, [two, right])
    above_old, above_new = (
        tree.node_hash(one, tree.node_hash(left, three)),
        tree.node_hash(one, top),
    )
    assert tree.verify_consistency(3, 4, tree.node_hash(left, three), top, [three, four, left])
    assert not tree.verify_consistency(3, 4, above_old, above_new, [three, four, left, one])


def test_the_empty_tree_has_the_root_of_no_bytes_not_zeros():
    """An old Go release answered zeros; a consistency check must not accept them."""
    root = tree.leaf_hash(b"")
    assert hashlib.sha256(b"").digest() == tree.EMPTY_ROOT
    assert tree.verify_consistency(0, 1, tree.EMPTY_ROOT, root, [])
    assert not tree.verify_consistency(0, 1, bytes(32), root, [])
    assert not tree.verify_consistency(0, 0, tree.EMPTY_ROOT, bytes(32), [])
    assert not tree.verify_consistency(0, 1, tree.EMPTY_ROOT, root, [root])


def test_the_last_of_an_odd_row_is_not_paired_with_itself():
    one, two, three = _leaves(3)
    assert tree.root_of([one, two, three]) != tree.root_of([one, two, three, three])


def test_proofs_about_leaves_that_do_not_exist_are_not_written(grown):
    with pytest.raises(ValueError, match="no leaf 5 in a tree of 5"):
        tree.inclusion_proof(5, 5, grown.read)
    with pytest.raises(ValueError, match="no leaf -1"):
        tree.inclusion_proof(-1, 5, grown.read)
    with pytest.raises(ValueError, match="no earlier tree of 6"):
        tree.consistency_proof(6, 5, grown.read)
