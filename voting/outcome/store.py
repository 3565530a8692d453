"""All SQL about issued certificates."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.orm import Base


class CertificateRow(Base):
    """An issued certificate with the result it embeds."""

    __tablename__ = "certificates"

    assembly_id: Mapped[str] = mapped_column(ForeignKey("assemblies.assembly_id"), primary_key=True)
    number: Mapped[str]
    result: Mapped[bytes]
    pdf: Mapped[bytes]
    issued_at: Mapped[datetime]
    register_position: Mapped[int]


def certificate(session: Session, assembly_id: str) -> CertificateRow | None:
    """Find the certificate of an assembly."""
    return session.get(CertificateRow, assembly_id)
