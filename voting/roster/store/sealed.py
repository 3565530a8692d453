"""What is sealed, over the tables that hold sealed data: to seal anew, and to erase."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from voting.roster.store.acts import CorrectionRow, ObjectionRow
from voting.roster.store.mandates import MandatesRow
from voting.roster.store.people import OwnerRow, TitleRow
from voting.roster.store.phones import forget_phones
from voting.roster.store.versions import RosterRow


def sealed_under_other_keys(
    session: Session, key_version: int, limit: int
) -> list[OwnerRow | ObjectionRow | MandatesRow]:
    """Find rows that are sealed under an older key, locked, a batch at a time."""
    found: list[OwnerRow | ObjectionRow | MandatesRow] = list(
        session.scalars(
            select(OwnerRow)
            .where(OwnerRow.key_version != key_version, OwnerRow.sealed != b"")
            .order_by(OwnerRow.roster_id, OwnerRow.owner_code)
            .limit(limit)
            .with_for_update()
        )
    )
    found += session.scalars(
        select(ObjectionRow)
        .where(ObjectionRow.key_version != key_version, ObjectionRow.sealed != b"")
        .order_by(ObjectionRow.objection_id)
        .limit(limit - len(found))
        .with_for_update()
    )
    found += session.scalars(
        select(MandatesRow)
        .where(MandatesRow.key_version != key_version, MandatesRow.sealed != b"")
        .order_by(MandatesRow.roster_id)
        .limit(limit - len(found))
        .with_for_update()
    )
    return found


def past_retention(
    session: Session, before: datetime, except_ids: Collection[str]
) -> list[RosterRow]:
    """List versions old enough to forget whose people they named, each locked.

    Whatever still has to be done with a version keeps it: an objection to answer, a correction
    of it or by it that only one has signed. These themselves are kept no longer than anything
    else: left open for ever, they would keep everybody's data for ever.
    """
    waiting = (
        select(ObjectionRow.roster_id).where(
            ObjectionRow.outcome.is_(None), ObjectionRow.filed_at >= before
        ),
        *(
            select(named).where(
                CorrectionRow.confirmed_at.is_(None), CorrectionRow.proposed_at >= before
            )
            for named in (CorrectionRow.roster_id, CorrectionRow.version_id)
        ),
    )
    moments = (RosterRow.frozen_at, RosterRow.published_at, RosterRow.objections_until)
    return list(
        session.scalars(
            select(RosterRow)
            .where(
                RosterRow.erased_at.is_(None),
                RosterRow.imported_at < before,
                *(or_(moment.is_(None), moment < before) for moment in moments),
                *(RosterRow.roster_id.not_in(ids) for ids in waiting),
                RosterRow.roster_id.not_in(sorted(except_ids)),
            )
            .order_by(RosterRow.community, RosterRow.version)
            .with_for_update()
        )
    )


def erase_people(session: Session, roster_id: str) -> None:
    """Overwrite everything that leads from a version's numbers to people, and their words.

    The rows stay, empty, because device keys and ballots refer to the numbers.
    """
    session.execute(delete(TitleRow).where(TitleRow.roster_id == roster_id))
    forget_phones(session, roster_id)
    session.execute(
        update(OwnerRow)
        .where(OwnerRow.roster_id == roster_id)
        .values(identity_index=b"", name_index=b"", sealed=b"")
    )
    session.execute(
        update(ObjectionRow).where(ObjectionRow.roster_id == roster_id).values(sealed=b"")
    )
    session.execute(
        update(MandatesRow).where(MandatesRow.roster_id == roster_id).values(sealed=b"")
    )
