"""What is sealed, over both tables that hold sealed data: to seal anew, and to erase."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from voting.roster.store.acts import ObjectionRow
from voting.roster.store.people import OwnerRow, TitleRow


def sealed_under_other_keys(
    session: Session, key_version: int, limit: int
) -> list[OwnerRow | ObjectionRow]:
    """Find rows that are sealed under an older key, locked, a batch at a time."""
    found: list[OwnerRow | ObjectionRow] = list(
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
    return found


def erase_people(session: Session, roster_id: str) -> None:
    """Overwrite everything that leads from a version's numbers to people, and their words.

    The rows stay, empty, because device keys and ballots refer to the numbers.
    """
    session.execute(delete(TitleRow).where(TitleRow.roster_id == roster_id))
    session.execute(
        update(OwnerRow)
        .where(OwnerRow.roster_id == roster_id)
        .values(identity_index=b"", name_index=b"", sealed=b"")
    )
    session.execute(
        update(ObjectionRow).where(ObjectionRow.roster_id == roster_id).values(sealed=b"")
    )
