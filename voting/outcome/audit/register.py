"""The register against the tables of rosters, corrections, objections, keys and accounts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from voting.identity.entries import key_statement
from voting.identity.store import DeviceKeyRow
from voting.kernel import canonical
from voting.kernel.clock import timestamp
from voting.kernel.commitment import Opening
from voting.outcome.audit.differences import Differences
from voting.outcome.store import CertificateRow
from voting.roster.document import RosterDocument
from voting.roster.entries import VERSION
from voting.roster.objection import Outcome
from voting.roster.store import CorrectionRow, ObjectionRow, ReadingRow, RosterRow
from voting.staff.store import AccountRow

Entry = dict[str, Any]


@dataclass(frozen=True)
class Register:
    """The register's entries by type, with their positions."""

    entries: Mapping[int, Entry]
    kinds: dict[str, dict[int, Entry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for position, entry in self.entries.items():
            self.kinds.setdefault(str(entry.get("type")), {})[position] = entry

    def of(self, kind: str) -> dict[int, Entry]:
        """Select the entries of one type."""
        return self.kinds.get(kind, {})

    def acts(self, act: str) -> dict[int, Entry]:
        """Select the administrative acts of one name."""
        return {place: entry for place, entry in self.of("act").items() if entry["act"] == act}

    def last(self, act: str, key: str, value: str) -> Entry:
        """Find the last act of a name that concerns this; empty if there is none."""
        found = [entry for entry in self.acts(act).values() if entry.get(key) == value]
        return found[-1] if found else {}


def compare_rosters(
    found: Differences,
    register: Register,
    rows: Iterable[RosterRow],
    basis: Callable[[str, str], Opening],
) -> None:
    """Compare versions, their publication, and who froze them.

    Parameters
    ----------
    basis
        Opens the commitment to the words on what a version rests, by its id.
    """
    rows = list(rows)
    named = {entry.get("roster") for entry in register.entries.values()}

    def version(position: int, row: RosterRow, entry: Entry) -> None:
        found.same(
            "rosters", position,
            roster_id=(row.roster_id, entry["roster"]),
            digest=(row.digest, entry["digest"]),
            version=(row.version, entry["version"]),
            previous_digest=(row.previous_digest, entry.get("previous")),
            supplied_by=(row.supplied_by, entry["supplied_by"]),
            source_digest=(row.source_digest, entry["source"]),
            evidence_digest=(row.evidence_digest, entry.get("evidence")),
            imported_at=(timestamp(row.imported_at), entry["at"]),
            stated=(
                row.stated, canonical.encode(entry["stated"]) if "stated" in entry else None
            ),
            basis=(basis(row.roster_id, row.basis).commitment, entry["basis"]),
        )  # fmt: skip

    def freeze(position: int, row: RosterRow, entry: Entry) -> None:
        found.same(
            "rosters", position,
            roster_id=(row.roster_id, entry["roster"]),
            digest=(row.digest, entry["digest"]),
            frozen_at=(moment_of(row.frozen_at), entry["at"]),
            freeze_proposed_by=(row.freeze_proposed_by, entry["by"]),
            entered_position=(row.entered_position, entry.get("entered")),
        )  # fmt: skip

    entered = [row for row in rows if row.entered_position is not None]
    found.match(
        "rosters", ((row.entered_position, row) for row in entered), register.of(VERSION), version
    )
    frozen = [row for row in rows if row.frozen_at or row.register_position is not None]
    found.match(
        "rosters", ((row.register_position, row) for row in frozen), register.of("roster"), freeze
    )
    for row in rows:
        found.attempt("rosters", row.entered_position, _compare_progress, found, register, row)
        # From before versions had entries, an act at least names each.
        if row.entered_position is None and row.roster_id not in named:
            found.add("rosters", None, f"表中多出清册 {row.roster_id}，日志没有它的记录")


def _compare_progress(found: Differences, register: Register, row: RosterRow) -> None:
    """Compare how far a version is with the acts that took it there."""
    shown = register.last("publish-roster", "roster", row.roster_id)
    erased = register.last("erase-identities", "roster", row.roster_id)
    proposed = register.last("propose-freeze", "roster", row.roster_id)
    found.same(
        "rosters", row.entered_position,
        community=(row.community, RosterDocument.from_bytes(row.document).community),
        published_at=(moment_of(row.published_at), shown.get("at")),
        objections_until=(moment_of(row.objections_until), shown.get("until")),
        erased_at=(moment_of(row.erased_at), erased.get("at")),
        freeze_proposed_by=(row.freeze_proposed_by, proposed.get("by")),
        document=(digest_of(row.document), row.digest),
    )  # fmt: skip


def compare_corrections(
    found: Differences,
    register: Register,
    rows: Iterable[CorrectionRow],
    rosters: Mapping[str, RosterRow],
) -> None:
    """Compare the corrections of frozen rosters, signed by two or proposed by one."""

    def confirmed(position: int, row: CorrectionRow, entry: Entry) -> None:
        found.same(
            "roster_corrections", position,
            roster_id=(row.roster_id, entry["roster"]),
            document=(digest_of(row.document), entry["correction"]),
            version_id=(rosters[row.version_id].digest, entry["digest"]),
            proposed_by=(row.proposed_by, entry["by"]),
            confirmed_by=(row.confirmed_by, entry.get("confirmed_by")),
            confirmed_at=(moment_of(row.confirmed_at), entry["at"]),
        )  # fmt: skip

    rows = list(rows)
    in_force = [row for row in rows if row.confirmed_at or row.register_position is not None]
    found.match(
        "roster_corrections",
        ((row.register_position, row) for row in in_force),
        register.of("roster-correction"),
        confirmed,
    )
    # The same may be proposed again: the last time counts.
    proposed = {
        entry["correction"]: entry["at"] for entry in register.acts("propose-correction").values()
    }

    def signed(row: CorrectionRow) -> None:
        if digest_of(row.document) not in proposed:
            found.add("roster_corrections", row.register_position, "document 没有签署的记录")
            return
        at = proposed[digest_of(row.document)]
        found.same(
            "roster_corrections",
            row.register_position,
            proposed_at=(timestamp(row.proposed_at), at),
        )

    for row in rows:
        found.attempt("roster_corrections", row.register_position, signed, row)


def compare_objections(
    found: Differences, register: Register, rows: Iterable[ObjectionRow]
) -> None:
    """Compare objections, and what became of each."""
    rows = list(rows)
    settled = {
        entry["objection"]: (entry.get("outcome", Outcome.LAPSED.value), entry["by"], entry["at"])
        for kind in ("roster-objection-answered", "roster-objection-lapsed")
        for entry in register.of(kind).values()
    }

    def filed(position: int, row: ObjectionRow, entry: Entry) -> None:
        outcome, by, at = settled.get(row.objection_id, (None, None, None))
        found.same(
            "roster_objections", position,
            objection_id=(row.objection_id, entry["objection"]),
            roster_id=(row.roster_id, entry["roster"]),
            commitment=(row.commitment, entry["commitment"]),
            filed_at=(timestamp(row.filed_at), entry["at"]),
            outcome=(row.outcome, outcome),
            answered_by=(row.answered_by, by),
            answered_at=(moment_of(row.answered_at), at),
        )  # fmt: skip

    found.match(
        "roster_objections",
        ((row.register_position, row) for row in rows),
        register.of("roster-objection"),
        filed,
    )


def compare_keys(
    found: Differences,
    register: Register,
    rows: Iterable[DeviceKeyRow],
    rosters: Mapping[str, RosterRow],
) -> None:
    """Compare device keys: opened with key, owner and roster; and when each ended."""
    ended = {
        entry["enrolment"]: place for place, entry in register.of("device-key-revoked").items()
    }

    def enrolled(position: int, row: DeviceKeyRow, entry: Entry) -> None:
        statement = key_statement(row.owner_code, rosters[row.roster_id].digest, row.spki)
        end = ended.get(position)
        found.same(
            "device_keys", position,
            commitment=(Opening(row.salt, statement).commitment, entry["commitment"]),
            key_id=(row.key_id, digest_of(row.spki)),
            enrolled_at=(timestamp(row.enrolled_at), entry["at"]),
            revoked_position=(row.revoked_position, end),
            revoked_at=(
                moment_of(row.revoked_at), None if end is None else register.entries[end]["at"]
            ),
        )  # fmt: skip

    found.match(
        "device_keys",
        ((row.register_position, row) for row in rows),
        register.of("device-key"),
        enrolled,
    )


def compare_readings(found: Differences, register: Register, rows: Iterable[ReadingRow]) -> None:
    """Compare what opens the commitments of decryptions."""

    def read(position: int, row: ReadingRow, entry: Entry) -> None:
        found.same(
            "roster_readings", position,
            units=(Opening(row.salt, row.units).commitment, entry["units"]),
            roster_id=(row.roster_id, entry["roster"]),
        )  # fmt: skip

    about = {
        place: act for place, act in register.acts("open-identities").items() if "units" in act
    }
    found.match("roster_readings", ((row.register_position, row) for row in rows), about, read)


def compare_accounts(found: Differences, register: Register, rows: Iterable[AccountRow]) -> None:
    """Compare accounts with the acts that created them; names and passwords are in no log."""
    created = register.acts("create-account")
    place_of = {entry["account"]: place for place, entry in created.items()}

    def account(position: int, row: AccountRow, entry: Entry) -> None:
        found.same("staff_accounts", position, role=(row.role, entry["role"]))

    found.match(
        "staff_accounts", ((place_of.get(row.account_id), row) for row in rows), created, account
    )


def compare_certificates(
    found: Differences, register: Register, rows: Iterable[CertificateRow]
) -> None:
    """Compare certificates and the results they embed."""

    def issued(position: int, row: CertificateRow, entry: Entry) -> None:
        found.same(
            "certificates", position,
            assembly_id=(row.assembly_id, entry["assembly"]),
            pdf=(digest_of(row.pdf), entry["certificate"]),
            result=(digest_of(row.result), entry["result"]),
            issued_at=(timestamp(row.issued_at), entry["at"]),
        )  # fmt: skip

    found.match(
        "certificates",
        ((row.register_position, row) for row in rows),
        register.of("certificate"),
        issued,
    )


def moment_of(moment: datetime | None) -> str | None:
    """Write a moment as logs do, if there is one."""
    return None if moment is None else timestamp(moment)


def digest_of(stored: bytes | None) -> str:
    """Hash a stored document; empty where there is none, or a text that SQLite let in."""
    return canonical.digest(stored) if isinstance(stored, bytes) else ""
