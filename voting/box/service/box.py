"""The ballot box: phone ballots, their receipts, and paper ballots."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from unicodedata import normalize

from voting.assembly.service import Assemblies
from voting.ballot.verify import require_open
from voting.box import paper as paper_ballots
from voting.box import store
from voting.box.authority import OWNER
from voting.box.entries import PHONE
from voting.box.refusals import (
    PaperAlreadyAccepted,
    PaperEntriesDiffer,
    SameClerk,
    UnknownScan,
)
from voting.box.service import first_entry
from voting.box.service.agents import require_few_principals
from voting.box.service.batch import Batch
from voting.box.service.casting import Casting, Received, Sent
from voting.box.service.receipts import Given, Receipts
from voting.box.turn import require_kept_by_owners
from voting.identity import request as requests
from voting.identity.service import Identities
from voting.infra.bus import Bus
from voting.infra.database import Database
from voting.infra.throttle import Throttle
from voting.kernel import dsse
from voting.kernel.clock import BEIJING, Clock
from voting.ledger.service import Ledger
from voting.roster.document import RosterDocument
from voting.roster.service import Rosters
from voting.staff import store as staff_store
from voting.staff import trail


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
        self._rosters = rosters
        self._identities = identities
        self._assemblies = assemblies
        self._bus = bus
        self._now = now
        self._ledger = ledger
        self._receipts = Receipts(database, ledger, rosters, assemblies, sign)
        self._casting = Casting(
            database,
            ledger,
            identities,
            assemblies,
            rosters.frozen,
            self._receipts.give,
            throttle,
            now,
        )

    def cast(self, assembly_id: str, data: bytes, *, address: str) -> Given:
        """Accept one ballot. Casting the same bytes again returns an equal receipt.

        Raises
        ------
        Refusal
            See :mod:`voting.ballot.verify`; also ``AlreadyVoted``, ``WrongSequence``,
            ``DifferentChoices``, ``TooManyAttempts``. Of a refused ballot only the count is kept.
        """
        ballots = self.check(assembly_id, [Sent(data, address)])
        (answer,) = self.cast_together(assembly_id, ballots)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def check(self, assembly_id: str, batch: Sequence[Sent]) -> list[Received]:
        """Do with ballots what is costly and needs no lock; nobody is refused yet."""
        return self._casting.check(assembly_id, batch)

    def cast_together(
        self, assembly_id: str, ballots: Sequence[Received]
    ) -> list[Given | Exception]:
        """Accept ballots that were checked, in one transaction; answer each for itself.

        Returns
        -------
        list of receipts and exceptions
            For each ballot what :meth:`cast` returns or raises.
        """
        outcomes = self._casting.cast(assembly_id, ballots)
        # Committed. Only now may anybody see a receipt: it promises the ballot is in the log.
        if any(isinstance(each, tuple) for each in outcomes):
            self._bus.publish(assembly_id)
        earlier = self._receipts.of(
            assembly_id, {each for each in outcomes if isinstance(each, int)}
        )
        return [earlier[each] if isinstance(each, int) else each for each in outcomes]

    def receipts(self, assembly_id: str, request: bytes) -> list[Given]:
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
            keys = {
                row: dsse.parse(row.data).key_id
                for row in store.ballots_of_groups(session, assembly_id, PHONE, groups)
            }
            signers = self._identities.owners_of_keys(session, poll.roster_id, keys.values())
            mine = [
                row.position
                for row, key_id in keys.items()
                if _shared(rosters, row.codes, {enrolled.owner_code, signers[key_id]})
            ]
        return list(self._receipts.of(assembly_id, mine).values())

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
        AlreadyVoted, DifferentChoices, UnknownScan
            And those of :mod:`voting.box.paper`.
        """
        # Before anything is asked of it: what is checked has to be what is logged.
        paper = paper_ballots.as_logged(paper)
        with self._database.write() as session:
            poll = self._assemblies.locked_poll(session, assembly_id)
            now = self._now()
            require_open(poll, now)
            electors = self._assemblies.electors(session, poll)
            day = now.astimezone(BEIJING).date()
            read = paper_ballots.read(paper, poll.agenda, electors, on=day)
            require_few_principals(session, self._rosters, poll, paper, read.group, on=day)
            missing = store.missing_scans(session, assembly_id, paper.scans)
            if missing:
                raise UnknownScan(f"没有摘要为 {'、'.join(missing)} 的扫描件，请先上传")
            first = store.paper_entry(session, assembly_id, paper.serial)
            content = paper.to_bytes()
            if first is None or first.entered_by == by:
                first_entry.keep(session, assembly_id, paper.serial, content, first, by, now)
                return None
            if staff_store.are_one_person(session, first.entered_by, by):
                raise SameClerk(
                    f"编号 {paper.serial} 的第二次录入须由另一位录入员完成，不是另一个账号；"
                    "确是两人而同名的，请管理员为两个账号登记证件号码"
                )
            if first.accepted_position is not None:
                raise PaperAlreadyAccepted(f"编号 {paper.serial} 的纸质表决票已经录入完毕")
            if first.content != content:
                raise PaperEntriesDiffer(
                    f"编号 {paper.serial} 的两次录入不一致，请两位录入员对照原票核对"
                )
            batch = Batch(
                session,
                self._ledger,
                self._identities,
                poll,
                self._rosters.frozen(poll.roster_id),
                read.unit_codes,
                [] if read.group is None else [read.group],
            )
            if not paper.void_reason:
                require_kept_by_owners(
                    batch.slots.standing(read.unit_codes),
                    electors,
                    self._assemblies.first_electors(session, poll),
                    poll.agenda.policies,
                )
            batch.take_paper(content, read, void=bool(paper.void_reason))
            (written,) = batch.write(now)
            first.accepted_position = position = written.position
            # That they were two the log itself cannot say: it names nobody.
            trail.record(
                session,
                self._ledger,
                "accept-paper",
                by=by,
                at=now,
                assembly=assembly_id,
                entered_by=first.entered_by,
                position=position,
            )
        self._bus.publish(assembly_id)
        return position

    def withdraw_paper(self, assembly_id: str, serial: str, *, by: str) -> None:
        """Take back a first entry that waits for the second, whoever made it.

        A number typed wrong or a clerk who has left would else block the paper of that number.
        The register says whose entry was withdrawn, and not its number: stubs tell whose that is.

        Raises
        ------
        UnknownAssembly, PollNotOpen, PollClosed, UnknownPaper, PaperAlreadyAccepted
        """
        with self._database.write() as session:
            poll = self._assemblies.locked_poll(session, assembly_id)
            now = self._now()
            # After the close the certificate counts what was left pending.
            require_open(poll, now)
            entered_by = first_entry.withdraw(session, assembly_id, normalize("NFC", serial))
            trail.record(
                session,
                self._ledger,
                "withdraw-paper",
                by=by,
                at=now,
                assembly=assembly_id,
                entered_by=entered_by,
            )

    def paper_warnings(self, assembly_id: str, paper: paper_ballots.PaperBallot) -> list[str]:
        """Tell a clerk for which units not simply any owner may sign, and that no scan is there.

        The box cannot see a signature: who finds another's enters the ballot as void (C-19).

        Raises
        ------
        UnknownAssembly, RosterErased, UnreadablePaper
        """
        paper = paper_ballots.as_logged(paper)
        with self._database.read() as session:
            electors = self._assemblies.electors(
                session, self._assemblies.poll(session, assembly_id)
            )
        named = [
            f"房屋 {unit} 须由清册载明的表决人或代理人签名，请核对；签名的是别人的，注明作废原因"
            for unit in sorted(set(paper.units) & electors.unit_code.keys())
            if electors.has_named_voters(electors.unit_code[unit])
        ]
        if paper.capacity != OWNER and not paper.scans:
            named.append("委托书或监护证明没有扫描件，请扫描上传后连同表决票再录入，原件妥善保存")
        if not paper.units and not paper.scans:
            named.append("没有房屋的票没有扫描件，请扫描上传后再录入，供他人核对，原件妥善保存")
        return named


def _shared(rosters: Iterable[RosterDocument], unit_codes: Iterable[int], owners: set[int]) -> bool:
    """Whether there was a time when all these owners had a vote for all these units."""
    codes = tuple(unit_codes)
    return any(
        all(roster.may_vote(owner, code) for owner in owners for code in codes)
        for roster in rosters
    )
