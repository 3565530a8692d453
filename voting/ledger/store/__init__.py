"""All SQL about logs: entries and the trees over them, cosignatures of witnesses."""

from voting.ledger.store.cosignatures import (
    CosignatureRow,
    cosignature_lines,
    newest_cosignatures,
    newest_sizes,
    put_cosignature,
)
from voting.ledger.store.tail import Edge, Tail, append, locking
from voting.ledger.store.trees import (
    EntryRow,
    LogRow,
    NodeRow,
    consistency,
    create,
    head,
    heads,
    inclusion,
    inclusions,
    read_entries,
    read_level,
    read_nodes,
    root,
    size,
)

__all__ = [
    "CosignatureRow",
    "Edge",
    "EntryRow",
    "LogRow",
    "NodeRow",
    "Tail",
    "append",
    "consistency",
    "cosignature_lines",
    "create",
    "head",
    "heads",
    "inclusion",
    "inclusions",
    "locking",
    "newest_cosignatures",
    "newest_sizes",
    "put_cosignature",
    "read_entries",
    "read_level",
    "read_nodes",
    "root",
    "size",
]
