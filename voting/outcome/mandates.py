"""Who could vote, compared with what the two signatories bound.

The entries of version, freeze and corrections commit to who acts for whom, who was named and who
had died; the assembly's log commits to the numbers that follow from it on the day of the decision.
Entries from before the register bound this carry no commitment, and are not compared.
"""

from collections.abc import Iterator

from voting.kernel import canonical
from voting.outcome.evidence import Evidence, ProvedEntry
from voting.outcome.pieces import Missing, integer
from voting.roster.mandate import Mandates, from_bytes, voters_on
from voting.roster.mandate_changes import counted, mandate_changes


def check(evidence: Evidence, frozen: ProvedEntry) -> Iterator[str]:
    """Open the commitments of freeze and corrections, and derive from them who might vote."""
    acts = evidence.registered("roster-correction")
    bound = {each.index: each.entry for each in (frozen, *acts) if "mandates" in each.entry}
    opened = evidence.mandates
    if {index: opening.commitment for index, opening in opened.items()} != {
        index: entry["mandates"] for index, entry in bound.items()
    }:
        yield "登记簿所承诺的“谁可以表决”缺少开启值，或与开启值不符"
        return
    mandates = {index: read(opening.data) for index, opening in opened.items()}
    yield from _acts(evidence, frozen, acts, mandates)
    yield from _voters(evidence, frozen, acts, mandates)


def read(data: bytes) -> Mandates:
    """Read who stands beside each unit, of whom nothing further may be said."""
    for people in canonical.decode(data).values():
        for each in people:
            if each.keys() != {"owner", "since", "standing"}:
                raise Missing("“谁可以表决”缺少内容或含有多余内容")
            integer(each["owner"])
    return from_bytes(data)


def _acts(
    evidence: Evidence,
    frozen: ProvedEntry,
    acts: list[ProvedEntry],
    mandates: dict[int, Mandates],
) -> Iterator[str]:
    """Compare what each correction says of voters with what it changed."""
    before, earlier = evidence.roster, mandates.get(frozen.index)
    for act, correction in zip(acts, evidence.corrections, strict=True):
        said, own = correction.act.mandates, mandates.get(act.index)
        if (None if said is None else said.commitment) != act.entry.get("mandates"):
            yield f"登记簿第 {act.index} 条所记的“谁可以表决”与更正文件不同"
        elif earlier is not None and own is None:
            yield f"登记簿第 {act.index} 条的更正没有写明谁可以表决"
        elif said is not None and own is not None and earlier is not None:
            changes = mandate_changes(before, earlier, correction.corrected, own)
            if counted(changes) != said.changed:
                yield f"登记簿第 {act.index} 条的更正所写的表决人变更套数不对"
        before, earlier = correction.corrected, own


def _voters(
    evidence: Evidence,
    frozen: ProvedEntry,
    acts: list[ProvedEntry],
    mandates: dict[int, Mandates],
) -> Iterator[str]:
    """Compare the voters in the log with what follows from the mandates that were signed."""
    day, units = evidence.notice.agenda.decision_date, evidence.roster.unit_code
    positions = (0, *(correction.position for correction in evidence.corrections))
    logged: dict[str, tuple[int, ...]] = {}
    for position, entry in zip(positions, (frozen, *acts), strict=True):
        logged = evidence.voters.get(position, logged)
        signed = mandates.get(entry.index)
        if signed is not None and voters_on(signed, day, units) != logged:
            yield f"日志第 {position} 条的表决人与两人签署的不同"


def is_bound(version: ProvedEntry, frozen: ProvedEntry) -> bool:
    """Whether the freeze binds the same voters as the version's own entry, if that binds any."""
    said = version.entry.get("mandates")
    return said is None or said == frozen.entry.get("mandates")


def are_counts(changed: object) -> bool:
    """Whether this is a number of units by sort of change."""
    return (
        isinstance(changed, dict)
        and changed.keys() == counted(()).keys()
        and all(type(units) is int and units >= 0 for units in changed.values())
    )
