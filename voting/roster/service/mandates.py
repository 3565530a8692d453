"""Who may vote for a unit, as the sheets said it: sealed, opened once, then kept in memory."""

from types import MappingProxyType

from sqlalchemy import event
from sqlalchemy.orm import Session

from voting.kernel.commitment import Opening
from voting.roster import mandate, store
from voting.roster.mandate import Mandates
from voting.roster.service.custody import Custody
from voting.roster.vault import KeyMissing
from voting.roster.version import RosterErased

_NONE: Mandates = MappingProxyType({})


class MandateBook:
    """Mandates of roster versions. Those of a version never change."""

    def __init__(self, custody: Custody) -> None:
        self._custody = custody
        self._opened: dict[str, Mandates] = {}

    def keep(self, session: Session, roster_id: str, mandates: Mandates) -> None:
        """Seal the mandates of a new version."""
        if not mandates:
            return
        row = store.MandatesRow(roster_id=roster_id)
        row.secret = self._custody.seal(mandate.to_bytes(mandates), row.context)
        session.add(row)
        session.flush()

    def of(self, session: Session, roster_id: str, *, by: str) -> Mandates:
        """Open the mandates of a version, and write into the register that they were opened.

        Raises
        ------
        RosterErased, KeyMissing
        """
        if roster_id not in self._opened:
            row = store.mandates(session, roster_id)
            if row is None:
                return _NONE
            (data,) = self._custody.open(session, [row], "mandates", by=by, roster_id=roster_id)
            opened = mandate.from_bytes(data)

            def remember(_session: Session) -> None:
                # Only now is it in the register for good that they were opened.
                self._opened[roster_id] = opened

            event.listen(session, "after_commit", remember, once=True)
            return opened
        return self._opened[roster_id]

    def if_readable(self, session: Session, roster_id: str, *, by: str) -> Mandates | None:
        """Open the mandates of a version, or answer None where they were erased or the key lost.

        A new version is taken in all the same; only what it changes in them nobody can tell.
        """
        try:
            return self.of(session, roster_id, by=by)
        except (RosterErased, KeyMissing):
            return None

    def opening(self, session: Session, roster_id: str, *, by: str) -> Opening:
        """Open the commitment by which the register binds the mandates of a version.

        Raises
        ------
        RosterErased, KeyMissing
        """
        data = mandate.to_bytes(self.of(session, roster_id, by=by))
        return self._custody.mandates(roster_id, data)

    def in_force(self, session: Session, roster_id: str, *, by: str) -> Mandates:
        """Open the mandates of a frozen roster, as its last correction left them.

        Raises
        ------
        RosterErased, KeyMissing
        """
        acts = store.corrections(session, roster_id)
        return self.of(session, acts[-1].version_id if acts else roster_id, by=by)
