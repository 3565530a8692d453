"""Objections to ballots against an assembly's log (domain C-1)."""

from collections.abc import Iterable, Mapping

import numpy as np

from voting.box.entries import OBJECTION
from voting.box.objection import parse
from voting.box.store import BallotObjectionRow
from voting.kernel import canonical, dsse
from voting.kernel.clock import timestamp
from voting.kernel.commitment import Opening
from voting.outcome.audit.differences import Differences
from voting.outcome.audit.register import Entry
from voting.roster.document import RosterDocument

_TABLE = "ballot_objections"


def compare_contest(
    found: Differences,
    entries: Mapping[int, Entry],
    rows: Iterable[BallotObjectionRow],
    roster: bytes,
    *,
    erased: bool,
) -> None:
    """Open every objection against the log, and compare what follows from it.

    Parameters
    ----------
    roster
        The pinned document, as it is stored.
    erased
        Whether the retention period is over and who objected was overwritten.
    """
    logged = {place: entry for place, entry in entries.items() if entry["type"] == OBJECTION}
    if logged:
        unit_code = RosterDocument.from_bytes(roster).unit_code

    def opened(position: int, row: BallotObjectionRow, entry: Entry) -> None:
        found.same(_TABLE, position, received_at=(timestamp(row.received_at), entry["at"]))
        if erased and row.data == row.salt == b"":
            return
        if Opening(row.salt, row.data).commitment != entry["commitment"]:
            found.add(_TABLE, position, "data 不是日志所承诺的异议")
            return
        text = dsse.parse(row.data).payload
        codes = [unit_code[unit] for unit in parse(text).units]
        found.same(
            _TABLE, position,
            digest=(row.digest, canonical.digest(text)),
            unit_codes=(row.unit_codes, np.array(codes, "<i4").tobytes()),
        )  # fmt: skip

    found.match(_TABLE, ((row.position, row) for row in rows), logged, opened)
