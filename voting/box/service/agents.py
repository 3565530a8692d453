"""For how many owners one agent acts: on paper, and as the roster has it by phone (W-12)."""

from datetime import date

from sqlalchemy.orm import Session

from voting.assembly.model import Poll
from voting.box import paper as paper_ballots
from voting.box import store
from voting.box.authority import Principals, Proxy
from voting.roster import store as roster_store
from voting.roster.agency import mandated_to
from voting.roster.service import Rosters

_SERVICE = "service"


def require_few_principals(
    session: Session,
    rosters: Rosters,
    poll: Poll,
    paper: paper_ballots.PaperBallot,
    group: int | None,
    *,
    on: date,
) -> None:
    """Check 9 of a paper ballot: against those in the log, and against the agent's mandates.

    Parameters
    ----------
    on
        The day on which it arrives, in Beijing.

    Raises
    ------
    TooManyPrincipals, KeyMissing
    """
    if paper.void_reason or not isinstance(paper.authority, Proxy):
        return
    principals = Principals()
    for earlier, data, void in store.papers(session, poll.assembly_id):
        if not void:
            principals.take(paper_ballots.parse(data).authority, earlier)
    agent = paper.authority.agent
    principals.count(agent, _groups_by_phone(session, rosters, poll, agent, on))
    principals.take(paper.authority, group)


def _groups_by_phone(
    session: Session, rosters: Rosters, poll: Poll, agent: str, on: date
) -> set[int]:
    """Find the owner groups whose units the roster lets this agent vote for."""
    numbers = roster_store.numbers_of(session, poll.roster_id, bytes.fromhex(agent))
    if not numbers:
        return set()
    mandates = rosters.mandates.in_force(session, poll.roster_id, by=_SERVICE)
    roster = rosters.frozen(poll.roster_id)
    return {
        roster.units[roster.unit_code[unit]].group
        for unit in mandated_to(mandates, numbers, on)
        if unit in roster.unit_code
    }
