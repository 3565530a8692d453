"""Personal data in custody: sealed when it comes, opened only with an entry in the trail."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock
from voting.kernel.commitment import Opening, commit
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.document import RosterDocument
from voting.roster.model import OwnerRecord, Roster
from voting.roster.service.people import phone_rows, written
from voting.roster.vault import Sealed, Vault
from voting.roster.version import RosterErased, UnknownRoster, UnknownRosterUnit
from voting.staff import trail


@dataclass(frozen=True, slots=True)
class Identity:
    """One owner as a clerk compares him with a paper. The number keeps its last four places."""

    owner: int
    name: str
    id_type: str
    id_number_end: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Which units a decryption in the register was about, with what opens its commitment."""

    position: int
    units: tuple[str, ...]
    opening: Opening


class Custody:
    """The only door to sealed data: whatever is decrypted, the register says that it was."""

    def __init__(self, database: Database, ledger: Ledger, vault: Vault, now: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._vault = vault
        self._now = now

    def identity_index(self, owner: OwnerRecord) -> bytes:
        """Keyed digest under which an owner is recognised."""
        return self._vault.index("identity", owner.identity)

    def salt(self, owner_code: int, signed: bytes) -> bytes:
        """Derive the salt for what an owner signed: the same again, and to others random."""
        return self._vault.index("salt", f"{owner_code}\0{signed.decode()}")

    def basis(self, roster_id: str, words: str) -> Opening:
        """Commit to the words on what a version rests, with the same salt each time."""
        return Opening(self._vault.index("basis", roster_id), words.encode())

    def mandates(self, roster_id: str, data: bytes) -> Opening:
        """Commit to who may vote in a version, with the same salt each time."""
        return Opening(self._vault.index("mandates", roster_id), data)

    def seal(self, data: bytes, context: bytes) -> Sealed:
        """Encrypt personal data for its place."""
        return self._vault.seal(data, context)

    def open(
        self,
        session: Session,
        rows: Sequence[store.OwnerRow | store.ObjectionRow | store.MandatesRow],
        purpose: str,
        *,
        by: str,
        roster_id: str,
        about: Collection[str] = (),
    ) -> list[bytes]:
        """Decrypt rows, and write into the register who opened how many and why.

        Parameters
        ----------
        about
            Keys of the units concerned, if somebody reads of these. The public register commits
            to them with a salt; :meth:`readings` opens that. Left out where a whole version is
            sealed anew and nobody reads it.

        Raises
        ------
        RosterErased, KeyMissing
        """
        if not all(row.sealed for row in rows):
            raise RosterErased("这一版清册的个人信息已在保存期满后删除")
        if rows:
            units = canonical.encode(sorted(set(about)))
            opening = commit(units)
            position = trail.record(
                session,
                self._ledger,
                "open-identities",
                by=by,
                at=self._now(),
                count=len(rows),
                purpose=purpose,
                roster=roster_id,
                **({"units": opening.commitment} if about else {}),
            )
            if about:
                session.add(
                    store.ReadingRow(
                        register_position=position,
                        roster_id=roster_id,
                        units=units,
                        salt=opening.salt,
                    )
                )
        return [self._vault.unseal(row.secret, row.context) for row in rows]

    def keep(
        self,
        session: Session,
        roster_id: str,
        roster: Roster,
        document: RosterDocument,
        numbers: Mapping[str, int],
        beside: Mapping[str, Collection[int]],
    ) -> None:
        """Seal the people of these units, and index their titles, beside a version.

        Parameters
        ----------
        beside
            Numbers, by unit, of representatives kept already, who prove themselves by its title.
        """
        people: dict[int, tuple[OwnerRecord, Sequence[str]]] = {
            numbers[person.identity]: (person, ())
            for unit in roster
            for person in unit.representatives
        }
        people |= {
            numbers[owner.identity]: (owner, unit.phones)
            for unit in reversed(roster.units)  # the first unit of an owner gives his telephone
            for owner in unit.owners
        }
        for code, (owner, phones) in sorted(people.items()):
            row = store.OwnerRow(
                roster_id=roster_id,
                owner_code=code,
                identity_index=self.identity_index(owner),
                name_index=self._vault.index("name", owner.name),
            )
            row.secret = self.seal(written(owner, phones), row.context)
            session.add(row)
        self._index_phones(session, roster_id, [(c, written(*each)) for c, each in people.items()])
        session.add_all(
            store.TitleRow(
                roster_id=roster_id,
                owner_code=code,
                unit_code=document.unit_code[unit.unit_key],
                title_index=self._vault.index("title", unit.title_no),
            )
            for unit in roster
            if unit.title_no is not None
            for code in sorted(
                {numbers[person.identity] for person in unit.people}.union(
                    beside.get(unit.unit_key, ())
                )
            )
        )
        session.flush()

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
        opened = self.open(session, rows, "amend", by=by, roster_id=from_id)
        for row, data in zip(rows, opened, strict=True):
            self._add_owner(session, to_id, row, data)
        codes = [row.owner_code for row in rows]
        self._index_phones(session, to_id, zip(codes, opened, strict=True))

    def carry_titles(
        self,
        session: Session,
        base: tuple[str, RosterDocument],
        following: tuple[str, RosterDocument],
        said: Collection[str],
    ) -> None:
        """Take over the titles of every unit that the amendment does not speak of."""
        (base_id, before), (next_id, after) = base, following
        keys = {code: unit.unit_key for code, unit in enumerate(before.units)}
        session.add_all(
            store.TitleRow(
                roster_id=next_id,
                owner_code=row.owner_code,
                unit_code=after.unit_code[keys[row.unit_code]],
                title_index=row.title_index,
            )
            for row in store.titles(session, base_id)
            if keys[row.unit_code] in after.unit_code and keys[row.unit_code] not in said
        )
        session.flush()

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
        coming = [
            row
            for row in store.owners(session, corrected_id)
            if row.owner_code not in known or known[row.owner_code].name_index != row.name_index
        ]
        opened = self.open(session, coming, "correct", by=by, roster_id=corrected_id)
        for row, data in zip(coming, opened, strict=True):
            if row.owner_code in known:
                renamed = known[row.owner_code]
                renamed.name_index = row.name_index
                renamed.secret = self.seal(data, renamed.context)
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

    def identities(
        self,
        roster_id: str,
        unit_key: str,
        *,
        by: str,
        people: Collection[int] | None = None,
    ) -> list[Identity]:
        """Show who owns a unit, to compare him with a paper; the register says who asked.

        Parameters
        ----------
        people
            Numbers of those to be shown; the owners that this version has, if left out.

        Raises
        ------
        UnknownRoster, UnknownRosterUnit, RosterErased
        """
        with self._database.write() as session:
            row = store.roster(session, roster_id)
            if row is None:
                raise UnknownRoster("没有这份业主清册")
            units = RosterDocument.from_bytes(row.document)
            if unit_key not in units.unit_code:
                raise UnknownRosterUnit(f"这一版清册中没有房屋 {unit_key}")
            codes = units.units[units.unit_code[unit_key]].owners if people is None else people
            rows = store.owners(session, roster_id, codes)
            opened = self.open(session, rows, "read", by=by, roster_id=roster_id, about=[unit_key])
        return [_identity(owner.owner_code, data) for owner, data in zip(rows, opened, strict=True)]

    def names(
        self,
        session: Session,
        roster_id: str,
        people: Collection[int],
        units: Collection[str],
        *,
        by: str,
    ) -> dict[int, str]:
        """Open the names of these people, who stand beside these units.

        Raises
        ------
        RosterErased, KeyMissing
        """
        rows = store.owners(session, roster_id, people)
        opened = self.open(session, rows, "share", by=by, roster_id=roster_id, about=units)
        return {
            row.owner_code: str(canonical.decode(data)["name"])
            for row, data in zip(rows, opened, strict=True)
        }

    def knows(
        self,
        session: Session,
        roster_id: str,
        roster: Roster,
        document: RosterDocument,
        numbers: Mapping[str, int],
        *,
        by: str,
    ) -> bool:
        """Whether a version has these people with these names, titles and telephones already."""
        owners = {
            numbers[owner.identity]: written(owner, unit.phones)
            for unit in reversed(roster.units)
            for owner in unit.owners
        }
        people = {numbers[each.identity]: each for unit in roster for each in unit.people}
        rows = store.owners(session, roster_id, people.keys())
        known = {row.owner_code: row.name_index for row in rows}
        if known != {code: self._vault.index("name", each.name) for code, each in people.items()}:
            return False
        codes = {document.unit_code[unit.unit_key] for unit in roster}
        titles = {
            (row.unit_code, row.owner_code, row.title_index)
            for row in store.titles(session, roster_id)
            if row.unit_code in codes and row.owner_code in people
        }
        if titles != {
            (document.unit_code[unit.unit_key], numbers[each.identity], index)
            for unit in roster
            if unit.title_no is not None
            for index in [self._vault.index("title", unit.title_no)]
            for each in unit.people
        }:
            return False
        opened = self.open(session, rows, "amend", by=by, roster_id=roster_id)
        sealed = {row.owner_code: data for row, data in zip(rows, opened, strict=True)}
        return all(sealed[code] == data for code, data in owners.items())

    def readings(self, roster_id: str) -> list[Reading]:
        """List which units were read of, so that an auditor can open the register's commitments.

        Raises
        ------
        UnknownRoster
        """
        with self._database.read() as session:
            if store.roster(session, roster_id) is None:
                raise UnknownRoster("没有这份业主清册")
            rows = store.readings(session, roster_id)
        return [
            Reading(
                row.register_position,
                tuple(canonical.decode(row.units)),
                Opening(row.salt, row.units),
            )
            for row in rows
        ]

    def _add_owner(
        self, session: Session, roster_id: str, row: store.OwnerRow, data: bytes
    ) -> None:
        copy = store.OwnerRow(
            roster_id=roster_id,
            owner_code=row.owner_code,
            identity_index=row.identity_index,
            name_index=row.name_index,
        )
        copy.secret = self.seal(data, copy.context)
        session.add(copy)

    def _index_phones(
        self, session: Session, roster_id: str, people: Iterable[tuple[int, bytes]]
    ) -> None:
        session.flush()
        for code, data in people:
            session.add_all(phone_rows(self._vault, roster_id, code, data))


def _identity(owner: int, data: bytes) -> Identity:
    person = canonical.decode(data)
    return Identity(owner, person["name"], person["id_type"], person["id_number"][-4:])
