from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, update
from sqlalchemy.exc import IntegrityError

from voting.ledger import store, tree
from voting.ledger.errors import LedgerCorrupt
from voting.ledger.refusals import NoSuchEntry, UnknownLog
from voting.ledger.store import EntryRow, NodeRow

ORIGIN = "vote.example.org/register"
OTHER = "vote.example.org/assemblies/1"


def _entries(count):
    return [b"%d" % index for index in range(count)]


def _leaves(count):
    return [tree.leaf_hash(entry) for entry in _entries(count)]


def _grow(session, *batches):
    store.create(session, ORIGIN)
    entries = iter(_entries(sum(batches)))
    return [
        store.append(session, ORIGIN, [next(entries) for _ in range(batch)]) for batch in batches
    ]


@pytest.fixture
def statements(session, monkeypatch):
    """What the database is told from here on, by SQLAlchemy or past it."""
    seen = []
    if session.get_bind().dialect.name == "sqlite":
        event.listen(
            session.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2])
        )
    else:
        execute = psycopg.Cursor.execute

        def note(cursor, query, *given, **options):
            seen.append(str(query))
            return execute(cursor, query, *given, **options)

        monkeypatch.setattr(psycopg.Cursor, "execute", note)
    return seen


def test_positions_are_handed_out_in_order(session):
    assert _grow(session, 1, 3, 0, 5) == [range(1), range(1, 4), range(4, 4), range(4, 9)]
    assert store.size(session, ORIGIN) == 9
    assert store.read_entries(session, ORIGIN, 0, 9) == _entries(9)
    assert store.read_entries(session, ORIGIN, 3, 5) == _entries(5)[3:]
    assert store.read_entries(session, ORIGIN, 9, 9) == []


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.integers(0, 20), max_size=5))
def test_however_a_log_was_filled_it_is_the_plain_tree(database, batches):
    """Roots and proofs of every size, from however many transactions of whatever length."""
    with database.write() as session:
        _grow(session, *batches)
        leaves = _leaves(sum(batches))
        for size in range(len(leaves) + 1):
            assert store.root(session, ORIGIN, size) == tree.root_of(leaves[:size])
        if leaves:
            last, size = leaves[-1], len(leaves)
            proof = store.inclusion(session, ORIGIN, size - 1, size)
            assert tree.verify_inclusion(last, size - 1, size, proof, tree.root_of(leaves))
        session.rollback()


def test_the_edge_that_an_append_left_serves_the_next(session, statements):
    _grow(session, 21)
    first = store.Tail(session, ORIGIN)
    first.append([b"a"])
    statements.clear()
    second = store.Tail(session, ORIGIN, first.edge)
    assert not [statement for statement in statements if "log_nodes" in statement]
    second.append([b"b", b"c"])
    leaves = [*_leaves(21), *map(tree.leaf_hash, (b"a", b"b", b"c"))]
    assert second.root == tree.root_of(leaves)
    for index, proof in zip((22, 23), second.inclusions([22, 23]), strict=True):
        assert tree.verify_inclusion(leaves[index], index, 24, proof, second.root)


@pytest.mark.parametrize("meanwhile", [[b"x"], []])
def test_an_edge_that_is_not_the_logs_is_read_anew(session, meanwhile):
    """Another process appended, or the transaction that left the edge was rolled back."""
    _grow(session, 21)
    with session.begin_nested() as undone:
        lost = store.Tail(session, ORIGIN)
        lost.append([b"lost"])
        undone.rollback()
    store.append(session, ORIGIN, meanwhile)
    tail = store.Tail(session, ORIGIN, lost.edge)
    tail.append([b"y"])
    leaves = [*_leaves(21), *map(tree.leaf_hash, (*meanwhile, b"y"))]
    assert tail.root == tree.root_of(leaves) == store.root(session, ORIGIN, len(leaves))


def test_every_proof_up_to_33_verifies(session):
    _grow(session, 10, 1, 1, 21)
    leaves = _leaves(33)
    roots = [tree.root_of(leaves[:size]) for size in range(34)]
    for size in range(1, 34):
        proofs = store.inclusions(session, ORIGIN, range(size), size)
        for index, proof in enumerate(proofs):
            assert tree.verify_inclusion(leaves[index], index, size, proof, roots[size])
    for new in range(0, 34, 3):
        for old in range(new + 1):
            proof = store.consistency(session, ORIGIN, old, new)
            assert tree.verify_consistency(old, new, roots[old], roots[new], proof)


def test_logs_do_not_touch_each_other(session):
    _grow(session, 3)
    store.create(session, OTHER)
    assert store.append(session, OTHER, [b"x"]) == range(1)
    assert store.root(session, OTHER, 1) == tree.leaf_hash(b"x")
    assert store.root(session, ORIGIN, 3) == tree.root_of(_leaves(3))


def test_a_rolled_back_append_never_happened(database):
    with database.write() as session:
        _grow(session, 3)
    with database.write() as session:
        store.append(session, ORIGIN, [b"lost"])
        session.rollback()
    with database.write() as session:
        assert store.append(session, ORIGIN, [b"kept"]) == range(3, 4)
        assert store.root(session, ORIGIN, 4) == tree.root_of(
            [*_leaves(3), tree.leaf_hash(b"kept")]
        )


