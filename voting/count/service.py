"""Use cases of counting: live turnout before the close, the result from the log after it."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from voting.assembly.model import Poll, State
from voting.assembly.refusals import WrongState
from voting.assembly.service import Assemblies
from voting.box import store as box_store
from voting.count.disclosure import disclosed, disclosed_while_open
from voting.count.live import Watched
from voting.count.logged import (
    LoggedBallot,
    logged_corrections,
    open_ballots,
    open_objections,
)
from voting.count.result import count_log
from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock, timestamp
from voting.kernel.commitment import Opening
from voting.ledger.service import Ledger
from voting.roster.service import Rosters

_COUNTABLE = {State.CLOSED, State.CERTIFIED}

_WATCHED_AT_ONCE = 16
"""Assemblies whose turnout is kept in memory; another is read from the box again."""


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
        # The one that was asked for last is the last one.
        self._watched: OrderedDict[str, Watched] = OrderedDict()
        self._lock = Lock()

    def turnout(self, assembly_id: str) -> dict[str, Any]:
        """Tell everybody who has taken part, in heads and area (cm²); no choice is read.

        What would point at single owners is left out, see :mod:`voting.count.disclosure`. Until
        the close all figures move together, by several owners at once, see
        :mod:`voting.count.batches`.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            poll, watched = self._watch(session, assembly_id)
            size = self._ledger.size(session, self._ledger.origins.assembly(assembly_id))
        if poll.state in _COUNTABLE:
            return disclosed(self._told(poll, watched.report(), size))
        return disclosed_while_open(self._told(poll, *watched.batched_report()))

    def turnout_for_staff(self, assembly_id: str) -> dict[str, Any]:
        """Tell turnout with every building, kind of unit and hour.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            poll, watched = self._watch(session, assembly_id)
            size = self._ledger.size(session, self._ledger.origins.assembly(assembly_id))
        return self._told(poll, watched.report(), size)

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
        """Give what only staff see: refused ballots by reason, paper that waits, objections.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            self._assemblies.poll(session, assembly_id)
            return {
                "assembly": assembly_id,
                "objections": len(box_store.objections(session, assembly_id)),
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
            objections=open_objections(entries, self._objections(session, poll)),
        )

    def open_log(self, session: Session, poll: Poll) -> list[LoggedBallot]:
        """Open every ballot of a closed assembly, in log order.

        Raises
        ------
        ChoicesSealed, LogDisagrees
        """
        return self._open(session, poll, self._closed_log(session, poll))

    def _told(self, poll: Poll, report: dict[str, Any], log_size: int) -> dict[str, Any]:
        return {
            "as_of": timestamp(self._now()),
            "assembly": poll.assembly_id,
            **report,
            "log_size": log_size,
            "state": poll.state.value,
            "title": poll.agenda.title,
        }

    def _watch(self, session: Session, assembly_id: str) -> tuple[Poll, Watched]:
        """Bring the turnout in memory up to date with the box: only new ballots are read."""
        poll = self._assemblies.poll(session, assembly_id)
        watched = self._recently_watched(poll)
        new = box_store.arrivals(session, assembly_id, after=watched.position)
        watched.catch_up(
            (position, tuple(np.frombuffer(codes, "<i4").tolist()), received_at)
            for position, codes, received_at in new
        )
        return poll, watched

    def _recently_watched(self, poll: Poll) -> Watched:
        with self._lock:
            watched = self._watched.get(poll.assembly_id)
            if watched is None:
                watched = Watched(poll.agenda, self._rosters.frozen(poll.roster_id).columns)
                self._watched[poll.assembly_id] = watched
            self._watched.move_to_end(poll.assembly_id)
            if len(self._watched) > _WATCHED_AT_ONCE:
                self._watched.popitem(last=False)
        return watched

    def _open(self, session: Session, poll: Poll, entries: Sequence[bytes]) -> list[LoggedBallot]:
        rows = box_store.ballots(session, poll.assembly_id)
        openings = {row.position: Opening(row.salt, row.data) for row in rows}
        return open_ballots(entries, openings, poll.agenda)

    def _objections(self, session: Session, poll: Poll) -> dict[int, Opening]:
        rows = box_store.objections(session, poll.assembly_id)
        return {row.position: Opening(row.salt, row.data) for row in rows}

    def _closed_log(self, session: Session, poll: Poll) -> list[bytes]:
        """Read an assembly's log up to and including its close.

        Raises
        ------
        ChoicesSealed
        """
        if poll.state not in _COUNTABLE:
            raise ChoicesSealed("投票截止之前只公开参与情况，不公开任何选择", state=poll.state)
        origin = self._ledger.origins.assembly(poll.assembly_id)
        entries = self._ledger.read_entries(session, origin, 0, self._ledger.size(session, origin))
        closes = (
            place
            for place, entry in enumerate(entries)
            if canonical.decode(entry)["type"] == "close"
        )
        return entries[: next(closes) + 1]
