"""What the demonstration's owners are asked, and how they vote: fixed by a seed.

The outcome is a story with every kind of ending: two plain majorities, a special majority
reached, one missed although enough heads approve, and an election with more names than seats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from api.cli.demo_roster import CANDIDATES, SEED
from tally.model import Agenda, Choice, Form
from voting.kernel.clock import timestamp
from voting.roster.grouping import group_of_unit
from voting.roster.model import IdType, Roster, UnitRecord

Channel = Literal["phone", "paper"]

# Shares in thousandths of those who take part. They are quotas, dealt out to owners in random
# order, so that the story is the same for every seed; only its area figures vary.
_TURNOUT = 780
_ON_PAPER = 240
_APPROVING = {
    "covenant": 860,
    "hire_manager": 640,
    # Enough heads for three quarters; the developer's one head with all its area is against.
    "raise_fund": 756,
    "change_common_use": 845,
}
_APPROVING_OTHERS = 700
_CANDIDATES = (880, 845, 815, 790, 765, 740, 715, 620, 430)
# Of those who do not approve, so many oppose; the others abstain.
_OPPOSING = 650

_VOID_PAPERS = ("签名与业主不符", "未签名", "字迹无法辨认")
_REPEATED = 2
_MARKED_OTHERWISE = (Choice.BLANK, Choice.FOLLOW, Choice.VOID)


@dataclass(frozen=True, slots=True)
class DemoBallot:
    """One ballot of the demonstration.

    ``choices`` are codes in the order of the agenda's questions; ``share`` in [0, 1) is how much
    of the voting period had passed on arrival. ``unit`` is the delivered unit whose owner and
    title number prove the right to vote, None for developer stock, which votes on paper.
    """

    unit_keys: tuple[str, ...]
    unit: UnitRecord | None
    channel: Channel
    choices: tuple[int, ...]
    share: float
    void_reason: str = ""

    def received_at(self, agenda: Agenda) -> datetime | None:
        """Moment of arrival within the agenda's window, whole seconds."""
        if agenda.opens_at is None or agenda.closes_at is None:
            return None
        span = int((agenda.closes_at - agenda.opens_at).total_seconds())
        return agenda.opens_at + timedelta(seconds=int(span * self.share))


def demo_agenda(opens_at: datetime, closes_at: datetime) -> dict[str, Any]:
    """Draft the agenda file: four resolutions and an election of seven from nine."""
    candidates = [{"id": f"c{at}", "name": name} for at, name in enumerate(CANDIDATES, 1)]
    return {
        "title": "幸福家园第三次业主大会会议",
        "convener": "幸福家园业主委员会",
        "opens_at": timestamp(opens_at),
        "closes_at": timestamp(closes_at),
        "items": [
            _resolution("1", "修订《幸福家园管理规约》", "covenant"),
            _resolution("2", "续聘北京示例物业服务有限公司，合同期三年", "hire_manager"),
            _resolution("3", "续筹建筑物及其附属设施的维修资金，每平方米 60 元", "raise_fund"),
            _resolution("4", "将中心绿地东侧改造为电动自行车充电棚", "change_common_use"),
            {
                "id": "5",
                "title": "选举第三届业主委员会委员七名、候补委员二名",
                "form": "election",
                "matter": "elect_committee",
                "seats": 7,
                "alternates": 2,
                "candidates": candidates,
            },
        ],
    }


def _resolution(item_id: str, title: str, matter: str) -> dict[str, Any]:
    return {"id": item_id, "title": title, "form": "resolution", "matter": matter}


