"""The objections of co-owners in a bundle, checked as the box checks them (domain C-1)."""

from collections.abc import Callable, Iterator, Mapping

from voting.box.objection import verify
from voting.count.logged import ballot_entries, objection_entries, read_ballot
from voting.identity.model import EnrolledKey
from voting.kernel import dsse
from voting.kernel.clock import parse_timestamp
from voting.kernel.refusal import Refusal
from voting.outcome.evidence import Evidence
from voting.roster.document import RosterDocument


def check_commitments(evidence: Evidence) -> Iterator[str]:
    """Compare every objection with what the log committed to."""
    logged = dict(objection_entries(evidence.log))
    openings = evidence.objection_openings
    for position in sorted(logged.keys() ^ openings.keys()):
        yield f"日志第 {position} 条缺少开启值，或开启值没有对应的异议"
    for position in sorted(logged.keys() & openings.keys()):
        if openings[position].commitment != logged[position]["commitment"]:
            yield f"日志第 {position} 条的异议与其承诺不符"


def check(
    evidence: Evidence,
    electors: Mapping[int, RosterDocument],
    holder_at: Callable[[int], Callable[[str], EnrolledKey]],
    used: set[str],
) -> Iterator[str]:
    """Check every objection: signed by a co-owner in time, once, to a ballot that was there.

    Parameters
    ----------
    electors
        Who may use which slot, by the log position from which on it holds.
    holder_at
        Looks keys up as they were good at a log position.
    used
        Ids of the keys that signed; those of objections are added.
    """
    logged = objection_entries(evidence.log)
    if not logged:
        return
    named: dict[str, int] = {}
    for position, _ in ballot_entries(evidence.log):
        for unit in _units(evidence, position):
            named.setdefault(unit, position)
    objected: set[str] = set()
    for position, entry in logged:
        data, at = evidence.objection_openings[position].data, parse_timestamp(entry["at"])
        roster = electors[max(place for place in electors if place < position)]
        try:
            found = verify(data, evidence.poll, roster, holder_at(position), at=at)
        except Refusal as refusal:
            yield f"日志第 {position} 条的异议不合格：{refusal.detail}"
            continue
        used.add(dsse.parse(data).key_id)
        for unit in found.objection.units:
            if named.get(unit, position) >= position:
                yield f"日志第 {position} 条的异议提出时，房屋 {unit} 还没有表决票"
            if unit in objected:
                yield f"日志第 {position} 条的异议是对房屋 {unit} 的第二件异议，不应收下"
            objected.add(unit)


def _units(evidence: Evidence, position: int) -> tuple[str, ...]:
    """Read which units a ballot names; what cannot be read, other checks report."""
    entry = evidence.entries[position]
    data = evidence.ballot_openings[position].data
    return read_ballot(position, entry, data, evidence.notice.agenda).units
