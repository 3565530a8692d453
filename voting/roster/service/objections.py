"""Objections to a published roster: filed, answered, each with its date in the register."""

from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock
from voting.kernel.commitment import Opening, commit
from voting.kernel.ids import new_id
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.entries import answer_entry, objection_entry
from voting.roster.objection import (
    Complaint,
    Concern,
    Objection,
    ObjectionAnswered,
    ObjectionState,
    Outcome,
    ReasonRequired,
    UnknownObjection,
    answer_bytes,
)
from voting.roster.service.custody import Custody
from voting.roster.service.version_row import lock_version
from voting.roster.version import RosterErased, RosterNotPublished


class Objections:
    """What owners say against a roster, and what they were told."""

    def __init__(self, database: Database, ledger: Ledger, custody: Custody, now: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._custody = custody
        self._now = now

    def file(
        self,
        roster_id: str,
        complaint: Complaint,
        *,
        owner_code: int | None = None,
        entered_by: str | None = None,
        signed: bytes | None = None,
    ) -> tuple[ObjectionState, Opening]:
        """Record an objection to a published or frozen version; on a frozen one it asks for C-16.

        Parameters
        ----------
        owner_code
            The owner who proved himself.
        entered_by
            The account that took it over from paper, for somebody who is not on the list.
        signed
            The message of the owner's phone, if it came so. Sent again, it is filed once.

        Returns
        -------
        state, opening
            With the opening the objector proves what he said and when.

        Raises
        ------
        UnknownRoster, RosterNotPublished, RosterErased, ReasonRequired
        """
        if not complaint.text.strip():
            raise ReasonRequired("请写明异议的内容")
        with self._database.write() as session:
            roster = lock_version(session, roster_id)
            if roster.published_at is None and roster.frozen_at is None:
                raise RosterNotPublished("这一版清册尚未公示")
            if roster.erased_at is not None:
                raise RosterErased("这一版清册的个人信息已在保存期满后删除")
            now, opening = self._now(), commit(complaint.to_bytes())
            if owner_code is not None and signed is not None:
                opening = Opening(self._custody.salt(owner_code, signed), opening.data)
                for known in store.objections(session, roster_id, owner_code):
                    if known.commitment == opening.commitment:
                        return _state(known), opening
            row = store.ObjectionRow(
                objection_id=new_id(),
                roster_id=roster_id,
                unit_key=complaint.unit,
                concern=complaint.concern.value,
                owner_code=owner_code,
                entered_by=entered_by,
                filed_at=now,
                commitment=opening.commitment,
                outcome=None,
                answered_by=None,
                answered_at=None,
            )
            self._seal(row, complaint.text)
            entry = objection_entry(row.objection_id, roster_id, opening.commitment, now)
            row.register_position = self._log(session, entry)
            session.add(row)
        return _state(row), opening

    def answer(
        self, roster_id: str, objection_id: str, outcome: Outcome, text: str, *, by: str
    ) -> ObjectionState:
        """Settle an objection with a reason; a settled one stays as it is.

        Raises
        ------
        UnknownObjection, ObjectionAnswered, ReasonRequired
        """
        if not text.strip():
            raise ReasonRequired("答复须写明理由")
        with self._database.write() as session:
            row = store.objection(session, objection_id)
            if row is None or row.roster_id != roster_id:
                raise UnknownObjection("这份业主清册没有这件异议")
            if row.outcome is not None:
                raise ObjectionAnswered("这件异议已经答复")
            now, opening = self._now(), commit(answer_bytes(outcome, text))
            # Once the words are erased there is nothing to keep the reason with; the act remains.
            if row.sealed:
                (words,) = self._custody.open(
                    session, [row], "answer", by=by, roster_id=roster_id, about=[row.unit_key]
                )
                self._seal(row, canonical.decode(words)["text"], text, opening.salt)
            row.outcome, row.answered_by, row.answered_at = outcome.value, by, now
            self._log(
                session, answer_entry(objection_id, outcome.value, opening.commitment, by, now)
            )
        return _state(row)

    def states(self, roster_id: str) -> list[ObjectionState]:
        """List the objections to a version without their words, in the order of filing."""
        with self._database.read() as session:
            return [_state(row) for row in store.objections(session, roster_id)]

    def read(self, roster_id: str, *, by: str, owner_code: int | None = None) -> list[Objection]:
        """Open the objections to a version, or only those of one owner.

        Raises
        ------
        RosterErased
        """
        with self._database.write() as session:
            rows = store.objections(session, roster_id, owner_code)
            opened = self._custody.open(
                session,
                rows,
                "read-objections",
                by=by,
                roster_id=roster_id,
                about=[row.unit_key for row in rows],
            )
        words = map(canonical.decode, opened)
        return [
            Objection(_state(row), said["text"], said["answer"], said.get("salt", ""))
            for row, said in zip(rows, words, strict=True)
        ]

    def _seal(
        self, row: store.ObjectionRow, text: str, answer: str = "", salt: bytes = b""
    ) -> None:
        words = canonical.encode({"answer": answer, "salt": salt.hex(), "text": text})
        row.secret = self._custody.seal(words, row.context)

    def _log(self, session: Session, entry: bytes) -> int:
        return self._ledger.append(session, self._ledger.origins.register, [entry])[0]


def _state(row: store.ObjectionRow) -> ObjectionState:
    return ObjectionState(
        row.objection_id,
        row.roster_id,
        row.unit_key,
        Concern(row.concern),
        row.owner_code is not None,
        row.filed_at,
        row.commitment,
        None if row.outcome is None else Outcome(row.outcome),
        row.answered_at,
    )
