"""Tables of the logs: entries, and the perfect subtrees over them.

A log is locked by its own row, so that appending to one log never waits for another. Nodes and
entries are only ever inserted.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ForeignKey, Select, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.bulk import among_pairs
from voting.infra.orm import Base
from voting.ledger import tree
from voting.ledger.errors import LedgerCorrupt
from voting.ledger.note import require_name
from voting.ledger.refusals import NoSuchEntry, UnknownLog


class LogRow(Base):
    """One log and its head: length and root, written with the entries they speak of."""

    __tablename__ = "logs"

    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    root: Mapped[bytes]


class EntryRow(Base):
    """One entry, as it was appended."""

    __tablename__ = "log_entries"

    origin: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[bytes]


class NodeRow(Base):
    """One perfect subtree; see :mod:`voting.ledger.tree` for how nodes are named."""

    __tablename__ = "log_nodes"

    origin: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes]


def create(session: Session, origin: str) -> None:
    """Begin an empty log.

    Raises
    ------
    ValueError
        ``origin`` cannot be the name of a key.
    IntegrityError
        The log exists.
    """
    session.execute(
        insert(LogRow).values(origin=require_name(origin), size=0, root=tree.EMPTY_ROOT)
    )


def size(session: Session, origin: str) -> int:
    """Count the entries of a log.

    Raises
    ------
    UnknownLog
    """
    count = session.scalar(_size_of(origin))
    if count is None:
        raise unknown(origin)
    return count


def head(session: Session, origin: str) -> tuple[int, bytes]:
    """Read size and root of a log as they were stored with its last entry.

    Raises
    ------
    UnknownLog
    """
    row = session.execute(
        select(LogRow.size, LogRow.root).where(LogRow.origin == origin)
    ).one_or_none()
    if row is None:
        raise unknown(origin)
    return row.size, row.root


def heads(session: Session) -> dict[str, int]:
    """List every log with its size, by name."""
    statement = select(LogRow.origin, LogRow.size).order_by(LogRow.origin)
    return dict(session.execute(statement).all())


def read_entries(session: Session, origin: str, start: int, stop: int) -> list[bytes]:
    """Read the entries from ``start`` up to, not including, ``stop``.

    Raises
    ------
    UnknownLog
    NoSuchEntry
        The range is not within the log.
    LedgerCorrupt
        An entry is missing.
    """
    if not 0 <= start <= stop:
        raise _too_short(stop)
    statement = (
        select(EntryRow.entry)
        .where(EntryRow.origin == origin, EntryRow.position >= start, EntryRow.position < stop)
        .order_by(EntryRow.position)
    )
    entries = list(session.scalars(statement))
    if not entries or len(entries) != stop - start:
        # Ask only now: a full answer has shown that log and range exist.
        _require_size(session, origin, stop)
        if len(entries) != stop - start:
            raise LedgerCorrupt(f"{origin}: entries missing between {start} and {stop}")
    return entries


def read_level(session: Session, origin: str, level: int) -> list[bytes]:
    """Read all stored hashes of one level from left to right, 32 bytes each.

    Raises
    ------
    LedgerCorrupt
        One stands where it would not be found when it is asked for.
    """
    nodes = session.execute(
        select(NodeRow.position, NodeRow.hash)
        .where(NodeRow.origin == origin, NodeRow.level == level)
        .order_by(NodeRow.position)
    ).all()
    if [position for position, _ in nodes] != list(range(len(nodes))):
        raise LedgerCorrupt(f"{origin}: a node of level {level} is out of its place")
    return [hashed for _, hashed in nodes]


def read_nodes(session: Session, origin: str, level: int, start: int, stop: int) -> list[bytes]:
    """Read the hashes of one level from ``start`` up to, not including, ``stop``.

    Raises
    ------
    LedgerCorrupt
        One is missing; the caller has made sure that the log is long enough.
    """
    within = NodeRow.position >= start, NodeRow.position < stop
    hashes = list(session.scalars(_level(origin, level).where(*within)))
    if len(hashes) != stop - start:
        raise LedgerCorrupt(f"{origin}: nodes of level {level} missing from {start} to {stop}")
    return hashes


def root(session: Session, origin: str, size: int) -> bytes:
    """Hash the first ``size`` entries, 32 bytes.

    Raises
    ------
    UnknownLog, NoSuchEntry, LedgerCorrupt
    """
    return tree.root(size, _nodes(session, origin, size, tree.cover(0, size)))


def inclusion(session: Session, origin: str, index: int, size: int) -> list[bytes]:
    """Prove entry ``index`` among the first ``size``, see :func:`inclusions`."""
    return inclusions(session, origin, [index], size)[0]


def inclusions(
    session: Session, origin: str, indexes: Sequence[int], size: int
) -> list[list[bytes]]:
    """Prove several entries among the first ``size`` with one query.

    Parameters
    ----------
    indexes
        Positions of one batch, at most a few hundred: each needs some ``2 * log2(size)`` nodes.

    Returns
    -------
    list of list of bytes
        One path per index, the leaf's sibling first, 32 bytes each.

    Raises
    ------
    UnknownLog, LedgerCorrupt
    NoSuchEntry
        Not ``0 <= index < size``, or ``size`` is beyond the log.
    """
    if not all(0 <= index < size for index in indexes):
        raise _too_short(size)
    wanted = [pair for index in indexes for pair in tree.inclusion_ranges(index, size)]
    read = _nodes(session, origin, size, _cover_all(wanted))
    return tree.inclusion_proofs(indexes, size, read)


def consistency(session: Session, origin: str, old: int, new: int) -> list[bytes]:
    """Prove that the first ``old`` entries are the beginning of the first ``new``.

    Raises
    ------
    UnknownLog, LedgerCorrupt
    NoSuchEntry
        Not ``0 <= old <= new``, or ``new`` is beyond the log.
    """
    if not 0 <= old <= new:
        raise _too_short(new)
    read = _nodes(session, origin, new, _cover_all(tree.consistency_ranges(old, new)))
    return tree.consistency_proof(old, new, read)


def _nodes(
    session: Session, origin: str, size: int, wanted: Iterable[tuple[int, int]]
) -> tree.Read:
    """Fetch nodes of the tree of ``size`` leaves, making sure that the log is that long."""
    if size <= 0:
        _require_size(session, origin, size)
        return reader({})
    # The last leaf comes along: where it is, the log has reached this size.
    last = (0, size - 1)
    nodes = fetch(session, origin, [*wanted, last])
    if last not in nodes:
        _require_size(session, origin, size)
    return reader(nodes)


def fetch(
    session: Session, origin: str, wanted: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """Read perfect subtrees by level and position; those that are not there are left out."""
    named = set(wanted)
    if not named:
        return {}
    statement = select(NodeRow.level, NodeRow.position, NodeRow.hash).where(
        NodeRow.origin == origin, among_pairs(session, NodeRow.level, NodeRow.position, named)
    )
    return {(level, position): subtree for level, position, subtree in session.execute(statement)}


def reader(nodes: Mapping[tuple[int, int], bytes]) -> tree.Read:
    """Answer from nodes that were read; one that is missing there is missing in the log."""

    def read(level: int, position: int) -> bytes:
        try:
            return nodes[level, position]
        except KeyError as error:
            raise LedgerCorrupt(f"node {position} of level {level} is missing") from error

    return read


def _cover_all(ranges: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    return (node for start, end in ranges for node in tree.cover(start, end))


def _require_size(session: Session, origin: str, wanted: int) -> None:
    if not 0 <= wanted <= size(session, origin):
        raise _too_short(wanted)


def _level(origin: str, level: int) -> Select[bytes]:
    return (
        select(NodeRow.hash)
        .where(NodeRow.origin == origin, NodeRow.level == level)
        .order_by(NodeRow.position)
    )


def _size_of(origin: str) -> Select[int]:
    return select(LogRow.size).where(LogRow.origin == origin)


def unknown(origin: str) -> UnknownLog:
    """Say that there is no such log."""
    return UnknownLog("没有这个日志", origin=origin)


def _too_short(wanted: int) -> NoSuchEntry:
    return NoSuchEntry("日志没有这么长，或范围有误", size=wanted)
