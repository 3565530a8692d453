"""Checks 12 to 14: ballots and objections, opened and counted again."""

from collections.abc import Iterator

from voting.ballot.verify import require_open, verify
from voting.box import paper
from voting.box.entries import PHONE
from voting.count.logged import ballot_entries, open_ballots, open_objections
from voting.count.result import count_log
from voting.kernel import canonical
from voting.kernel.clock import parse_timestamp
from voting.kernel.refusal import Refusal
from voting.outcome import one_voice
from voting.outcome.evidence import Evidence
from voting.outcome.verify import objections
from voting.outcome.verify.finding import Problems
from voting.outcome.verify.keys import Keys
from voting.roster.document import RosterDocument
from voting.roster.entitled import after_correction, with_voters


def commitments(evidence: Evidence) -> Problems:
    """Check 12: every ballot opened is what the log committed to."""
    logged = dict(ballot_entries(evidence.log))
    openings = evidence.ballot_openings
    for position in sorted(logged.keys() ^ openings.keys()):
        yield f"日志第 {position} 条缺少开启值，或开启值没有对应的表决票"
    for position in sorted(logged.keys() & openings.keys()):
        if openings[position].commitment != logged[position]["commitment"]:
            yield f"日志第 {position} 条的表决票与其承诺不符"
    yield from objections.check_commitments(evidence)


def ballots(evidence: Evidence) -> Problems:
    """Check 13: every ballot was signed by who was entitled, while the box was open."""
    keys = Keys(evidence)
    poll = evidence.poll
    electors = dict(_electors(evidence))
    used: set[str] = set()
    for position, entry in ballot_entries(evidence.log):
        data, at = evidence.ballot_openings[position].data, parse_timestamp(entry["at"])
        roster = electors[max(place for place in electors if place < position)]
        try:
            if entry["type"] == PHONE:
                ballot = verify(data, poll, roster, keys.at(position), at=at)
                used.add(ballot.key_id)
            else:
                require_open(poll, at)
                paper.read(paper.parse(data), poll.agenda, roster)
        except Refusal as refusal:
            yield f"日志第 {position} 条的表决票不合格：{refusal.detail}"
    yield from objections.check(evidence, electors, keys, used)
    for index in keys.indexes_without(used):
        yield f"登记簿第 {index} 条的密钥没有用到，不应在审计包中"
    yield from one_voice.check(evidence)


def _electors(evidence: Evidence) -> Iterator[tuple[int, RosterDocument]]:
    """Say from which log position on who may use which slot: the notice, then each correction."""
    voters = evidence.voters.get(0, {})
    yield 0, with_voters(evidence.roster, voters)
    for correction in evidence.corrections:
        voters = evidence.voters.get(correction.position, voters)
        owned = after_correction(evidence.roster, correction.corrected)
        yield correction.position, with_voters(owned, voters)


def recount(evidence: Evidence) -> Problems:
    """Check 14: the ballots lead to the result, to the last byte."""
    entries = evidence.log[: evidence.close_position + 1]
    agenda = evidence.notice.agenda
    counted = count_log(
        assembly_id=evidence.assembly_id,
        notice_digest=evidence.poll.notice_digest,
        agenda=agenda,
        roster=evidence.roster,
        origin=evidence.checkpoint.origin,
        entries=entries,
        opened=open_ballots(entries, evidence.ballot_openings, agenda),
        corrections=evidence.corrections,
        objections=open_objections(entries, evidence.objection_openings),
    )
    published = evidence.result
    for key in sorted(counted.keys() | published.keys()):
        # As bytes: true is not 1, nor is null what is left out.
        if not (key in counted and key in published) or (
            canonical.encode(counted[key]) != canonical.encode(published[key])
        ):
            yield f"重新计票与公布的结果不同：{key}"
