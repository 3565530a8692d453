"""The cases in ``tests/cases``: YAML that a lawyer can read, turned into what the count reads.

A case that misspells a word is refused, so that nothing written in it goes untested.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import yaml

from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.model import (
    Agenda,
    BlankItem,
    Candidate,
    Candidates,
    Choice,
    CoOwners,
    Electorate,
    Follow,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Option,
    Policies,
    Quorum,
    Ranking,
    Repeat,
    SameOwner,
    ShortOrEven,
    Silence,
    VoidBallot,
    VoidItem,
)

FOLDER = Path(__file__).parent / "cases"
PROCEEDINGS = FOLDER / "07-清册与程序.yaml"
"""The chapter on what is settled before anything is counted, which is read from roster sheets."""
ALWAYS = {"案例", "依据", "对应", "名册", "表决票"}
SOMETIMES = {
    *("形式", "事项", "决定日期", "规则", "范围", "送达", "剔除票", "异议"),
    *("名额", "候补", "候选人", "选项", "结果", "报错"),
}
UNIT, STATUS = {"房号", "用途", "面积", "业主"}, {"状态", "合户编号"}
BALLOT, REASON, CHANNEL = {"房号", "选择"}, {"作废"}, {"渠道"}
SCOPE = {"用途", "楼栋", "房屋"}
FORMS = {"决议": Form.RESOLUTION, "选举": Form.ELECTION, "多选一": Form.CHOOSE_ONE}
MATTERS = {
    "业主大会议事规则": Matter.RULES_OF_PROCEDURE,
    "管理规约": Matter.COVENANT,
    "选举业主委员会": Matter.ELECT_COMMITTEE,
    "选聘或解聘物业服务人": Matter.HIRE_MANAGER,
    "物业服务内容与收费": Matter.SERVICE_TERMS,
    "使用维修资金": Matter.USE_FUND,
    "管理维修资金": Matter.MANAGE_FUND,
    "使用公共收益": Matter.USE_COMMON_INCOME,
    "业主委员会津贴": Matter.COMMITTEE_ALLOWANCE,
    "改变业主委员会的决定": Matter.OVERRIDE_COMMITTEE,
    "其他共同管理事项": Matter.OTHER,
    "筹集维修资金": Matter.RAISE_FUND,
    "改建、重建": Matter.REBUILD,
    "改变共有部分用途": Matter.CHANGE_COMMON_USE,
    "利用共有部分经营": Matter.OPERATE_COMMON_PARTS,
    "住宅改为经营性用房": Matter.DWELLING_TO_BUSINESS,
}
RULES = {
    "未表决": (
        "silence",
        {
            "视为弃权": Silence.ABSTAIN,
            "随多数": Silence.FOLLOW_MAJORITY,
            "已送达的随多数": Silence.DELIVERED_FOLLOWS,
        },
    ),
    "重复投票": (
        "repeat",
        {
            "以最后有效的一张为准": Repeat.LAST_VALID,
            "纸质票优先": Repeat.PAPER_FIRST,
            "手机票优先": Repeat.PHONE_FIRST,
        },
    ),
    "改投次数": ("repeat_limit", {f"最多 {n} 次": n for n in range(1, 4)}),
    "各房屋选择不一": (
        "mixed_units",
        {"以最后一张为准": MixedUnits.LAST_BALLOT, "后一张不收": MixedUnits.REFUSE_DIFFERENT},
    ),
    "留空": ("blank_item", {"视为弃权": BlankItem.ABSTAIN}),
    "无效票": ("void_ballot", {"计入参与": VoidBallot.PARTICIPATING}),
    "同一业主": (
        "same_owner",
        {
            "有共同所有权人即合并": SameOwner.ANY_COMMON_OWNER,
            "共有房屋每套各计一人": SameOwner.EACH_TITLE,
            "同一合户编号的合并": SameOwner.HOUSEHOLD,
        },
    ),
    "计入用途": ("include_kinds", {}),
    "划错的议题": ("void_item", {"视为弃权": VoidItem.ABSTAIN}),
    "当选名次": (
        "ranking",
        {
            "先按面积、再按人数": Ranking.AREA_THEN_HEADS,
            "按人数占比与面积占比之和": Ranking.SUM_OF_SHARES,
        },
    ),
    "参与比例": ("quorum", {"按全部有效表决票": Quorum.PER_BALLOT}),
    "从众": ("follow", {"人数与面积各随其多数": Follow.EACH_MEASURE}),
    "当选人数不足或为双数": (
        "short_or_even",
        {
            "末位转为候补": ShortOrEven.LOWEST_BECOMES_ALTERNATE,
            "另行补选": ShortOrEven.SUPPLEMENTARY_ELECTION,
        },
    ),
    "得票相同": ("lot_seed", {f"以种子“{seed}”抽签": seed for seed in ("甲", "乙")}),
    "共有人提出异议": (
        "co_owners",
        {"按弃权计算": CoOwners.ABSTAIN, "表决票作废": CoOwners.VOID},
    ),
    "选举时同意的人数": ("candidates", {"不得超过名额": Candidates.AT_MOST_SEATS}),
}
"""Policy behind each clause, and what it may say instead of the default."""
POLICY_OF = {clause: name for clause, (name, _) in RULES.items()}
MARKS = {
    "空白": Choice.BLANK,
    "同意": Choice.APPROVE,
    "反对": Choice.OPPOSE,
    "弃权": Choice.ABSTAIN,
    "随多数": Choice.FOLLOW,
    "涂改": Choice.VOID,
    "均不选": Choice.NONE_OF_THESE,
}
STOCK = {"未售", "已售未交付"}
_AREA = re.compile(r"(\d+)(?:\.(\d{1,4}))? 平方米")
_SPAN = re.compile(r"(\d+)～(\d+)")


class UnreadableCaseError(ValueError):
    """A case uses a word that nobody reads, or lacks one that somebody needs."""


@dataclass(frozen=True)
class Papers:
    """What a case puts before the count."""

    agenda: Agenda
    roster: RosterColumns
    ballots: BallotColumns
    delivered: np.ndarray | None
    struck: list[int]
    objected: np.ndarray


def read_cases(text):
    """Read the cases of one file.

    Raises
    ------
    UnreadableCaseError
        A key is unknown, missing or written twice.
    """
    _refuse_repeated_keys(yaml.compose(text, Loader=yaml.SafeLoader))
    cases = yaml.safe_load(text)
    for case in cases:
        require_keys(case, ALWAYS, SOMETIMES, of="案例")
        if ("结果" in case) == ("报错" in case):
            raise UnreadableCaseError(f"{case['案例']}：结果与报错须写一项，且只写一项")
        require_keys(case.get("规则", {}), set(), set(RULES), of=case["案例"])
        require_keys(case.get("范围", {}), set(), SCOPE, of=case["案例"])
        for unit in case["名册"]:
            require_keys(unit, UNIT, STATUS, of=case["案例"])
        for ballot in case["表决票"]:
            require_keys(ballot, {"房号"}, (BALLOT | REASON | CHANNEL) - {"房号"}, of=case["案例"])
    return cases


def all_cases():
    """Every case with the name of its chapter."""
    return [
        (path.stem, case)
        for path in sorted(FOLDER.glob("*.yaml"))
        if path != PROCEEDINGS
        for case in read_cases(path.read_text(encoding="utf-8"))
    ]


def papers_of(case):
    """Lay out the agenda, the roster and the ballots of a case."""
    scope = case.get("范围", {})
    item = Item(
        id="1",
        title=case["案例"],
        form=FORMS[case.get("形式", "决议")],
        matter=MATTERS[case.get("事项", "选聘或解聘物业服务人")],
        electorate=Electorate(
            include_kinds=frozenset(map(Kind, scope["用途"])) if "用途" in scope else None,
            buildings=frozenset(scope["楼栋"]) if "楼栋" in scope else None,
            units=frozenset(scope["房屋"]) if "房屋" in scope else None,
        ),
        seats=case.get("名额", 0),
        alternates=case.get("候补", 0),
        candidates=tuple(Candidate(name, name) for name in case.get("候选人", ())),
        options=tuple(Option(name, name) for name in case.get("选项", ())),
    )
    decided = case.get("决定日期", date(2026, 6, 1))
    policies = policies_of(case.get("规则", {}))
    agenda = Agenda(case["案例"], "业主委员会", None, None, decided, policies, (item,))
    roster = RosterColumns.from_rows([row for unit in case["名册"] for row in _units(unit)])
    rows = [row for ballot in case["表决票"] for row in _ballots(ballot, item)]
    return Papers(
        agenda,
        roster,
        BallotColumns.from_rows(roster, agenda, rows),
        np.isin(roster.unit_key, case["送达"]) if "送达" in case else None,
        [position - 1 for position in case.get("剔除票", ())],
        np.isin(roster.unit_key, case.get("异议", ())),
    )


def policies_of(clauses):
    """Read the clauses that depart from the defaults."""
    chosen = {}
    for clause, said in clauses.items():
        name, values = RULES[clause]
        chosen[name] = frozenset(map(Kind, said)) if name == "include_kinds" else values[said]
    return Policies(**chosen)


def cm2(area):
    """Read ``76896.22 平方米`` without ever building a float."""
    match = _AREA.fullmatch(area)
    if match is None:
        raise UnreadableCaseError(f"面积须写作“100 平方米”，最多四位小数：{area}")
    return int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0"))


def one_by_one(text):
    """``1-1-1～3`` stands for ``1-1-1``, ``1-1-2`` and ``1-1-3``."""
    span = _SPAN.search(text)
    if span is None:
        return [text]
    return [text.replace(span[0], str(n)) for n in range(int(span[1]), int(span[2]) + 1)]


def _units(unit):
    keys = one_by_one(unit["房号"])
    named = unit["业主"]
    if isinstance(named, str):
        # A span of owners goes along with the span of units; one name owns them all.
        apart = one_by_one(named)
        owners = [(name,) for name in (apart if len(apart) > 1 else apart * len(keys))]
    else:
        owners = [tuple(named)] * len(keys)
    return [
        UnitRow(
            unit_key=key,
            building=key.split("-")[0],
            kind=Kind(unit["用途"]),
            area_cm2=cm2(unit["面积"]),
            developer_stock=unit.get("状态") in STOCK,
            owners=() if owner == ("不明",) else owner,
            household=unit.get("合户编号"),
        )
        for key, owner in zip(keys, owners, strict=True)
    ]


def _ballots(ballot, item):
    held = ballot["房号"]
    keys = [(key,) for key in one_by_one(held)] if isinstance(held, str) else [tuple(held)]
    void = "作废" in ballot
    marks = ["空白"] * item.questions if void else _marks(ballot["选择"], item)
    words = MARKS | {option.id: Choice.OPTION + n for n, option in enumerate(item.options)}
    choices = tuple(int(words[mark]) for mark in marks)
    channel = ballot.get("渠道", "书面")
    return [BallotRow(units, choices, void=void, channel=channel) for units in keys]


def _marks(said, item):
    if isinstance(said, str):
        return [said]
    names = [candidate.id for candidate in item.candidates]
    require_keys(said, set(names), set(), of=item.title)
    return [said[name] for name in names]


def require_keys(entry, always, sometimes, *, of):
    """Refuse an entry that lacks a key, or has one that nobody reads."""
    missing, unknown = always - set(entry), set(entry) - always - sometimes
    if missing or unknown:
        raise UnreadableCaseError(f"{of}：缺少{sorted(missing)}，不认识{sorted(unknown)}")


def _refuse_repeated_keys(node):
    """YAML keeps the last of two equal keys; a case must not say two things."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        if len(set(keys)) != len(keys):
            raise UnreadableCaseError(f"第 {node.start_mark.line + 1} 行起有重复的字段：{keys}")
        for _, value in node.value:
            _refuse_repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_repeated_keys(value)
