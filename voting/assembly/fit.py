"""Whether an agenda goes together with a roster: asked before the notice, and of a correction."""

from datetime import datetime

from tally.columns import BallotColumns
from tally.count import count_assembly
from tally.errors import TallyError
from tally.model import Agenda
from voting.assembly.refusals import AgendaDoesNotFit
from voting.kernel.periods import day_of
from voting.roster.document import RosterDocument


def window(agenda: Agenda) -> tuple[datetime, datetime]:
    """Give the opening and the close of an agenda that is to be voted on here.

    Raises
    ------
    AgendaDoesNotFit
        It says neither: only a recount does without them.
    """
    if agenda.opens_at is None or agenda.closes_at is None:
        raise AgendaDoesNotFit("议程须写明投票的开始与截止时间（opens_at、closes_at）")
    return agenda.opens_at, agenda.closes_at


def require_fit(agenda: Agenda, document: RosterDocument) -> None:
    """Refuse an agenda that could not be counted on this roster.

    Raises
    ------
    AgendaDoesNotFit
    """
    _, closes_at = window(agenda)
    if agenda.decision_date < day_of(closes_at):
        # By its day the law is chosen, and who is of age: nobody is to choose it himself (T-7).
        raise AgendaDoesNotFit(
            f"决定日期（decision_date）不能早于投票截止之日 {day_of(closes_at)}："
            "适用的法律由它确定，请更正或删去"
        )
    buildings = {unit.building for unit in document.units}
    for item in agenda.items:
        unknown = sorted((item.electorate.buildings or set()) - buildings)
        unknown += sorted((item.electorate.units or set()) - document.unit_code.keys())
        if unknown:
            raise AgendaDoesNotFit(
                f"议题 {item.id} 的表决范围含有清册中没有的楼栋或房屋：{'、'.join(unknown)}"
            )
    try:
        # Counted once without a ballot: what would stop the count after the close stops it now.
        nobody = BallotColumns.from_rows(document.columns, agenda, [])
        count_assembly(agenda, document.columns, nobody)
    except TallyError as error:
        raise AgendaDoesNotFit(f"按此议程无法计票：{error}") from error
