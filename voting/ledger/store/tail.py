"""The end of a log, where entries are added and proved."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from voting.infra.asking import Question, ask, tell
from voting.infra.bulk import insert_rows
from voting.ledger import tree
from voting.ledger.store.trees import EntryRow, LogRow, NodeRow, fetch, reader, unknown
from voting.ledger.tiles import MAX_ENTRY_BYTES

_LOCK = (
    select(LogRow.size, LogRow.root).where(LogRow.origin == bindparam("origin")).with_for_update()
)
_MOVE_HEAD = (
    update(LogRow)
    .where(LogRow.origin == bindparam("log"))
    .values(size=bindparam("new_size"), root=bindparam("new_root"))
    .execution_options(synchronize_session=False)
)


def locking(origin: str) -> Question:
    """Ask for the end of a log and lock it, as :class:`Tail` does."""
    return Question(_LOCK, {"origin": origin})


class Edge(NamedTuple):
    """The perfect subtrees that make up a log of some size, and the root they make."""

    size: int
    root: bytes
    nodes: Mapping[tuple[int, int], bytes]


class Tail:
    """The end of a log: nobody else can append to it until the transaction ends.

    Parameters
    ----------
    known
        The edge that an earlier one left; read anew unless it is still that of the log.

    Raises
    ------
    UnknownLog
    """

    def __init__(self, session: Session, origin: str, known: Edge | None = None) -> None:
        heads = ask(session, locking(origin))
        if not heads:
            raise unknown(origin)
        ((size, root),) = heads
        self.origin = origin
        self.size: int = size
        """How many entries the log has by now."""
        self._session = session
        # Whatever new leaves complete, and all that proves them, lies beside the edge of the old
        # tree or is new itself. No other edge has the same root.
        self._nodes = (
            dict(known.nodes)
            if known is not None and (known.size, known.root) == (size, root)
            else fetch(session, origin, tree.cover(0, size))
        )
        self._read = reader(self._nodes)

    def append(self, entries: Sequence[bytes]) -> range:
        """Add entries at the end, see :func:`append`."""
        _require_short(entries)
        added = range(self.size, self.size + len(entries))
        if not added:
            return added
        completed: list[tree.Node] = []
        for position, entry in zip(added, entries, strict=True):
            for node in tree.completed_nodes(position, tree.leaf_hash(entry), self._read):
                self._nodes[node.level, node.position] = node.hash
                completed.append(node)
        self.size = added.stop
        session, log = self._session, {"origin": self.origin}
        insert_rows(session, EntryRow, log, {"position": added, "entry": entries})
        levels, positions, hashes = zip(*completed, strict=True)
        nodes = {"level": levels, "position": positions, "hash": hashes}
        insert_rows(session, NodeRow, log, nodes)
        head = {"log": self.origin, "new_size": self.size, "new_root": self.root}
        tell(session, _MOVE_HEAD, head)
        return added

    @property
    def root(self) -> bytes:
        """The root over all entries, 32 bytes."""
        return tree.root(self.size, self._read)

    @property
    def edge(self) -> Edge:
        """What whoever appends next has to know."""
        nodes = {place: self._nodes[place] for place in tree.cover(0, self.size)}
        return Edge(self.size, self.root, nodes)

    def inclusions(self, indexes: Iterable[int]) -> list[list[bytes]]:
        """Prove entries that were appended here, the leaf's sibling first, 32 bytes each."""
        return tree.inclusion_proofs(indexes, self.size, self._read)


def append(session: Session, origin: str, entries: Sequence[bytes]) -> range:
    """Add entries at the end and return their positions.

    Nobody else can append to this log until the transaction ends.

    Parameters
    ----------
    session
        A writing transaction; nothing is promised before it commits.
    origin
        Which log.
    entries
        Each at most 65535 bytes, the longest that the published files can hold.

    Raises
    ------
    UnknownLog
    ValueError
        An entry is too long; nothing was added.
    """
    _require_short(entries)
    return Tail(session, origin).append(entries)


def _require_short(entries: Iterable[bytes]) -> None:
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise ValueError(f"an entry has at most {MAX_ENTRY_BYTES} bytes, got {len(entry)}")
