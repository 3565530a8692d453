"""Personal data in custody: sealed when it comes, opened only with an entry in the trail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock
from voting.kernel.commitment import Opening, commit
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.document import RosterDocument
from voting.roster.model import OwnerRecord
from voting.roster.service.version_row import require_version
from voting.roster.vault import Sealed, Vault
from voting.roster.version import RosterErased, UnknownRosterUnit
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

    def name_index(self, owner: OwnerRecord) -> bytes:
        """Keyed digest of his name, which he has to know."""
        return self._vault.index("name", owner.name)

    def title_index(self, title_no: str) -> bytes:
        """Keyed digest of a title number, which proves whoever stands on the title."""
        return self._vault.index("title", title_no)

    def phone_index(self, phone: str) -> bytes:
        """Keyed digest of a mobile number, to find whether a code may be sent to it."""
        return self._vault.index("phone", phone)

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
            row = require_version(session, roster_id)
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

    def everybody(self, roster_id: str, *, by: str) -> dict[int, dict[str, Any]]:
        """Open all that is kept of the people of a version, for a court; the register says so.

        Returns
        -------
        dict
            By number: name, type and number of the identity document, telephones.

        Raises
        ------
        UnknownRoster, RosterErased, KeyMissing
        """
        with self._database.write() as session:
            row = require_version(session, roster_id)
            units = RosterDocument.from_bytes(row.document).unit_code
            rows = store.owners(session, roster_id)
            opened = self.open(session, rows, "court", by=by, roster_id=roster_id, about=units)
        return {
            row.owner_code: canonical.decode(data) for row, data in zip(rows, opened, strict=True)
        }

    def readings(self, roster_id: str) -> list[Reading]:
        """List which units were read of, so that an auditor can open the register's commitments.

        Raises
        ------
        UnknownRoster
        """
        with self._database.read() as session:
            require_version(session, roster_id)
            rows = store.readings(session, roster_id)
        return [
            Reading(
                row.register_position,
                tuple(canonical.decode(row.units)),
                Opening(row.salt, row.units),
            )
            for row in rows
        ]


def _identity(owner: int, data: bytes) -> Identity:
    person = canonical.decode(data)
    return Identity(owner, person["name"], person["id_type"], person["id_number"][-4:])
