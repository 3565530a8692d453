"""Use cases of the ballot box: cast, show receipts, key in paper."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

import numpy as np
from sqlalchemy.orm import Session

from voting.assembly import store as assembly_store
from voting.assembly.model import Poll
from voting.assembly.service import Assemblies
from voting.ballot.verify import VerifiedBallot, require_open, verify
from voting.box import paper as paper_ballots
from voting.box import store
from voting.box.entries import PAPER, PHONE, ballot_entry
from voting.box.one_voice import other_units, require_one_voice
from voting.box.receipt import PAYLOAD_TYPE as RECEIPT_TYPE
from voting.box.receipt import Receipt, credit
from voting.box.refusals import (
    PaperAlreadyAccepted,
    PaperEntriesDiffer,
    SameClerk,
)
from voting.box.turn import Standing, require_turn
from voting.identity import request as requests
from voting.identity.service import Identities
from voting.infra.bus import Bus
from voting.infra.database import Database
from voting.infra.throttle import Throttle
from voting.kernel import canonical, dsse
from voting.kernel.clock import Clock
from voting.kernel.commitment import Opening, commit
from voting.kernel.refusal import Refusal
from voting.ledger.service import Ledger
from voting.roster.document import RosterDocument
from voting.roster.service import Rosters
from voting.roster.version import RosterErased

_REFUSED, _MINUTES = 300, 10


class BallotBox:
    """Takes ballots, keeps them in the log, and answers with receipts."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        rosters: Rosters,
        identities: Identities,
        assemblies: Assemblies,
        bus: Bus,
        throttle: Throttle,
        sign: Callable[[str, bytes], dsse.Envelope],
        now: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._identities = identities
        self._assemblies = assemblies
        self._bus = bus
        self._throttle = throttle
        self._sign = sign
        self._now = now

    def cast(self, assembly_id: str, data: bytes, *, address: str) -> tuple[Receipt, dsse.Envelope]:
        """Accept one ballot. Casting the same bytes again returns an equal receipt.

        Raises
        ------
        Refusal
            See :mod:`voting.ballot.verify`; also ``AlreadyVoted``, ``WrongSequence``,
            ``DifferentChoices``, ``TooManyAttempts``. Of a refused ballot only the count is kept.
        """
        self._throttle.require("refused-ballots", address, _REFUSED, _MINUTES)
        try:
            position = self._cast(assembly_id, data)
        except Refusal as refusal:
            self._throttle.failed("refused-ballots", address, _REFUSED, _MINUTES)
            self._count_refusal(assembly_id, refusal.code)
            raise
        # Committed. Only now may a receipt exist: it promises the ballot is in the log.
        self._bus.publish(assembly_id)
        return self._receipt(assembly_id, position)

    def receipts(self, assembly_id: str, request: bytes) -> list[tuple[Receipt, dsse.Envelope]]:
        """Give an owner again the receipts of every phone ballot of his owner groups.

        Parameters
        ----------
        request
            Signed by his key, see :mod:`voting.identity.request`.

        Raises
        ------
        UnknownAssembly, UnknownKey, StaleRequest, BadSignature, RosterErased
        """
        with self._database.read() as session:
            poll = self._assemblies.poll(session, assembly_id)
            holder = partial(self._identities.holder, session, poll.roster_id)
            enrolled = requests.verify(request, "receipts", assembly_id, holder, at=self._now())
            self._rosters.retention.require_kept(session, poll.roster_id)
            # A seller keeps his receipts and never sees his buyer's, nor the other way (C-14).
            rosters = (
                self._rosters.frozen(poll.roster_id),
                self._assemblies.first_electors(session, poll),
                self._assemblies.electors(session, poll),
            )
            groups = {
                group
                for roster in rosters
                for group in roster.groups_of_owner.get(enrolled.owner_code, ())
            }
            signers = self._identities.owners_of_keys(session, poll.roster_id)
            mine = [
                row
                for row in store.ballots_of_groups(session, assembly_id, PHONE, groups)
                if _shared(
                    rosters,
                    row.codes,
                    {enrolled.owner_code, signers[dsse.parse(row.data).key_id]},
                )
            ]
        return [self._receipt(assembly_id, row.position) for row in mine]

    def enter_paper(
        self, assembly_id: str, paper: paper_ballots.PaperBallot, *, by: str
    ) -> int | None:
        """Key in one paper ballot: accepted when a second clerk enters the very same.

        Returns
        -------
        int or None
            Its position in the log; ``None`` while the second entry is missing.

        Raises
        ------
        SameClerk, PaperEntriesDiffer, PaperAlreadyAccepted, PollClosed, PollNotOpen,
        UnreadablePaper, UnknownUnit, UnitRemoved, NotYourUnit, UnreadableChoice, DifferentChoices
        """
        with self._database.write() as session:
            poll = self._assemblies.locked_poll(session, assembly_id)
            now = self._now()
            require_open(poll, now)
            electors = self._assemblies.electors(session, poll)
            read = paper_ballots.read(paper, poll.agenda, electors)
            first = store.paper_entry(session, assembly_id, paper.serial)
            content = paper.to_bytes()
            if first is None or first.entered_by == by:
                self._first_entry(session, assembly_id, paper.serial, content, first, by, now)
                return None
            if first.accepted_position is not None:
                raise PaperAlreadyAccepted(f"编号 {paper.serial} 的纸质表决票已经录入完毕")
            if first.content != content:
                raise PaperEntriesDiffer(
                    f"编号 {paper.serial} 的两次录入不一致，请两位录入员对照原票核对"
                )
            first.accepted_position = position = self._accept(
                session,
                poll,
                PAPER,
                content,
                read.group,
                read.unit_codes,
                read.choices,
                digest=canonical.digest(content),
                sequence=1,
                void=bool(paper.void_reason),
                at=now,
            )
        self._bus.publish(assembly_id)
        return position

    def paper_warnings(self, assembly_id: str, units: Iterable[str]) -> list[str]:
        """Tell a clerk which units of a paper ballot not simply any owner may sign for.

        The box cannot see a signature: who finds another's enters the ballot as void (C-19).

        Raises
        ------
        UnknownAssembly, RosterErased
        """
        with self._database.read() as session:
            electors = self._assemblies.electors(
                session, self._assemblies.poll(session, assembly_id)
            )
        return [
            f"房屋 {unit} 须由清册载明的表决人或代理人签名，请核对；签名的是别人的，注明作废原因"
            for unit in sorted(set(units) & electors.unit_code.keys())
            if electors.has_named_voters(electors.unit_code[unit])
        ]

    def _cast(self, assembly_id: str, data: bytes) -> int:
        now = self._now()
        with self._database.read() as session:
            poll = self._assemblies.poll(session, assembly_id)
            known = self._already_cast(session, assembly_id, data)
            if known is not None:
                return known
            holder = partial(self._identities.holder, session, poll.roster_id)
            # The costly check runs before the lock; what may change meanwhile is asked again.
            try:
                roster = self._assemblies.electors(session, poll)
            except RosterErased:
                require_open(poll, now)  # so long after the close a ballot is late before all else
                raise
            ballot = verify(data, poll, roster, holder, at=now)
        with self._database.write() as session:
            poll = self._assemblies.locked_poll(session, assembly_id)
            known = self._already_cast(session, assembly_id, data)
            if known is not None:
                return known
            now = self._now()
            require_open(poll, now)
            signer = self._identities.holder(session, poll.roster_id, ballot.key_id).owner_code
            entitled = self._assemblies.electors(session, poll)
            if entitled is not roster:  # a correction took effect meanwhile
                holder = partial(self._identities.holder, session, poll.roster_id)
                ballot = verify(data, poll, entitled, holder, at=now)
            require_turn(
                ballot,
                signer,
                self._standing(session, poll, ballot.unit_codes),
                self._expected(session, poll, ballot, signer),
                self._assemblies.first_electors(session, poll),
                poll.agenda.policies,
            )
            return self._accept(
                session,
                poll,
                PHONE,
                data,
                ballot.group,
                ballot.unit_codes,
                ballot.choices,
                digest=ballot.digest,
                sequence=ballot.ballot.sequence,
                void=False,
                at=now,
            )

    def _already_cast(self, session: Session, assembly_id: str, data: bytes) -> int | None:
        row = store.ballot_by_digest(
            session, assembly_id, canonical.digest(dsse.parse(data).payload)
        )
        return row.position if row is not None and row.data == data else None

    def _standing(
        self, session: Session, poll: Poll, unit_codes: Sequence[int]
    ) -> dict[int, Standing]:
        """Find what stands for those of these units that have voted."""
        taken = store.taken_slots(session, poll.assembly_id, unit_codes)
        if not taken:
            return {}
        owners = self._identities.owners_of_keys(session, poll.roster_id)
        limited = poll.agenda.policies.repeat_limit is not None
        received = store.valid_ballots_of_units(session, poll.assembly_id, taken) if limited else {}
        standing = {}
        for code, position in taken.items():
            row = session.get_one(store.BallotRow, (poll.assembly_id, position))
            signer = owners[dsse.parse(row.data).key_id] if row.channel == PHONE else None
            standing[code] = Standing(row.channel, signer, received.get(code, 0))
        return standing

    def _expected(
        self, session: Session, poll: Poll, ballot: VerifiedBallot, signer: int
    ) -> tuple[int, str | None]:
        """Find which number an owner's next ballot for these units bears, and what it replaces."""
        owners = self._identities.owners_of_keys(session, poll.roster_id)
        earlier = [
            row
            for row in store.ballots_of_groups(session, poll.assembly_id, PHONE, [ballot.group])
            if set(row.codes) & set(ballot.unit_codes)
            and owners[dsse.parse(row.data).key_id] == signer
        ]
        return (earlier[-1].sequence + 1, earlier[-1].digest) if earlier else (1, None)

    def _accept(
        self,
        session: Session,
        poll: Poll,
        kind: str,
        data: bytes,
        group: int,
        unit_codes: tuple[int, ...],
        choices: tuple[int, ...],
        *,
        digest: str,
        sequence: int,
        void: bool,
        at: datetime,
    ) -> int:
        """Put one ballot into log and tables; the caller's transaction makes it durable."""
        packed = np.array(choices, np.int8).tobytes()
        won, giving = list[int](), set[int]()
        if not void:
            standing = self._standing(session, poll, unit_codes)
            giving = {
                c for c, held in standing.items() if held.gives_way(kind, poll.agenda.policies)
            }
            won = [code for code in unit_codes if code in giving or code not in standing]
            others = other_units(self._rosters.frozen(poll.roster_id), poll.agenda.policies, won)
            said = store.standing_choices(session, poll.assembly_id, others)
            require_one_voice(kind, packed, said)
        opening = commit(data)
        entry = ballot_entry(kind, opening.commitment, at)
        origin = self._ledger.origins.assembly(poll.assembly_id)
        position = self._ledger.append(session, origin, [entry])[0]
        store.take_slots(session, poll.assembly_id, position, won, giving)
        session.add(
            store.BallotRow(
                assembly_id=poll.assembly_id,
                position=position,
                digest=digest,
                channel=kind,
                void=void,
                group_code=group,
                sequence=sequence,
                unit_codes=np.array(unit_codes, "<i4").tobytes(),
                choices=packed,
                received_at=at,
                salt=opening.salt,
                data=data,
            )
        )
        return position

    def _receipt(self, assembly_id: str, position: int) -> tuple[Receipt, dsse.Envelope]:
        """Build the receipt against the log as it stood right after the ballot: always the same."""
        origin = self._ledger.origins.assembly(assembly_id)
        with self._database.read() as session:
            poll = self._assemblies.poll(session, assembly_id)
            row = session.get_one(store.BallotRow, (assembly_id, position))
            entry = self._ledger.read_entries(session, origin, position, position + 1)[0]
            checkpoint = self._ledger.checkpoint(session, origin, position + 1)
            proof = self._ledger.prove(session, origin, position, checkpoint=checkpoint)
        roster = self._rosters.frozen(poll.roster_id)
        codes = row.codes
        heads, area = credit(roster, poll.agenda, codes)
        receipt = Receipt(
            assembly_id,
            position,
            tuple(roster.units[code].unit_key for code in codes),
            area,
            heads,
            row.received_at,
            row.digest,
            entry,
            Opening(row.salt, row.data),
            position + 1,
            proof,
        )
        return receipt, self._sign(RECEIPT_TYPE, receipt.to_bytes())

    def _first_entry(
        self,
        session: Session,
        assembly_id: str,
        serial: str,
        content: bytes,
        earlier: store.PaperEntryRow | None,
        by: str,
        at: datetime,
    ) -> None:
        if earlier is None:
            session.add(
                store.PaperEntryRow(
                    assembly_id=assembly_id,
                    serial=serial,
                    entered_by=by,
                    entered_at=at,
                    content=content,
                    accepted_position=None,
                )
            )
        elif earlier.accepted_position is not None:
            raise PaperAlreadyAccepted(f"编号 {serial} 的纸质表决票已经录入完毕")
        elif earlier.content == content:
            raise SameClerk(f"编号 {serial} 的第二次录入须由另一位录入员完成")
        else:
            # Until somebody else has read the paper, a slip of the pen is simply corrected.
            earlier.content, earlier.entered_at = content, at

    def _count_refusal(self, assembly_id: str, code: str) -> None:
        with self._database.write() as session:
            if assembly_store.lock(session, assembly_id) is not None:
                store.count_refusal(session, assembly_id, code)


def _shared(rosters: Iterable[RosterDocument], unit_codes: Iterable[int], owners: set[int]) -> bool:
    """Whether there was a time when all these owners had a vote for all these units."""
    codes = tuple(unit_codes)
    return any(
        all(roster.may_vote(owner, code) for owner in owners for code in codes)
        for roster in rosters
    )
