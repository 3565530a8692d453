"""The numbered checks of a signed ballot, cheapest first. All must pass; the first refuses.

====  ==========================================================  ==========================
no.   check                                                       refusal
====  ==========================================================  ==========================
1     at most 8192 bytes                                          ``envelope-too-large``
2     canonical JSON, one DSSE envelope with one signature        ``not-canonical``,
                                                                  ``malformed-envelope``
3     signed as a ballot, not for another purpose                 ``wrong-payload-type``
4     the text is a ballot: known format, no more and no less     ``not-canonical``,
                                                                  ``malformed-ballot``
5     for this assembly                                           ``wrong-assembly``
6     for this notice                                             ``wrong-notice``
7     for this roster                                             ``wrong-roster``
8     arrived while the box was open                              ``poll-not-open``,
                                                                  ``poll-closed``
9     the key is enrolled and not revoked                         ``unknown-key``
10    every unit is on the roster                                 ``unknown-unit``
11    no correction has taken a unit off it                       ``unit-removed``
12    all units belong to one owner group of the key's holder     ``not-your-unit``
13    it is he who votes for them                                 ``not-the-voter``
14    every item is answered with what it offers, no more         ``unreadable-choice``,
      candidates approved than the rules allow                    ``too-many-ticks``
15    the signature is right                                      ``bad-signature``
====  ==========================================================  ==========================

Whether these units have voted already is the ballot box's question, not the ballot's, and so is
check 16, where the rules do not let an owner's units differ: see :mod:`voting.box.one_voice`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from voting.assembly.model import Poll, State
from voting.ballot import model
from voting.ballot.choices import choice_vector
from voting.ballot.refusals import (
    NotYourUnit,
    PollClosed,
    PollNotOpen,
    UnitRemoved,
    UnknownUnit,
    WrongAssembly,
    WrongNotice,
    WrongRoster,
)
from voting.identity.model import EnrolledKey
from voting.identity.refusals import NotTheVoter
from voting.kernel import canonical, dsse
from voting.kernel.clock import beijing_text
from voting.roster.document import RosterDocument


@dataclass(frozen=True, slots=True)
class ParsedBallot:
    """A ballot that is one by its form.

    ``digest`` is the SHA-256 of the signed text: the identity of the ballot (signature bytes can
    be respelled).
    """

    ballot: model.Ballot
    envelope: dsse.Envelope
    data: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class VerifiedBallot:
    """A ballot that passed every check.

    ``unit_codes`` are places in the roster, ``choices`` codes by question, ``digest`` as in
    :class:`ParsedBallot`.
    """

    ballot: model.Ballot
    envelope: bytes
    key_id: str
    group: int
    unit_codes: tuple[int, ...]
    choices: tuple[int, ...]
    digest: str


def verify(
    data: bytes,
    poll: Poll,
    roster: RosterDocument,
    holder: Callable[[str], EnrolledKey],
    *,
    at: datetime,
) -> VerifiedBallot:
    """Run the checks on a ballot as received at moment ``at``.

    Parameters
    ----------
    roster
        The frozen roster, with those who may vote for its units by then: see
        :mod:`voting.roster.entitled`.
    holder
        Finds the enrolled key by its id, or raises ``UnknownKey``.

    Raises
    ------
    Refusal
        The one named in the table above.
    """
    return verify_parsed(parse(data), poll, roster, holder, at=at)


def parse(data: bytes) -> ParsedBallot:
    """Run the first four checks, which need to know nothing else."""
    envelope = dsse.parse(data)  # 1, 2
    if envelope.payload_type != model.PAYLOAD_TYPE:  # 3
        raise dsse.WrongPayloadType("这不是一张表决票")
    ballot = model.parse(envelope.payload)  # 4
    return ParsedBallot(ballot, envelope, data, canonical.digest(envelope.payload))


def verify_parsed(
    parsed: ParsedBallot,
    poll: Poll,
    roster: RosterDocument,
    holder: Callable[[str], EnrolledKey],
    *,
    at: datetime,
) -> VerifiedBallot:
    """Run the checks from the fifth on; see :func:`verify`."""
    ballot, envelope = parsed.ballot, parsed.envelope
    if ballot.assembly_id != poll.assembly_id:  # 5
        raise WrongAssembly("这张表决票属于另一次业主大会")
    if ballot.notice_digest != poll.notice_digest:  # 6
        raise WrongNotice("表决票所依据的会议通知与本次公布的不同，请重新打开通知后再投")
    if ballot.roster_digest != poll.roster_digest:  # 7
        raise WrongRoster("表决票所依据的业主清册与本次冻结的不同")
    require_open(poll, at)  # 8
    enrolled = holder(envelope.key_id)  # 9
    codes = _unit_codes(ballot, roster)  # 10
    require_kept(codes, roster)  # 11
    group = _group(codes, roster, enrolled.owner_code)  # 12
    _require_voter(codes, roster, enrolled.owner_code)  # 13
    choices = choice_vector(poll.agenda, ballot.choices)  # 14
    envelope.verify(enrolled.key, model.PAYLOAD_TYPE)  # 15
    return VerifiedBallot(
        ballot, parsed.data, envelope.key_id, group, codes, choices, parsed.digest
    )


def require_open(poll: Poll, at: datetime) -> None:
    """Refuse what does not arrive between the opening and the close."""
    if poll.accepts_ballots(at):
        return
    if poll.state in {State.NOTICED, State.DRAFT} or at < poll.opens_at:
        raise PollNotOpen(f"投票尚未开始，开始时间为 {beijing_text(poll.opens_at)}")
    raise PollClosed(f"投票已于 {beijing_text(poll.closes_at)} 截止，此后到达的表决票不计入")


def _unit_codes(ballot: model.Ballot, roster: RosterDocument) -> tuple[int, ...]:
    unknown = [unit for unit in ballot.units if unit not in roster.unit_code]
    if unknown:
        raise UnknownUnit(f"业主清册中没有房屋 {'、'.join(unknown)}")
    return tuple(roster.unit_code[unit] for unit in ballot.units)


def require_kept(codes: tuple[int, ...], roster: RosterDocument) -> None:
    """Refuse units that have no vote any more."""
    removed = [roster.units[code].unit_key for code in codes if roster.is_removed(code)]
    if removed:
        raise UnitRemoved(
            f"房屋 {'、'.join(removed)} 已由清册更正删除，不再表决；"
            "请重新核对身份，为其余房屋投票，有异议请联系召集人"
        )


def _group(codes: tuple[int, ...], roster: RosterDocument, person: int) -> int:
    groups = {roster.units[code].group for code in codes}
    his = all(roster.owns(person, code) or roster.may_vote(person, code) for code in codes)
    if len(groups) != 1 or not his:
        raise NotYourUnit("表决票所列房屋不都属于您的同一产权组合，请按“您的房屋”分别投票")
    return groups.pop()


def _require_voter(codes: tuple[int, ...], roster: RosterDocument, person: int) -> None:
    others = [roster.units[code].unit_key for code in codes if not roster.may_vote(person, code)]
    if others:
        raise NotTheVoter(
            f"房屋 {'、'.join(others)} 由清册载明的表决人或代理人投票；"
            "如有变动，请到居委会登记表决人"
        )
