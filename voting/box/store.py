"""All SQL about ballots in the box, their slots, paper entries, scans, and counts of refusals."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import (
    ForeignKey,
    String,
    UniqueConstraint,
    bindparam,
    cast,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.box.entries import PAPER
from voting.infra.asking import Question, ask, tell
from voting.infra.bulk import among, insert_rows
from voting.infra.orm import Base


class BallotRow(Base):
    """One ballot: its place in the log, the opening of its commitment, and its codes.

    ``log_size`` is the length of the log when the ballot's batch was in: there its receipt is
    proved. ``unit_codes`` is little-endian int32, ``choices`` int8 in question order. Only a paper
    without units has no ``group_code``.
    """

    __tablename__ = "ballots"
    __table_args__ = (UniqueConstraint("assembly_id", "digest"),)

    assembly_id: Mapped[str] = mapped_column(ForeignKey("assemblies.assembly_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log_size: Mapped[int]
    digest: Mapped[str]
    channel: Mapped[str]
    void: Mapped[bool]
    group_code: Mapped[int | None]
    sequence: Mapped[int]
    unit_codes: Mapped[bytes]
    choices: Mapped[bytes]
    received_at: Mapped[datetime]
    salt: Mapped[bytes]
    data: Mapped[bytes]

    @property
    def codes(self) -> tuple[int, ...]:
        """Places of its units in the roster."""
        return tuple(np.frombuffer(self.unit_codes, "<i4").tolist())


class SlotRow(Base):
    """A unit that has voted, and the ballot that stands for it."""

    __tablename__ = "slots"

    assembly_id: Mapped[str] = mapped_column(ForeignKey("assemblies.assembly_id"), primary_key=True)
    unit_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]


class BallotObjectionRow(Base):
    """A co-owner's objection to what stands for his units, and the opening of its commitment."""

    __tablename__ = "ballot_objections"
    __table_args__ = (UniqueConstraint("assembly_id", "digest"),)

    assembly_id: Mapped[str] = mapped_column(ForeignKey("assemblies.assembly_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str]
    unit_codes: Mapped[bytes]
    received_at: Mapped[datetime]
    salt: Mapped[bytes]
    data: Mapped[bytes]

    @property
    def codes(self) -> tuple[int, ...]:
        """Places of its units in the roster."""
        return tuple(np.frombuffer(self.unit_codes, "<i4").tolist())


class PaperEntryRow(Base):
    """The first clerk's reading of a paper ballot, waiting for the second."""

    __tablename__ = "paper_entries"

    assembly_id: Mapped[str] = mapped_column(ForeignKey("assemblies.assembly_id"), primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    content: Mapped[bytes]
    accepted_position: Mapped[int | None]


class ScanRow(Base):
    """A scan of what came on paper, sealed, under the SHA-256 of what was scanned."""

    __tablename__ = "paper_scans"

    assembly_id: Mapped[str] = mapped_column(ForeignKey("assemblies.assembly_id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    key_version: Mapped[int]
    sealed: Mapped[bytes]


class RefusalCountRow(Base):
    """How many ballots were refused for one reason; nothing else of them is kept."""

    __tablename__ = "refusal_counts"

    assembly_id: Mapped[str] = mapped_column(ForeignKey("assemblies.assembly_id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


_OF_ASSEMBLY = BallotRow.assembly_id == bindparam("assembly_id")

_BALLOTS_BY_DIGEST = select(BallotRow.digest, BallotRow.position, BallotRow.data).where(
    _OF_ASSEMBLY, among(BallotRow.digest, "digests")
)
_BALLOTS_AT = (
    select(BallotRow)
    .where(_OF_ASSEMBLY, among(BallotRow.position, "positions"))
    .order_by(BallotRow.position)
)
_BALLOTS_OF_GROUPS = (
    select(BallotRow)
    .where(
        _OF_ASSEMBLY,
        BallotRow.channel == bindparam("channel"),
        among(BallotRow.group_code, "groups"),
    )
    .order_by(BallotRow.position)
)
_TAKEN_SLOTS = select(SlotRow.unit_code, SlotRow.position).where(
    SlotRow.assembly_id == bindparam("assembly_id"), among(SlotRow.unit_code, "unit_codes")
)

_GIVE_SLOT = (
    update(SlotRow)
    .where(SlotRow.assembly_id == bindparam("assembly"), SlotRow.unit_code == bindparam("code"))
    .values(position=bindparam("ballot"))
    .execution_options(synchronize_session=False)
)


def add_ballots(
    session: Session, shared: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]
) -> None:
    """Insert ballots: what all share and what each has, by the names of columns."""
    insert_rows(session, BallotRow, shared, columns)


def ballots_by_digest(
    session: Session, assembly_id: str, digests: Iterable[str]
) -> dict[str, tuple[int, bytes]]:
    """Find the ballots with these signed texts: where each is in the log, and its bytes."""
    asked = {"assembly_id": assembly_id, "digests": digests}
    return {
        digest: (position, data)
        for digest, position, data in session.execute(_BALLOTS_BY_DIGEST, asked)
    }


def ballots_at(session: Session, assembly_id: str, positions: Iterable[int]) -> list[BallotRow]:
    """Read the ballots at some places in the log, in order."""
    asked = {"assembly_id": assembly_id, "positions": positions}
    return list(session.scalars(_BALLOTS_AT, asked))


def ballots_of_groups(
    session: Session, assembly_id: str, channel: str, groups: Iterable[int]
) -> list[BallotRow]:
    """List the ballots of some owner groups through one channel, in order of arrival."""
    asked = {"assembly_id": assembly_id, "channel": channel, "groups": groups}
    return list(session.scalars(_BALLOTS_OF_GROUPS, asked))


def ballots(session: Session, assembly_id: str) -> list[BallotRow]:
    """List every ballot in the order of the log."""
    return list(
        session.scalars(
            select(BallotRow)
            .where(BallotRow.assembly_id == assembly_id)
            .order_by(BallotRow.position)
        )
    )


def objections(session: Session, assembly_id: str) -> list[BallotObjectionRow]:
    """List every objection in the order of the log."""
    return list(
        session.scalars(
            select(BallotObjectionRow)
            .where(BallotObjectionRow.assembly_id == assembly_id)
            .order_by(BallotObjectionRow.position)
        )
    )


def objection_by_digest(
    session: Session, assembly_id: str, digest: str
) -> BallotObjectionRow | None:
    """Find the objection with this signed text."""
    return session.scalar(
        select(BallotObjectionRow).where(
            BallotObjectionRow.assembly_id == assembly_id, BallotObjectionRow.digest == digest
        )
    )


def slots_among(assembly_id: str, unit_codes: Collection[int]) -> Question:
    """Ask which of some units have a standing ballot."""
    return Question(_TAKEN_SLOTS, {"assembly_id": assembly_id, "unit_codes": unit_codes})


def taken_slots(session: Session, assembly_id: str, unit_codes: Collection[int]) -> dict[int, int]:
    """Find which of these units have a standing ballot, and where it is in the log."""
    return dict(ask(session, slots_among(assembly_id, unit_codes)))


def standing_choices(session: Session, assembly_id: str, unit_codes: Sequence[int]) -> set[bytes]:
    """Give what the ballots say that stand for any of these units."""
    if not unit_codes:
        return set()
    statement = (
        select(BallotRow.choices)
        .join(
            SlotRow,
            (SlotRow.assembly_id == BallotRow.assembly_id)
            & (SlotRow.position == BallotRow.position),
        )
        .where(BallotRow.assembly_id == assembly_id, SlotRow.unit_code.in_(unit_codes))
    )
    return set(session.scalars(statement.distinct()))


def take_slots(
    session: Session, assembly_id: str, fresh: Mapping[int, int], given_way: Mapping[int, int]
) -> None:
    """Let ballots, by their positions, stand for units: for ``fresh`` ones no ballot has yet."""
    columns = {"unit_code": tuple(fresh), "position": tuple(fresh.values())}
    insert_rows(session, SlotRow, {"assembly_id": assembly_id}, columns)
    for code, position in sorted(given_way.items()):
        slot = {"assembly": assembly_id, "code": code, "ballot": position}
        tell(session, _GIVE_SLOT, slot)


def arrivals(
    session: Session, assembly_id: str, *, after: int
) -> Sequence[tuple[int, bytes, datetime]]:
    """List the valid ballots past a place in the log: position, unit codes, moment of arrival."""
    statement = (
        select(BallotRow.position, BallotRow.unit_codes, BallotRow.received_at)
        .where(
            BallotRow.assembly_id == assembly_id,
            BallotRow.position > after,
            BallotRow.void.is_(False),
        )
        .order_by(BallotRow.position)
    )
    return session.execute(statement).all()


def valid_ballots_of_units(
    session: Session, assembly_id: str, unit_codes: Iterable[int]
) -> Counter[int]:
    """Count the valid ballots that name each of these units, standing or not."""
    wanted = set(unit_codes)
    # Units are packed in each row, so every row is read; only a vote with a limit on changes
    # asks, and only for a unit that has voted.
    return Counter(
        code
        for _, packed, _ in arrivals(session, assembly_id, after=-1)
        for code in np.frombuffer(packed, "<i4").tolist()
        if code in wanted
    )


def paper_entry(session: Session, assembly_id: str, serial: str) -> PaperEntryRow | None:
    """Find what the first clerk read on the paper ballot of this number."""
    return session.get(PaperEntryRow, (assembly_id, serial))


def papers(session: Session, assembly_id: str) -> Sequence[tuple[int | None, bytes, bool]]:
    """List the paper ballots in the order of the log: owner group, text, whether void."""
    statement = (
        select(BallotRow.group_code, BallotRow.data, BallotRow.void)
        .where(BallotRow.assembly_id == assembly_id, BallotRow.channel == PAPER)
        .order_by(BallotRow.position)
    )
    return session.execute(statement).all()


def scan(session: Session, assembly_id: str, digest: str) -> ScanRow | None:
    """Find a scan by its digest."""
    return session.get(ScanRow, (assembly_id, digest))


def missing_scans(session: Session, assembly_id: str, digests: Collection[str]) -> list[str]:
    """Name those of these scans that nobody has handed in."""
    statement = select(ScanRow.digest).where(
        ScanRow.assembly_id == assembly_id, ScanRow.digest.in_(sorted(digests))
    )
    return sorted(set(digests) - set(session.scalars(statement)))


def scans_under_other_keys(session: Session, key_version: int, limit: int) -> list[ScanRow]:
    """Find scans that are sealed under an older key, locked, a batch at a time."""
    return list(
        session.scalars(
            select(ScanRow)
            .where(ScanRow.key_version != key_version)
            .order_by(ScanRow.assembly_id, ScanRow.digest)
            .limit(limit)
            .with_for_update()
        )
    )


def pending_paper(session: Session, assembly_id: str) -> int:
    """Count paper ballots that only one clerk has entered."""
    return (
        session.scalar(
            select(func.count())
            .select_from(PaperEntryRow)
            .where(
                PaperEntryRow.assembly_id == assembly_id, PaperEntryRow.accepted_position.is_(None)
            )
        )
        or 0
    )


def count_refusals(session: Session, assembly_id: str, codes: Mapping[str, int]) -> None:
    """Add refusals by their reason; the caller holds the assembly's lock."""
    for code, count in sorted(codes.items()):
        row = session.get(RefusalCountRow, (assembly_id, code), with_for_update=True)
        if row is None:
            session.add(RefusalCountRow(assembly_id=assembly_id, code=code, count=count))
        else:
            row.count += count


def refusal_counts(session: Session, assembly_id: str) -> dict[str, int]:
    """Give the number of refused ballots by reason."""
    statement = (
        select(RefusalCountRow.code, RefusalCountRow.count)
        .where(RefusalCountRow.assembly_id == assembly_id)
        .order_by(RefusalCountRow.code)
    )
    return dict(session.execute(statement).all())


def erase_ballots(session: Session, assembly_ids: Collection[str]) -> None:
    """Overwrite what was chosen; which units took part, and when, stays for the turnout.

    The digest goes too: of a paper ballot, which has no nonce, it could be guessed open.
    """
    named = sorted(assembly_ids)
    session.execute(
        update(BallotRow)
        .where(BallotRow.assembly_id.in_(named))
        .values(data=b"", salt=b"", choices=b"", digest=cast(BallotRow.position, String))
    )
    # Who objected goes; that somebody did, and to which units, stays with the turnout.
    session.execute(
        update(BallotObjectionRow)
        .where(BallotObjectionRow.assembly_id.in_(named))
        .values(data=b"", salt=b"", digest=cast(BallotObjectionRow.position, String))
    )
    session.execute(
        update(PaperEntryRow).where(PaperEntryRow.assembly_id.in_(named)).values(content=b"")
    )
    session.execute(delete(ScanRow).where(ScanRow.assembly_id.in_(named)))
