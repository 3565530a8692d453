"""The row of a version, for use cases that need there to be one."""

from sqlalchemy.orm import Session

from voting.roster import store
from voting.roster.version import UnknownRoster


def require_version(session: Session, roster_id: str) -> store.RosterRow:
    """Find a version.

    Raises
    ------
    UnknownRoster
    """
    return _known(store.roster(session, roster_id))


def lock_version(session: Session, roster_id: str) -> store.RosterRow:
    """Find a version and keep everybody else from changing it until the commit.

    Raises
    ------
    UnknownRoster
    """
    return _known(store.lock(session, roster_id))


def predecessor(session: Session, row: store.RosterRow) -> store.RosterRow | None:
    """Find the version before this one; None for a first one.

    Raises
    ------
    UnknownRoster
    """
    if row.previous_digest is None:
        return None
    before = store.by_digest(session, row.community, row.previous_digest)
    if before is None:
        raise UnknownRoster("没有这一版所依据的上一版清册")
    return before


def _known(row: store.RosterRow | None) -> store.RosterRow:
    if row is None:
        raise UnknownRoster("没有这份业主清册")
    return row