def test_appends_from_several_threads_wait_for_each_other(database):
    """Every position is handed out once, and the tree is the one over the order that resulted."""

    def append(number):
        with database.write() as session:
            return store.append(session, ORIGIN, [b"%d/%d" % (number, part) for part in range(3)])

    with database.write() as session:
        store.create(session, ORIGIN)
    with ThreadPoolExecutor(4) as threads:
        positions = [place for added in threads.map(append, range(12)) for place in added]
    assert sorted(positions) == list(range(36))
    with database.write() as session:
        leaves = [tree.leaf_hash(e) for e in store.read_entries(session, ORIGIN, 0, 36)]
        assert store.root(session, ORIGIN, 36) == tree.root_of(leaves)


def test_one_question_is_one_query(session, statements):
    """Also where the last leaf is not itself part of the proof."""
    _grow(session, 100)
    statements.clear()
    store.size(session, ORIGIN)
    store.root(session, ORIGIN, 98)
    store.read_entries(session, ORIGIN, 10, 20)
    store.inclusion(session, ORIGIN, 17, 98)
    store.inclusions(session, ORIGIN, range(98), 98)
    store.consistency(session, ORIGIN, 17, 98)
    assert len(statements) == 6


def test_an_append_takes_five_statements_however_long_the_batch(session, statements):
    """Lock, edge of the tree, entries, nodes, new length."""
    _grow(session, 7)
    statements.clear()
    store.append(session, ORIGIN, _entries(50))
    assert len(statements) == 5


def test_an_unknown_log_is_refused(session):
    for question in (
        lambda: store.append(session, ORIGIN, [b"x"]),
        lambda: store.size(session, ORIGIN),
        lambda: store.root(session, ORIGIN, 0),
        lambda: store.root(session, ORIGIN, 1),
        lambda: store.read_entries(session, ORIGIN, 0, 0),
        lambda: store.read_entries(session, ORIGIN, 0, 1),
        lambda: store.inclusion(session, ORIGIN, 0, 1),
        lambda: store.consistency(session, ORIGIN, 0, 0),
        lambda: store.consistency(session, ORIGIN, 1, 2),
    ):
        with pytest.raises(UnknownLog):
            question()


@pytest.mark.parametrize("size", range(10))
def test_nothing_beyond_the_end_is_answered(session, size):
    """At every size: after some, all nodes of a proof exist before the leaf itself does."""
    _grow(session, size)
    for question in (
        lambda: store.root(session, ORIGIN, size + 1),
        lambda: store.root(session, ORIGIN, -1),
        lambda: store.read_entries(session, ORIGIN, size, size + 1),
        lambda: store.read_entries(session, ORIGIN, size + 1, size + 1),
        lambda: store.read_entries(session, ORIGIN, 1, 0),
        lambda: store.read_entries(session, ORIGIN, -1, 0),
        lambda: store.inclusion(session, ORIGIN, size, size + 1),
        lambda: store.inclusion(session, ORIGIN, size, size),
        lambda: store.inclusion(session, ORIGIN, -1, size),
        lambda: store.inclusions(session, ORIGIN, [0, size + 5], size + 6),
        lambda: store.consistency(session, ORIGIN, size, size + 1),
        lambda: store.consistency(session, ORIGIN, size + 1, size + 1),
        lambda: store.consistency(session, ORIGIN, 1, 0),
        lambda: store.consistency(session, ORIGIN, -1, size),
    ):
        with pytest.raises(NoSuchEntry):
            question()


def test_what_cannot_be_published_is_not_appended(session):
    _grow(session, 2)
    with pytest.raises(ValueError, match="at most 65535 bytes"):
        store.append(session, ORIGIN, [b"fits", bytes(65_536)])
    assert store.size(session, ORIGIN) == 2
    assert store.append(session, ORIGIN, [bytes(65_535)]) == range(2, 3)


def test_a_log_is_created_once_and_under_a_key_name(database):
    with database.write() as session:
        store.create(session, ORIGIN)
    with pytest.raises(IntegrityError), database.write() as session:
        store.create(session, ORIGIN)
    with pytest.raises(ValueError, match="not a key name"), database.write() as session:
        store.create(session, "two words")


def test_a_missing_row_is_corruption_not_a_refusal(session):
    _grow(session, 6)
    session.execute(delete(EntryRow).where(EntryRow.position == 3))
    with pytest.raises(LedgerCorrupt):
        store.read_entries(session, ORIGIN, 2, 5)
    session.execute(delete(NodeRow).where(NodeRow.level == 2))
    with pytest.raises(LedgerCorrupt):
        store.root(session, ORIGIN, 6)
    with pytest.raises(LedgerCorrupt):
        store.append(session, ORIGIN, [b"x", b"y"])


def test_levels_are_read_from_left_to_right(session):
    _grow(session, 3, 2)
    leaves = _leaves(5)
    assert store.read_level(session, ORIGIN, 0) == leaves
    pairs = [tree.node_hash(*leaves[0:2]), tree.node_hash(*leaves[2:4])]
    assert store.read_level(session, ORIGIN, 1) == pairs
    assert store.read_level(session, ORIGIN, 2) == [tree.node_hash(*pairs)]
    assert store.read_level(session, ORIGIN, 3) == []


def test_an_altered_entry_is_read_as_it_stands(session):
    """Reading does not check: comparing entries with the tree is a question of its own."""
    _grow(session, 2)
    session.execute(update(EntryRow).where(EntryRow.position == 1).values(entry=b"altered"))
    assert store.read_entries(session, ORIGIN, 0, 2) == [b"0", b"altered"]
