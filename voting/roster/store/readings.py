"""Table of what was read: which units a decryption was about."""

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.orm import Base


class ReadingRow(Base):
    """What opens the commitment of one decryption: its units as canonical JSON, and the salt."""

    __tablename__ = "roster_readings"

    register_position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"))
    units: Mapped[bytes]
    salt: Mapped[bytes]


def readings(session: Session, roster_id: str) -> list[ReadingRow]:
    """List the decryptions of a version's data that were about single units, oldest first."""
    return list(
        session.scalars(
            select(ReadingRow)
            .where(ReadingRow.roster_id == roster_id)
            .order_by(ReadingRow.register_position)
        )
    )
