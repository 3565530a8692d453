"""Where a version comes from: bound in the register when it is taken in, opened for an auditor."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.difference import RosterDifference, totals
from voting.roster.document import RosterDocument
from voting.roster.entries import version_entry
from voting.roster.mandate import Mandates, to_bytes
from voting.roster.mandate_changes import counted, mandate_changes
from voting.roster.service.custody import Custody
from voting.roster.service.version_row import predecessor


class Origins:
    """The register's entries of versions."""

    def __init__(self, ledger: Ledger, custody: Custody) -> None:
        self._ledger = ledger
        self._custody = custody

    def enter(
        self,
        session: Session,
        act: str,
        row: store.RosterRow,
        documents: tuple[RosterDocument | None, RosterDocument],
        mandates: tuple[Mandates | None, Mandates],
        *,
        by: str,
    ) -> RosterDifference | None:
        """Put a version into the register: what it rests on, and what it does to both totals.

        Parameters
        ----------
        documents
            Of the version before, if there is one, and of this version.
        mandates
            Who may vote in both; None for the version before if that cannot be read any more.

        Returns
        -------
        RosterDifference or None
            What is different from the version before.
        """
        before, document = documents
        difference = None if before is None else RosterDifference.between(before, document)
        earlier, own = mandates
        changed = None
        if before is not None and earlier is not None:
            changed = counted(mandate_changes(before, earlier, document, own))
        entry = version_entry(
            act,
            row.roster_id,
            row.imported_at,
            by=by,
            basis=self._custody.basis(row.roster_id, row.basis).commitment,
            difference=None if difference is None else difference.digest,
            digest=row.digest,
            evidence=row.evidence_digest,
            mandates=self._custody.mandates(row.roster_id, to_bytes(own)).commitment,
            mandates_changed=changed,
            previous=row.previous_digest,
            source=row.source_digest,
            stated=None if row.stated is None else canonical.decode(row.stated),
            supplied_by=row.supplied_by,
            totals=totals(document).to_object(),
            totals_before=None if difference is None else difference.totals[0].to_object(),
            version=row.version,
        )
        register = self._ledger.origins.register
        row.entered_position = self._ledger.append(session, register, [entry])[0]
        return difference

    def mandates_changed(self, session: Session, row: store.RosterRow) -> Mapping[str, int] | None:
        """Read from a version's entry for how many units others may vote than before.

        None for a first version, and for one whose entry does not say.
        """
        if row.entered_position is None:
            return None
        entry = self._ledger.entry(session, self._ledger.origins.register, row.entered_position)
        changed: Mapping[str, int] | None = canonical.decode(entry).get("mandates_changed")
        return changed

    def opened(self, session: Session, row: store.RosterRow) -> tuple[Opening, bytes | None]:
        """Give what opens a version's entry in the register.

        Returns
        -------
        basis, previous
            The words it rests on with their salt, and the document of the version before.
        """
        before = predecessor(session, row)
        basis = self._custody.basis(row.roster_id, row.basis)
        return basis, None if before is None else before.document
