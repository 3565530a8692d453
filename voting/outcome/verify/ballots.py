"""Checks 12 to 14: ballots and objections, opened and counted again."""

from voting.count.logged import (
    ballot_entries,
    objection_entries,
    open_ballots,
    open_objections,
)
from voting.count.result import count_log
from voting.kernel import canonical
from voting.outcome import one_voice
from voting.outcome.evidence import Evidence
from voting.outcome.verify.box import Box
from voting.outcome.verify.finding import Problems


def commitments(evidence: Evidence) -> Problems:
    """Check 12: every ballot opened is what the log committed to."""
    logged = dict(ballot_entries(evidence.log))
    openings = evidence.ballot_openings
    for position in sorted(logged.keys() ^ openings.keys()):
        yield f"日志第 {position} 条缺少开启值，或开启值没有对应的表决票"
    for position in sorted(logged.keys() & openings.keys()):
        if openings[position].commitment != logged[position]["commitment"]:
            yield f"日志第 {position} 条的表决票与其承诺不符"
    objected = dict(objection_entries(evidence.log))
    opened = evidence.objection_openings
    for position in sorted(objected.keys() ^ opened.keys()):
        yield f"日志第 {position} 条缺少开启值，或开启值没有对应的异议"
    for position in sorted(objected.keys() & opened.keys()):
        if opened[position].commitment != objected[position]["commitment"]:
            yield f"日志第 {position} 条的异议与其承诺不符"


def ballots(evidence: Evidence) -> Problems:
    """Check 13: every ballot was signed by who was entitled, in his turn, the box being open."""
    yield from Box(evidence).problems()
    yield from one_voice.check(evidence)


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
