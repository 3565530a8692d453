"""Sealed data over the years: new keys, and the end of its keeping."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.entries import lapse_entry
from voting.roster.objection import Outcome
from voting.roster.vault import Vault
from voting.roster.version import RosterErased, UnknownRoster
from voting.staff import trail

_BATCH = 500


class Retention:
    """Seals under a new key, and erases what nobody may keep any longer."""

    def __init__(self, database: Database, ledger: Ledger, vault: Vault, now: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._vault = vault
        self._now = now

    def rotate(self, *, by: str) -> int:
        """Seal everything anew that is under an older key; answer with how much that was.

        Each batch is a transaction with its entry in the trail: interrupted at any point, the
        command is simply run again. The blind indexes stay as they are.

        Raises
        ------
        KeyMissing
            An older key is gone before everything under it was sealed anew.
        """
        done = 0
        while True:
            with self._database.write() as session:
                rows = store.sealed_under_other_keys(session, self._vault.key_version, _BATCH)
                if not rows:
                    return done
                for row in rows:
                    opened = self._vault.unseal(row.secret, row.context)
                    row.secret = self._vault.seal(opened, row.context)
                trail.record(
                    session,
                    self._ledger,
                    "reseal-identities",
                    by=by,
                    at=self._now(),
                    count=len(rows),
                    key=self._vault.key_version,
                )
            done += len(rows)

    def erase(
        self, session: Session, before: datetime, in_use: Collection[str], *, by: str
    ) -> list[str]:
        """Erase the people behind versions that nobody has used since ``before`` (C-40).

        Documents, digests, totals and the register stay as they are. Objections that nobody has
        answered in all those years lapse, and so do corrections that only one has signed, each
        with its entry in the register.

        Returns
        -------
        list of str
            The ids of the versions erased.
        """
        rows = store.past_retention(session, before, in_use)
        for row in rows:
            row.erased_at = self._now()
            for left in store.unanswered(session, row.roster_id):
                left.outcome, left.answered_by = Outcome.LAPSED.value, by
                left.answered_at = row.erased_at
                entry = lapse_entry(left.objection_id, by, row.erased_at)
                self._ledger.append(session, self._ledger.origins.register, [entry])
            self._lapse_corrections(session, row.roster_id, by, row.erased_at)
            session.flush()
            store.erase_people(session, row.roster_id)
            trail.record(
                session,
                self._ledger,
                "erase-identities",
                by=by,
                at=row.erased_at,
                digest=row.digest,
                roster=row.roster_id,
            )
        return [row.roster_id for row in rows]

    def _lapse_corrections(self, session: Session, roster_id: str, by: str, at: datetime) -> None:
        """Give up what only one has signed; what it would have changed is in its version still."""
        for left in store.unconfirmed(session, roster_id):
            trail.record(
                session,
                self._ledger,
                "lapse-correction",
                by=by,
                at=at,
                correction=canonical.digest(left.document),
                roster=left.roster_id,
                version=left.version_id,
            )
            session.delete(left)

    def require_known(self, session: Session, roster_ids: Collection[str]) -> None:
        """Refuse ids of versions that do not exist, before anything is done about the others.

        Raises
        ------
        UnknownRoster
            Names all of them.
        """
        unknown = [named for named in roster_ids if store.roster(session, named) is None]
        if unknown:
            raise UnknownRoster(
                f"没有编号为 {'、'.join(unknown)} 的清册，什么都没有删除；请核对编号后再运行"
            )

    def require_kept(self, session: Session, roster_id: str) -> None:
        """Refuse what needs the people and ballots behind a roster, once they are erased.

        Raises
        ------
        RosterErased
        """
        row = store.roster(session, roster_id)
        if row is not None and row.erased_at is not None:
            raise RosterErased("保存期已满，个人信息与表决票内容已经删除；结果凭证与日志仍可核验")
