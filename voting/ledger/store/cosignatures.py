"""Tables of what witnesses said about the logs."""

from datetime import datetime

from sqlalchemy import ForeignKey, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.orm import Base


class CosignatureRow(Base):
    """One witness's signature line on one size of a log, verified before it was stored."""

    __tablename__ = "log_cosignatures"

    origin: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    witness: Mapped[str] = mapped_column(primary_key=True)
    """The witness's key, as a vkey."""
    size: Mapped[int] = mapped_column(primary_key=True)
    cosigned_at: Mapped[datetime]
    line: Mapped[str]


def put_cosignature(
    session: Session, origin: str, witness: str, size: int, at: datetime, line: str
) -> None:
    """Keep a witness's newest line; those on smaller sizes, which it follows from, are dropped."""
    row = CosignatureRow
    session.execute(
        delete(row).where(row.origin == origin, row.witness == witness, row.size <= size)
    )
    session.execute(
        insert(row).values(origin=origin, witness=witness, size=size, cosigned_at=at, line=line)
    )


def cosignature_lines(session: Session, origin: str, size: int) -> list[str]:
    """Read the lines of all witnesses on one size, by key."""
    statement = (
        select(CosignatureRow.line)
        .where(CosignatureRow.origin == origin, CosignatureRow.size == size)
        .order_by(CosignatureRow.witness)
    )
    return list(session.scalars(statement))


def newest_cosignatures(session: Session, origin: str | None = None) -> list[CosignatureRow]:
    """Read what each witness cosigned last of one log or of each, by log and key."""
    row = CosignatureRow
    newest = select(row.origin, row.witness, func.max(row.size).label("size"))
    if origin is not None:
        newest = newest.where(row.origin == origin)
    last = newest.group_by(row.origin, row.witness).subquery()
    statement = (
        select(row)
        .join(
            last,
            (row.origin == last.c.origin)
            & (row.witness == last.c.witness)
            & (row.size == last.c.size),
        )
        .order_by(row.origin, row.witness)
    )
    return list(session.scalars(statement))


def newest_sizes(session: Session, witness: str) -> dict[str, int]:
    """Read up to which size a witness cosigned each log."""
    statement = (
        select(CosignatureRow.origin, func.max(CosignatureRow.size))
        .where(CosignatureRow.witness == witness)
        .group_by(CosignatureRow.origin)
    )
    return dict(session.execute(statement).all())
