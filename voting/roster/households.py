"""The optional column that says which units of one family may be counted as one head (C-4).

The number is the clerk's own, short enough to hold nothing personal: it is published with the
unit. It changes no head unless the rules of procedure, and so the agenda, say that it does.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from voting.roster import spelling
from voting.roster.cells import Fault
from voting.roster.document import PublicUnit, RosterDocument
from voting.roster.listed import listed
from voting.roster.model import UnitRecord
from voting.roster.owner_checks import Question
from voting.roster.refusals import Grade, Problem

HOUSEHOLD = "合户编号"

_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_FEWEST = 2


def household(text: str) -> int | Fault:
    """Read the number of a household.

    >>> household("３")
    3
    """
    number = spelling.compact(text)
    if _NUMBER.fullmatch(number):
        return int(number)
    # What stands there is not repeated: it may be the number of a paper.
    return Fault(
        "unreadable-household",
        "应为 1 到 999999 的整数，由清册编制人自编，会写进公开的清册文件；"
        "不要填户口簿或证件号码，不合并的留空",
    )


def household_questions(units: Sequence[UnitRecord]) -> Iterator[Question]:
    """Ask about households that join nothing, and say what the others depend on."""
    members: defaultdict[int, list[UnitRecord]] = defaultdict(list)
    for unit in units:
        if unit.household is not None:
            members[unit.household].append(unit)
    if not members:
        return
    several = [
        unit.row for together in members.values() if len(together) >= _FEWEST for unit in together
    ]
    if several:
        message = (
            f"{len(several)} 套写有合户编号：只有议事规则约定同户合并、议程也如此写明的，"
            f"编号相同的各套才合计一人；否则仍按产权人计算：第 {listed(several)} 行"
        )
        yield Grade.HINT, several[0], HOUSEHOLD, Fault("households-named", message)
    for number, together in members.items():
        first = together[0]
        if len(together) < _FEWEST:
            message = f"合户编号 {number} 只有这一套，没有可合并的，请核对是否写错"
            yield Grade.WARNING, first.row, HOUSEHOLD, Fault("household-of-one", message)
        for unit in together:
            if unit.developer_stock:
                message = "未售、未交付的房屋一律计入建设单位一人，合户编号不起作用，请删去"
                yield Grade.WARNING, unit.row, HOUSEHOLD, Fault("household-of-stock", message)


def kept_household(before: PublicUnit | None, now: PublicUnit) -> int | None:
    """Give the household of a unit of which a sheet does not speak: as long as its owners stay."""
    same = before is not None and set(before.owners) == set(now.owners)
    return before.household if before is not None and same else None


def lapsed_households(before: RosterDocument | None, columns: Collection[str]) -> list[Problem]:
    """Warn where a new sheet of the whole roster has no column for what was known."""
    named = [unit for unit in before.units if unit.household is not None] if before else []
    if not named or HOUSEHOLD in columns:
        return []
    message = (
        f"上一版有 {len(named)} 套写有合户编号，这张表没有这一列，导入后不再有合户；"
        "仍须同户合并的，请补上这一列后重新导入"
    )
    return [Problem(None, HOUSEHOLD, "households-lapsed", message, grade=Grade.WARNING)]
