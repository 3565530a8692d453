"""Use cases of an assembly's life: draft, publish the notice, open, close."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from voting.assembly import entries, notice, store
from voting.assembly.agenda import agenda_document, parse_agenda
from voting.assembly.clocks import NOTICE, earliest_opening
from voting.assembly.fit import require_fit, window
from voting.assembly.model import Poll, State
from voting.assembly.refusals import (
    ClockWentBackwards,
    NoticeTooShort,
    TooEarly,
    UnknownAssembly,
    WrongState,
)
from voting.assembly.shares import AssemblyShare, assembly_share
from voting.infra.asking import Question
from voting.infra.bus import Bus
from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock, beijing_text
from voting.kernel.commitment import Opening, commit
from voting.kernel.ids import new_id
from voting.ledger.service import Ledger
from voting.roster.correction import Correction
from voting.roster.document import RosterDocument
from voting.roster.entitled import parse_voters, voters_bytes, with_voters
from voting.roster.mandate import voters_on
from voting.roster.service import Rosters
from voting.roster.version import RosterErased
from voting.staff import trail

_Row = store.AssemblyRow | store.Published

_STATE_TEXT = {
    State.DRAFT: "草稿",
    State.NOTICED: "已通知、未开始",
    State.OPEN: "投票中",
    State.CLOSED: "已结束",
    State.CERTIFIED: "已公告",
}


class Assemblies:
    """Assemblies and their life cycle."""

    def __init__(
        self, database: Database, ledger: Ledger, rosters: Rosters, bus: Bus, now: Clock
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._bus = bus
        self._now = now
        # A published notice never changes; parsing it for every ballot would be waste.
        self._notices: dict[str, notice.Notice] = {}
        # By assembly and log position: a roster, and the same with those who may vote from there.
        self._electors: dict[tuple[str, int], tuple[RosterDocument, RosterDocument]] = {}

    def draft(self, roster_id: str, agenda_file: bytes, *, by: str) -> str:
        """Keep an agenda as a draft on a frozen roster; answer with the assembly's id.

        Raises
        ------
        AgendaUnreadable, AgendaDoesNotFit, UnknownRoster, RosterNotFrozen, RosterCorrected,
        RosterErased
        """
        agenda = parse_agenda(agenda_file)
        document = self._rosters.frozen(roster_id)
        require_fit(agenda, document)
        assembly_id = new_id()
        with self._database.write() as session:
            self._rosters.corrections.require_usable(session, roster_id)
            session.add(
                store.AssemblyRow(
                    assembly_id=assembly_id,
                    roster_id=roster_id,
                    state=State.DRAFT,
                    title=agenda.title,
                    community=document.community,
                    agenda=canonical.encode(agenda_document(agenda)),
                    notice=None,
                    created_at=self._now(),
                    published_at=None,
                    opened_at=None,
                    closed_at=None,
                    manifest_position=None,
                    opened_position=None,
                    closed_position=None,
                )
            )
            self._trail(session, "draft-assembly", assembly_id, by)
        return assembly_id

    def publish(self, assembly_id: str, *, by: str) -> bytes:
        """Give notice: from here on nothing in it changes.

        Returns
        -------
        bytes
            The notice; its SHA-256 goes into every ballot.

        Raises
        ------
        NoticeTooShort
            Fewer than fifteen full days before the opening (BJ art. 35, SC art. 14).
        UnknownAssembly, WrongState, RosterCorrected, RosterErased, AgendaDoesNotFit
        """
        with self._database.write() as session:
            row = self._require(session, assembly_id, State.DRAFT)
            self._rosters.corrections.require_usable(session, row.roster_id)
            agenda = parse_agenda(row.agenda)
            document = self._rosters.frozen(row.roster_id)
            require_fit(agenda, document)
            now = self._now()
            earliest = earliest_opening(now)
            if window(agenda)[0] < earliest:
                raise NoticeTooShort(
                    f"通知须提前 {NOTICE.days} 日（{NOTICE.source}）："
                    f"今天发出通知，投票最早于 {beijing_text(earliest)} 开始",
                    earliest_opening=earliest.isoformat(),
                )
            published = notice.Notice(
                assembly_id,
                document.community,
                agenda,
                row.roster_id,
                document.digest,
                len(document.units),
                document.heads,
                document.area_cm2,
                now,
            )
            row.notice = published.to_bytes()
            row.published_at = now
            row.state = State.NOTICED
            electors = self._electors_on(session, row.roster_id, agenda.decision_date, by)
            row.manifest_position = self._start_log(
                session, assembly_id, canonical.digest(row.notice), document.digest, electors
            )
            self._trail(session, "publish-notice", assembly_id, by)
        return row.notice

    def open(self, assembly_id: str, *, by: str) -> None:
        """Open the ballot box, not before the published time.

        Raises
        ------
        TooEarly, ClockWentBackwards, UnknownAssembly, WrongState
        """
        with self._database.write() as session:
            row = self._require(session, assembly_id, State.NOTICED)
            poll = self._poll(row)
            now = self._clock_after(poll.published_at)
            if now < poll.opens_at:
                raise TooEarly(f"通知的投票开始时间是 {beijing_text(poll.opens_at)}，尚未到")
            row.state, row.opened_at = State.OPEN, now
            row.opened_position = self._pin(session, "assembly-opened", assembly_id, now)
            self._trail(session, "open-assembly", assembly_id, by)
        self._bus.publish(assembly_id)

    def close(self, assembly_id: str, *, by: str) -> None:
        """Close the ballot box, not before the published time; no ballot enters after this.

        Raises
        ------
        TooEarly, ClockWentBackwards, UnknownAssembly, WrongState
        """
        with self._database.write() as session:
            row = self._require(session, assembly_id, State.OPEN)
            poll = self._poll(row)
            now = self._clock_after(poll.opened_at or poll.published_at)
            if now <= poll.closes_at:
                raise TooEarly(f"通知的投票截止时间是 {beijing_text(poll.closes_at)}，尚未到")
            row.state, row.closed_at = State.CLOSED, now
            origin = self._ledger.origins.assembly(assembly_id)
            self._ledger.append(session, origin, [entries.close_entry(now)])
            row.closed_position = self._pin(session, "assembly-closed", assembly_id, now)
            self._trail(session, "close-assembly", assembly_id, by)
        self._bus.publish(assembly_id)

    def correct(self, version_id: str, *, by: str) -> Correction:
        """Confirm a correction, and write it into every vote that runs on the frozen roster.

        What those votes pinned stays their denominator; from this entry on, a unit's slot is for
        whoever owns it now (domain C-14, C-16).

        Raises
        ------
        CorrectionNotProposed, CorrectionInForce, CorrectionOutdated, SameAccount
        AgendaDoesNotFit
            A running vote could not be counted on the corrected roster: stop it and begin anew.
        """
        with self._database.write() as session:
            # The roster first, so that no notice goes out on it that would miss the correction.
            roster_id = self._rosters.corrections.corrects(session, version_id)
            running = store.lock_running(session, roster_id)
            act, corrected = self._rosters.corrections.confirm(session, version_id, by=by)
            for row in running:
                agenda = self._poll(row).agenda
                require_fit(agenda, corrected)
                electors = self._electors_on(session, roster_id, agenda.decision_date, by)
                if electors is None and store.voters_positions(session, row.assembly_id):
                    electors = commit(voters_bytes({}))
                entry = entries.correction_entry(
                    act.digest,
                    corrected.digest,
                    self._now(),
                    None if electors is None else electors.commitment,
                )
                self._log_with_voters(session, row.assembly_id, entry, electors)
        for row in running:
            self._bus.publish(row.assembly_id)
        return act

    def decision_days(self, session: Session, roster_id: str) -> set[date]:
        """List the days of decision of the votes that run on a roster: they tell who may vote."""
        running = store.running(session, roster_id)
        return {self._poll(row).agenda.decision_date for row in running}

    def polls(self) -> list[Poll]:
        """List every assembly with a published notice, newest first."""
        with self._database.read() as session:
            return [self._poll(row) for row in store.assemblies(session)]

    def shares(self, roster_id: str, unit_keys: Collection[str]) -> list[AssemblyShare]:
        """Say what these units count for in every vote on a roster, newest first."""
        return [
            assembly_share(
                poll.assembly_id, poll.agenda, self._rosters.frozen(roster_id), unit_keys
            )
            for poll in self.polls()
            if poll.roster_id == roster_id
        ]

    def poll(self, session: Session, assembly_id: str) -> Poll:
        """Read a published assembly.

        Raises
        ------
        UnknownAssembly
        """
        return self._poll(store.assembly(session, assembly_id))

    def electors(self, session: Session, poll: Poll) -> RosterDocument:
        """Read the roster of a vote with those who may use its slots by now (domain C-1, C-14)."""
        roster = self._rosters.entitled(session, poll.roster_id)
        positions = store.voters_positions(session, poll.assembly_id)
        return self._electors_at(session, poll, roster, positions[-1]) if positions else roster

    def first_electors(self, session: Session, poll: Poll) -> RosterDocument:
        """Read the roster of a vote with those who could use its slots at the notice."""
        roster = self._rosters.frozen(poll.roster_id)
        positions = store.voters_positions(session, poll.assembly_id)
        return self._electors_at(session, poll, roster, 0) if 0 in positions else roster

    def _electors_at(
        self, session: Session, poll: Poll, roster: RosterDocument, position: int
    ) -> RosterDocument:
        known = self._electors.get((poll.assembly_id, position))
        if known is None or known[0] is not roster:
            row = session.get_one(store.VotersRow, (poll.assembly_id, position))
            if not row.document:
                raise RosterErased("保存期已满，谁可以表决的记录已经删除；结果凭证与日志仍可核验")
            known = (roster, with_voters(roster, parse_voters(row.document)))
            self._electors[poll.assembly_id, position] = known
        return known[1]

    def locked_poll(self, session: Session, assembly_id: str) -> Poll:
        """Read a published assembly that nobody else can change until the commit.

        Raises
        ------
        UnknownAssembly
        """
        return self._poll(store.lock_published(session, assembly_id))

    def questions(self, assembly_id: str, roster_id: str) -> list[Question]:
        """Give what :meth:`locked_poll` and :meth:`electors` ask, the lock first."""
        return [
            store.locking(assembly_id),
            self._rosters.corrections.question(roster_id),
            store.positions_of_voters(assembly_id),
        ]

    def certified(self, session: Session, assembly_id: str) -> None:
        """Note that the certificate is out, not before the close; the caller holds the lock."""
        row = self._require(session, assembly_id, State.CLOSED)
        poll = self._poll(row)
        self._clock_after(poll.closed_at or poll.closes_at)
        row.state = State.CERTIFIED

    def notice(self, assembly_id: str) -> bytes:
        """Give the published notice, byte for byte.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            return _published(store.assembly(session, assembly_id))[1]

    def _require(self, session: Session, assembly_id: str, state: State) -> store.AssemblyRow:
        row = store.lock(session, assembly_id)
        if row is None:
            raise UnknownAssembly("没有这次业主大会")
        if row.state != state:
            raise WrongState(
                f"业主大会处于“{_STATE_TEXT[State(row.state)]}”，"
                f"此操作只在“{_STATE_TEXT[state]}”时可做",
                state=row.state,
            )
        return row

    def _poll(self, found: _Row | None) -> Poll:
        row, document, published_at = _published(found)
        published = self._notices.get(row.assembly_id)
        if published is None:
            published = self._notices[row.assembly_id] = notice.parse(document)
        opens_at, closes_at = window(published.agenda)
        return Poll(
            row.assembly_id,
            State(row.state),
            row.community,
            published.agenda,
            canonical.digest(document),
            row.roster_id,
            published.roster_digest,
            opens_at,
            closes_at,
            published_at,
            row.opened_at,
            row.closed_at,
        )

    def _clock_after(self, earlier: datetime) -> datetime:
        now = self._now()
        if now < earlier:
            raise ClockWentBackwards(
                f"服务器时钟早于记录中的 {beijing_text(earlier)}，请先校准时钟"
            )
        return now

    def _electors_on(self, session: Session, roster_id: str, day: date, by: str) -> Opening | None:
        """Commit to who may vote in a decision of this day; None if simply all owners may."""
        mandates = self._rosters.mandates.in_force(session, roster_id, by=by)
        voters = voters_on(mandates, day, self._rosters.frozen(roster_id).unit_code)
        return commit(voters_bytes(voters)) if voters else None

    def _log_with_voters(
        self, session: Session, assembly_id: str, entry: bytes, electors: Opening | None
    ) -> None:
        """Append an entry, and keep what it commits to."""
        origin = self._ledger.origins.assembly(assembly_id)
        position = self._ledger.append(session, origin, [entry])[0]
        if electors is not None:
            session.add(
                store.VotersRow(
                    assembly_id=assembly_id,
                    position=position,
                    salt=electors.salt,
                    document=electors.data,
                )
            )

    def _start_log(
        self,
        session: Session,
        assembly_id: str,
        notice_digest: str,
        roster_digest: str,
        electors: Opening | None,
    ) -> int:
        origins = self._ledger.origins
        origin = origins.assembly(assembly_id)
        manifest = entries.manifest_entry(
            assembly_id, origin, notice_digest, roster_digest, self._now()
        )
        position = self._ledger.append(session, origins.register, [manifest])[0]
        register = self._ledger.checkpoint(session, origins.register)
        self._ledger.create(session, origin)
        committed = None if electors is None else electors.commitment
        first = entries.first_entry(notice_digest, roster_digest, register, committed)
        self._log_with_voters(session, assembly_id, first, electors)
        return position

    def _pin(self, session: Session, event: str, assembly_id: str, at: datetime) -> int:
        # The moment that was held against the notice: another one might be a second too early.
        checkpoint = self._ledger.checkpoint(session, self._ledger.origins.assembly(assembly_id))
        entry = entries.checkpoint_entry(event, assembly_id, checkpoint, at)
        return self._ledger.append(session, self._ledger.origins.register, [entry])[0]

    def _trail(self, session: Session, act: str, assembly_id: str, by: str) -> None:
        trail.record(session, self._ledger, act, by=by, at=self._now(), assembly=assembly_id)


def _published(row: _Row | None) -> tuple[_Row, bytes, datetime]:
    """Give an assembly whose notice is out, the notice, and since when.

    Raises
    ------
    UnknownAssembly
    """
    if row is None or row.notice is None or row.published_at is None:
        raise UnknownAssembly("没有这次业主大会，或其通知尚未发布")
    return row, row.notice, row.published_at