def demo_ballots(roster: Roster, agenda: Agenda, seed: int = SEED) -> tuple[DemoBallot, ...]:
    """Let the owners vote: one ballot per owner group for all its units, in order of arrival.

    About 78 in a hundred take part, a quarter of them and every company on paper. A few papers
    are void, and two owners hand in a paper after having voted on the phone; those never
    displace the first.
    """
    chance = Random(seed)  # noqa: S311 - repeatable on purpose, and nothing secret
    groups = list(_units_of_groups(roster).values())
    chance.shuffle(groups)
    # The developer comes and is against the fund whatever the draw.
    groups.sort(key=lambda units: not units[0].developer_stock)
    voting = groups[: len(groups) * _TURNOUT // 1000]
    choices = _deal(agenda, len(voting), chance)
    on_paper = len(voting) * _ON_PAPER // 1000
    ballots = [
        DemoBallot(
            unit_keys=tuple(unit.unit_key for unit in units),
            unit=None if units[0].developer_stock else units[0],
            channel="paper" if at < on_paper or _is_company(units[0]) else "phone",
            choices=choices[at],
            share=chance.random() * 0.98,
        )
        for at, units in enumerate(voting)
    ]
    silent = groups[len(voting) :]
    ballots += _void_papers(silent, choices[0])
    phones = [ballot for ballot in ballots if ballot.channel == "phone"]
    ballots += _repeated_papers(phones, choices)
    return tuple(sorted(ballots, key=lambda ballot: (ballot.share, ballot.unit_keys)))


def named_choices(agenda: Agenda, codes: Sequence[int]) -> dict[str, Any]:
    """Spell choice codes as ballots do: ``{item id: answer}``, with paper's further marks."""
    words = {
        Choice.APPROVE: "approve",
        Choice.OPPOSE: "oppose",
        Choice.ABSTAIN: "abstain",
        Choice.FOLLOW: "follow_majority",
        Choice.BLANK: "blank",
        Choice.VOID: "void",
        Choice.NONE_OF_THESE: "none_of_these",
    }
    named: dict[str, Any] = {}
    for code, (index, candidate) in zip(codes, agenda.question_columns(), strict=True):
        item = agenda.items[index]
        if candidate is not None:
            named.setdefault(item.id, {})[item.candidates[candidate].id] = words[Choice(code)]
        elif item.form is Form.CHOOSE_ONE and code >= Choice.OPTION:
            named[item.id] = item.options[code - Choice.OPTION].id
        else:
            named[item.id] = words[Choice(code)]
    return named


def _is_company(unit: UnitRecord) -> bool:
    return unit.owners[0].id_type is IdType.CREDIT_CODE


def _units_of_groups(roster: Roster) -> dict[int, list[UnitRecord]]:
    """Units of each owner group in roster order; flats sort before stalls and stores."""
    groups: dict[int, list[UnitRecord]] = {}
    group_of = group_of_unit(roster)
    for unit in roster:
        groups.setdefault(group_of[unit.unit_key], []).append(unit)
    return groups


def _deal(agenda: Agenda, voters: int, chance: Random) -> list[tuple[int, ...]]:
    """Deal choices to voters question by question; voter 0 is the developer."""
    columns: list[list[int]] = []
    for index, candidate in agenda.question_columns():
        item = agenda.items[index]
        if candidate is None:
            share = _APPROVING.get(item.matter.value, _APPROVING_OTHERS)
        else:
            share = _CANDIDATES[candidate % len(_CANDIDATES)]
        approving = -(-voters * share // 1000)  # rounded up, so that three quarters are reached
        opposing = (voters - approving) * _OPPOSING // 1000
        column = [int(Choice.APPROVE)] * approving + [int(Choice.OPPOSE)] * opposing
        column += [int(Choice.ABSTAIN)] * (voters - len(column))
        chance.shuffle(column)
        if item.matter.value == "raise_fund":
            _swap(column, 0, column.index(Choice.OPPOSE))
        columns.append(column)
    dealt = [list(choices) for choices in zip(*columns, strict=True)]
    # A few papers leave the second item blank, follow the majority, or are marked twice there.
    for voter, mark in enumerate(_MARKED_OTHERWISE, 1):
        if voter < len(dealt) and len(columns) > 1:
            dealt[voter][1] = int(mark)
    return [tuple(choices) for choices in dealt]


def _swap(column: list[int], one: int, other: int) -> None:
    column[one], column[other] = column[other], column[one]


def _void_papers(
    silent: Sequence[Sequence[UnitRecord]], choices: tuple[int, ...]
) -> list[DemoBallot]:
    return [
        DemoBallot(
            unit_keys=tuple(unit.unit_key for unit in units),
            unit=units[0],
            channel="paper",
            choices=choices,
            share=0.5 + at / 10,
            void_reason=reason,
        )
        for at, (units, reason) in enumerate(zip(silent, _VOID_PAPERS, strict=False))
    ]


def _repeated_papers(
    phone_ballots: Sequence[DemoBallot], choices: Sequence[tuple[int, ...]]
) -> list[DemoBallot]:
    return [
        DemoBallot(
            unit_keys=ballot.unit_keys,
            unit=ballot.unit,
            channel="paper",
            choices=choices[at],
            share=0.985 + at / 1000,
        )
        for at, ballot in enumerate(phone_ballots[:_REPEATED])
    ]
