"""Use cases of counting: live turnout before the close, the result from the log after it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from tally.turnout import LiveTurnout
from voting.assembly.model import Poll, State
from voting.assembly.refusals import WrongState
from voting.assembly.service import Assemblies
from voting.box import store as box_store
from voting.count.disclosure import disclosed
from voting.count.live import Watched
from voting.count.logged import LoggedBallot, logged_corrections, open_ballots
from voting.count.result import count_log
from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock, timestamp
from voting.kernel.commitment import Opening
from voting.ledger.service import Ledger
from voting.roster.service import Rosters


class ChoicesSealed(WrongState):
    """Before the close everybody sees turnout only."""

    code = "choices-sealed"


class Counting:
    """Turnout and results of assemblies."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        rosters: Rosters,
        assemblies: Assemblies,
        now: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._assemblies = assemblies
        self._now = now
        # Fixed by the rosters, whatever the number of ballots, and rebuilt from the box at need.
        self._watched: dict[str, Watched] = {}

    def turnout(self, assembly_id: str) -> dict[str, Any]:
        """Tell everybody who has taken part, in heads and area (cm²); no choice is read.

        What would point at single owners is left out, see :mod:`voting.count.disclosure`.

        Raises
        ------
        UnknownAssembly
        """
        return disclosed(self.turnout_for_staff(assembly_id))

    def turnout_for_staff(self, assembly_id: str) -> dict[str, Any]:
        """Tell turnout with every building, kind of unit and hour.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            poll, watched = self._watch(session, assembly_id)
            log_size = self._ledger.size(session, self._ledger.origins.assembly(assembly_id))
        return {
            "as_of": timestamp(self._now()),
            "assembly": assembly_id,
            **watched.report(),
            "log_size": log_size,
            "state": poll.state.value,
            "title": poll.agenda.title,
        }

    def floors(self, assembly_id: str) -> dict[str, Any]:
        """Tell staff who has taken part floor by floor, where room numbers tell the floor.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            _, watched = self._watch(session, assembly_id)
        return {"assembly": assembly_id, "floors": watched.floors()}

    def supervision(self, assembly_id: str) -> dict[str, Any]:
        """Give what only staff see: refused ballots by reason, paper waiting for a second entry.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            self._assemblies.poll(session, assembly_id)
            return {
                "assembly": assembly_id,
                "pending_paper": box_store.pending_paper(session, assembly_id),
                "refused": box_store.refusal_counts(session, assembly_id),
            }

    def count(self, session: Session, poll: Poll) -> dict[str, Any]:
        """Count a closed assembly from its log.

        Raises
        ------
        ChoicesSealed
            The ballot box is not closed yet.
        LogDisagrees
            A stored ballot is not the one the log committed to.
        """
        entries = self._closed_log(session, poll)
        roster = self._rosters.frozen(poll.roster_id)
        acts = self._rosters.corrections.in_force(session, poll.roster_id)
        documents = {canonical.digest(data): data for _, data in acts}
        return count_log(
            assembly_id=poll.assembly_id,
            notice_digest=poll.notice_digest,
            agenda=poll.agenda,
            roster=roster,
            origin=self._ledger.origins.assembly(poll.assembly_id),
            entries=entries,
            opened=self._open(session, poll, entries),
            corrections=logged_corrections(entries, documents, roster),
        )

    def open_log(self, session: Session, poll: Poll) -> list[LoggedBallot]:
        """Open every ballot of a closed assembly, in log order.

        Raises
        ------
        ChoicesSealed, LogDisagrees
        """
        return self._open(session, poll, self._closed_log(session, poll))

    def _watch(self, session: Session, assembly_id: str) -> tuple[Poll, Watched]:
        """Bring the turnout in memory up to date with the box: only new ballots are read."""
        poll = self._assemblies.poll(session, assembly_id)
        if assembly_id not in self._watched:
            columns = self._rosters.frozen(poll.roster_id).columns
            self._watched.setdefault(assembly_id, Watched(LiveTurnout(poll.agenda, columns)))
        watched = self._watched[assembly_id]
        new = box_store.arrivals(session, assembly_id, after=watched.position)
        watched.catch_up(
            (position, tuple(np.frombuffer(codes, "<i4").tolist()), received_at)
            for position, codes, received_at in new
        )
        return poll, watched

    def _open(self, session: Session, poll: Poll, entries: Sequence[bytes]) -> list[LoggedBallot]:
        rows = box_store.ballots(session, poll.assembly_id)
        openings = {row.position: Opening(row.salt, row.data) for row in rows}
        return open_ballots(entries, openings, poll.agenda)

    def _closed_log(self, session: Session, poll: Poll) -> list[bytes]:
        """Read an assembly's log up to and including its close.

        Raises
        ------
        ChoicesSealed
        """
        if poll.state not in {State.CLOSED, State.CERTIFIED}:
            raise ChoicesSealed("投票截止之前只公开参与情况，不公开任何选择", state=poll.state)
        origin = self._ledger.origins.assembly(poll.assembly_id)
        entries = self._ledger.read_entries(session, origin, 0, self._ledger.size(session, origin))
        closes = (
            place
            for place, entry in enumerate(entries)
            if canonical.decode(entry)["type"] == "close"
        )
        return entries[: next(closes) + 1]
