"""The people of a version: put beside it, carried from one version into the next."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from voting.kernel import canonical
from voting.roster import store
from voting.roster.document import RosterDocument
from voting.roster.model import OwnerRecord, Roster
from voting.roster.service.custody import Custody
from voting.roster.service.person import mobiles, written


class People:
    """Owners and representatives of versions, each sealed for his place, and their titles."""

    def __init__(self, custody: Custody) -> None:
        self._custody = custody

    def keep(
        self,
        session: Session,
        roster_id: str,
        roster: Roster,
        numbers: Mapping[str, int],
        phones: Mapping[int, Sequence[str]],
    ) -> None:
        """Seal the people of these units beside a version.

        Parameters
        ----------
        phones
            By number, the telephones of those of whom the sheet does not say them.
        """
        people: dict[int, tuple[OwnerRecord, Sequence[str]]] = {
            numbers[person.identity]: (person, ())
            for unit in roster
            for person in unit.representatives
        }
        people |= _reached(roster, numbers)
        sealed = []
        for code, (owner, said) in sorted(people.items()):
            person = written(owner, phones.get(code, said))
            sealed.append((code, person))
            row = store.OwnerRow(
                roster_id=roster_id,
                owner_code=code,
                identity_index=self._custody.identity_index(owner),
                name_index=self._custody.name_index(owner),
            )
            row.secret = self._custody.seal(person, row.context)
            session.add(row)
        self._index_phones(session, roster_id, sealed)

    def carry(
        self,
        session: Session,
        from_id: str,
        to_id: str,
        document: RosterDocument,
        acting: Collection[int],
        fresh: Collection[int],
        *,
        by: str,
    ) -> None:
        """Seal the people that a version keeps once more, for their place in the next.

        Parameters
        ----------
        document
            The next version.
        acting
            Numbers of the representatives that it keeps.
        fresh
            Numbers of the people who come with its own sheet.
        """
        owners = {code for unit in document.units for code in unit.owners}
        wanted = owners.union(acting) - set(fresh)
        rows = [row for row in store.owners(session, from_id) if row.owner_code in wanted]
        opened = self._custody.open(session, rows, "amend", by=by, roster_id=from_id)
        for row, data in zip(rows, opened, strict=True):
            self._add_owner(session, to_id, row, data)
        codes = [row.owner_code for row in rows]
        self._index_phones(session, to_id, zip(codes, opened, strict=True))

    def succeed(
        self,
        session: Session,
        frozen: tuple[str, RosterDocument],
        corrected: tuple[str, RosterDocument],
        *,
        by: str,
    ) -> None:
        """Let the owners of a corrected version prove themselves against the frozen one (C-14).

        Units that the frozen roster does not have stay out: they have no slot in its votes.
        """
        (frozen_id, before), (corrected_id, after) = frozen, corrected
        known = {row.owner_code: row for row in store.owners(session, frozen_id)}
        reached_elsewhere = store.with_other_phones(session, frozen_id, corrected_id)
        coming = [
            row
            for row in store.owners(session, corrected_id)
            if row.owner_code not in known
            or known[row.owner_code].name_index != row.name_index
            or row.owner_code in reached_elsewhere
        ]
        opened = self._custody.open(session, coming, "correct", by=by, roster_id=corrected_id)
        for row, data in zip(coming, opened, strict=True):
            if row.owner_code in known:
                other = known[row.owner_code]
                other.name_index = row.name_index
                other.secret = self._custody.seal(data, other.context)
            else:
                self._add_owner(session, frozen_id, row, data)
        codes = [row.owner_code for row in coming]
        store.forget_phones(session, frozen_id, codes)
        self._index_phones(session, frozen_id, zip(codes, opened, strict=True))
        kept = {
            code: before.unit_code[unit.unit_key]
            for code, unit in enumerate(after.units)
            if unit.unit_key in before.unit_code
        }
        remaining = set(kept.values())
        old = {
            (row.unit_code, row.owner_code, row.title_index)
            for row in store.titles(session, frozen_id)
            if row.unit_code in remaining
        }
        new = {
            (kept[row.unit_code], row.owner_code, row.title_index)
            for row in store.titles(session, corrected_id)
            if row.unit_code in kept
        }
        touched = {unit_code for unit_code, _, _ in old ^ new}
        store.forget_titles(session, frozen_id, touched)
        session.add_all(
            store.TitleRow(
                roster_id=frozen_id,
                owner_code=owner_code,
                unit_code=unit_code,
                title_index=title_index,
            )
            for unit_code, owner_code, title_index in sorted(new)
            if unit_code in touched
        )
        session.flush()

    def phones(
        self, session: Session, roster_id: str, people: Collection[int], *, by: str
    ) -> dict[int, Sequence[str]]:
        """Open the telephones that a version has of these people, to be kept in the next."""
        rows = store.owners(session, roster_id, people)
        opened = self._custody.open(session, rows, "amend", by=by, roster_id=roster_id)
        return {
            row.owner_code: canonical.decode(data)["phones"]
            for row, data in zip(rows, opened, strict=True)
        }

    def knows(
        self,
        session: Session,
        roster_id: str,
        roster: Roster,
        numbers: Mapping[str, int],
        phones: Mapping[int, Sequence[str]],
        *,
        by: str,
    ) -> bool:
        """Whether a version has these people with these names and telephones already."""
        owners = {
            number: written(owner, phones.get(number, said))
            for number, (owner, said) in _reached(roster, numbers).items()
        }
        people = {numbers[each.identity]: each for unit in roster for each in unit.people}
        rows = store.owners(session, roster_id, people.keys())
        known = {row.owner_code: row.name_index for row in rows}
        if known != {code: self._custody.name_index(each) for code, each in people.items()}:
            return False
        opened = self._custody.open(session, rows, "amend", by=by, roster_id=roster_id)
        sealed = {row.owner_code: data for row, data in zip(rows, opened, strict=True)}
        return all(sealed[code] == data for code, data in owners.items())

    def _add_owner(
        self, session: Session, roster_id: str, row: store.OwnerRow, data: bytes
    ) -> None:
        copy = store.OwnerRow(
            roster_id=roster_id,
            owner_code=row.owner_code,
            identity_index=row.identity_index,
            name_index=row.name_index,
        )
        copy.secret = self._custody.seal(data, copy.context)
        session.add(copy)

    def _index_phones(
        self, session: Session, roster_id: str, people: Iterable[tuple[int, bytes]]
    ) -> None:
        session.flush()
        for code, data in people:
            session.add_all(
                store.PhoneRow(
                    roster_id=roster_id,
                    owner_code=code,
                    phone_index=self._custody.phone_index(phone),
                )
                for phone in sorted(set(mobiles(data)))
            )


def _reached(
    roster: Roster, numbers: Mapping[str, int]
) -> dict[int, tuple[OwnerRecord, Sequence[str]]]:
    """Give by number every owner with the telephones of the first of his units that has any."""
    found: dict[int, tuple[OwnerRecord, Sequence[str]]] = {}
    for unit in reversed(roster.units):
        for owner in unit.owners:
            _, others = found.get(numbers[owner.identity], (owner, ()))
            found[numbers[owner.identity]] = owner, unit.phones or others
    return found
