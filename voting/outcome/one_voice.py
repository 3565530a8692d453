"""Whether the box let in a ballot that the rules of one voice keep out (domain C-3)."""

from collections.abc import Iterator

from tally.model import MixedUnits
from tally.one_voice import refused_ballots
from voting.count.logged import columns, open_ballots
from voting.outcome.evidence import Evidence


def check(evidence: Evidence) -> Iterator[str]:
    """Report every ballot that differed from what stood for the owner's other units.

    Raises
    ------
    LogDisagrees
        A ballot cannot be opened, which another check reports as well.
    """
    agenda = evidence.notice.agenda
    if agenda.policies.mixed_units is not MixedUnits.REFUSE_DIFFERENT:
        return
    opened = open_ballots(evidence.log, evidence.ballot_openings, agenda)
    ballots = columns(evidence.roster, agenda, opened)
    refused = refused_ballots(ballots, evidence.roster.columns, agenda.policies)
    for ballot, is_refused in zip(opened, refused.tolist(), strict=True):
        if is_refused:
            yield (
                f"日志第 {ballot.position} 条的表决票与同一业主先前的选择不同，按公布的规则不应收下"
            )
