"""Use cases of the roster: import a sheet, freeze a version, read a frozen one."""

from dataclasses import dataclass

from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock, timestamp
from voting.kernel.ids import new_id
from voting.kernel.refusal import Refusal
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.document import RosterDocument
from voting.roster.grouping import Reconciliation, reconcile
from voting.roster.model import OwnerRecord, Roster, UnitRecord
from voting.roster.vault import Vault
from voting.roster.verify import read_roster
from voting.staff import trail


class UnknownRoster(Refusal):
    """No roster has this id."""

    code = "unknown-roster"


class RosterNotFrozen(Refusal):
    """The roster may still change, so nothing can be built on it."""

    code = "roster-not-frozen"


class RosterAlreadyFrozen(Refusal):
    """What is frozen is not frozen again."""

    code = "roster-already-frozen"


@dataclass(frozen=True, slots=True)
class RosterSummary:
    """One roster version in figures. ``area_cm2`` in cm²; ``heads`` are owner groups."""

    roster_id: str
    community: str
    version: int
    digest: str
    units: int
    heads: int
    area_cm2: int
    frozen: bool


class Rosters:
    """Roster versions. Frozen ones never change, so they are kept in memory once read."""

    def __init__(self, database: Database, ledger: Ledger, vault: Vault, now: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._vault = vault
        self._now = now
        self._frozen: dict[str, RosterDocument] = {}

    def import_sheet(
        self, sheet: bytes, filename: str, community: str, *, by: str
    ) -> tuple[RosterSummary, Reconciliation]:
        """Import a spreadsheet as a new version; with any problem nothing is imported.

        Raises
        ------
        RosterUnreadable
            Lists every problem with row and column.
        """
        roster = read_roster(sheet, filename)
        reconciliation = reconcile(roster)
        source_digest = canonical.digest(sheet)
        with self._database.write() as session:
            version = store.newest_version(session, community) + 1
            document = RosterDocument.of(roster, community, version)
            data = document.to_bytes()
            row = store.RosterRow(
                roster_id=new_id(),
                community=community,
                version=version,
                document=data,
                digest=canonical.digest(data),
                source_digest=source_digest,
                imported_at=self._now(),
                frozen_at=None,
                register_position=None,
            )
            session.add(row)
            session.flush()
            session.add_all(self._owner_rows(row.roster_id, roster, document))
            session.flush()
            session.add_all(self._title_rows(row.roster_id, roster, document))
            trail.record(
                session,
                self._ledger,
                "import-roster",
                by=by,
                at=self._now(),
                roster=row.roster_id,
                digest=row.digest,
                source=source_digest,
            )
        return _summary(row, document), reconciliation

    def freeze(self, roster_id: str, *, by: str) -> RosterSummary:
        """Make a version the denominator that assemblies may be built on.

        Raises
        ------
        UnknownRoster, RosterAlreadyFrozen
        """
        with self._database.write() as session:
            row = store.roster(session, roster_id)
            if row is None:
                raise UnknownRoster("没有这份业主清册")
            if row.frozen_at is not None:
                raise RosterAlreadyFrozen("这份业主清册已经冻结")
            row.frozen_at = self._now()
            document = RosterDocument.from_bytes(row.document)
            entry = {
                "at": timestamp(row.frozen_at),
                "by": by,
                "digest": row.digest,
                "roster": roster_id,
                "type": "roster",
            }
            row.register_position = self._ledger.append(
                session, self._ledger.origins.register, [canonical.encode(entry)]
            )[0]
        return _summary(row, document)

    def summaries(self) -> list[RosterSummary]:
        """List every version, newest import first."""
        with self._database.read() as session:
            return [
                _summary(row, RosterDocument.from_bytes(row.document))
                for row in store.rosters(session)
            ]

    def frozen(self, roster_id: str) -> RosterDocument:
        """Read a frozen roster.

        Raises
        ------
        UnknownRoster, RosterNotFrozen
        """
        if roster_id not in self._frozen:
            with self._database.read() as session:
                row = store.roster(session, roster_id)
            if row is None:
                raise UnknownRoster("没有这份业主清册")
            if row.frozen_at is None:
                raise RosterNotFrozen("业主清册尚未冻结，请先核对并冻结")
            self._frozen[roster_id] = RosterDocument.from_bytes(row.document)
        return self._frozen[roster_id]

    def _owner_rows(
        self, roster_id: str, roster: Roster, document: RosterDocument
    ) -> list[store.OwnerRow]:
        people: dict[int, tuple[OwnerRecord, UnitRecord]] = {}
        for unit, public in zip(roster, document.units, strict=True):
            for owner, code in zip(unit.owners, public.owners, strict=True):
                people.setdefault(code, (owner, unit))
        return [
            store.OwnerRow(
                roster_id=roster_id,
                owner_code=code,
                identity_index=self._vault.index("identity", owner.identity),
                name_index=self._vault.index("name", owner.name),
                sealed=self._vault.seal(
                    canonical.encode(
                        {
                            "id_number": owner.id_number,
                            "id_type": owner.id_type.value,
                            "name": owner.name,
                            "phones": list(unit.phones),
                        }
                    ),
                    f"{roster_id}/{code}".encode(),
                ),
            )
            for code, (owner, unit) in people.items()
        ]

    def _title_rows(
        self, roster_id: str, roster: Roster, document: RosterDocument
    ) -> list[store.TitleRow]:
        return [
            store.TitleRow(
                roster_id=roster_id,
                owner_code=owner,
                unit_code=code,
                title_index=self._vault.index("title", unit.title_no),
            )
            for code, (unit, public) in enumerate(zip(roster, document.units, strict=True))
            if unit.title_no is not None
            for owner in public.owners
        ]


def _summary(row: store.RosterRow, document: RosterDocument) -> RosterSummary:
    return RosterSummary(
        row.roster_id,
        row.community,
        row.version,
        row.digest,
        len(document.units),
        document.heads,
        document.area_cm2,
        row.frozen_at is not None,
    )
