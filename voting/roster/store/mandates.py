"""Table of mandates: who may vote for which unit, and why not others, sealed as a whole."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.orm import Base
from voting.roster.store.secret import HoldsSecret


class MandatesRow(HoldsSecret, Base):
    """The mandates of one version; a version without any has no row."""

    __tablename__ = "roster_mandates"

    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"), primary_key=True)

    @property
    def context(self) -> bytes:
        """The place that the sealed mandates are bound to."""
        return f"mandates/{self.roster_id}".encode()


def mandates(session: Session, roster_id: str) -> MandatesRow | None:
    """Find the mandates of a version, if it has any."""
    return session.get(MandatesRow, roster_id)
