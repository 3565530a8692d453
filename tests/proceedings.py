"""Chapter 07 of the cases: what is settled before anything is counted, read from roster sheets.

Like :mod:`tests.casebook`, it refuses a word that nobody reads.
"""

import json
from datetime import date, datetime

import yaml

from tests.casebook import PROCEEDINGS, cm2, require_keys
from tests.voting.roster.sheets import as_csv, lines
from voting.count.recount import recount
from voting.roster.document import RosterDocument, number_owners
from voting.roster.entitled import after_correction
from voting.roster.examination import examine
from voting.roster.mandate import mandates_of, voters_on
from voting.roster.refusals import Grade
from voting.roster.verify import ALIASES, read_roster

ALWAYS = {"案例", "依据", "对应", "清册", "结果"}
SOMETIMES = {"决定日期", "截止", "更正后", "表决票"}
FURTHER = ("套内面积", "代理人", "代理人证件类型", "代理人证件号码", "业主状态")
COLUMNS = {*ALIASES, *FURTHER} - {"楼栋", "单元"}
BALLOT = ("房屋", "渠道", "收到时间", "作废原因", "选择")
USUAL = {
    "用途": "住宅",
    "专有部分面积": "100.00",
    "面积来源": "登记",
    "产权状态": "已交付",
}
BLOCKS = {"总": "electorate", "参与": "participating", "同意": "approve", "反对": "oppose"}
ANY_OWNER = "任何一位业主"
SHEET_OF = date(2026, 3, 1)
"""Day of the roster sheet; who is of age by then is not asked again."""
TO_CHECK = {Grade.WARNING, Grade.HINT}


def all_proceedings():
    """Every case of the chapter."""
    cases = yaml.safe_load(PROCEEDINGS.read_text(encoding="utf-8"))
    for case in cases:
        require_keys(case, ALWAYS, SOMETIMES, of="案例")
        for unit in [*case["清册"], *case.get("更正后", ())]:
            require_keys(unit, {"房号", "业主姓名"}, COLUMNS, of=case["案例"])
        for ballot in case.get("表决票", ()):
            require_keys(ballot, {"房屋", "选择"}, set(BALLOT), of=case["案例"])
    return cases


class Proceeding:
    """One case, put before the parts of the product that decide it."""

    def __init__(self, case):
        self._case = case
        self._day = case.get("决定日期", date(2026, 11, 20))
        self._numbered = {}
        self._sheet = self._as_sheet(case["清册"])

    def told(self, name):
        """What the product says to one thing that the case expects."""
        said = {
            "清册有误": lambda: self._found({Grade.ERROR}),
            "提示核对": lambda: self._found(TO_CHECK),
            "可以投票": self._voters,
            "更正后总人数": lambda: self._corrected().heads,
            "更正后总面积": lambda: self._corrected().area_cm2,
            "更正后投票人": self._voters_after_correction,
            "通过": lambda: self._counted()["items"][0]["carried"],
            "迟到": lambda: len(self._counted()["ballots"]["late"]),
        }
        if name in said:
            return said[name]()
        block = self._counted()["items"][0][BLOCKS[name[:-2]]]
        return block["heads" if name.endswith("人数") else "area_cm2"]

    def expected(self, name):
        """What the case expects, in the type of the figure."""
        said = self._case["结果"][name]
        if name.endswith("面积"):
            return cm2(said)
        return said == "是" if said in ("是", "否") else said

    def _found(self, grades):
        findings = examine(self._sheet, "清册.csv", on=SHEET_OF).findings
        return [each.column for each in findings if each.grade in grades and each.column]

    def _counted(self):
        closes = self._case.get("截止")
        agenda = {
            "title": self._case["案例"],
            "decision_date": self._day.isoformat(),
            "items": [{"id": "1", "title": "规约", "form": "resolution", "matter": "covenant"}],
        }
        if closes is not None:
            agenda["closes_at"] = f"{closes:%Y-%m-%d %H:%M:%S}"
        ballots = [[*BALLOT[:-1], "1"]]
        ballots += [
            [_text(ballot.get(key, "")) for key in BALLOT]
            for ballot in self._case.get("表决票", ())
        ]
        return recount(
            self._sheet, "清册.csv", as_csv(ballots), "票.csv", json.dumps(agenda).encode()
        )

    def _voters(self):
        """Names by unit; who simply owns a unit is not named by the product either."""
        roster = read_roster(self._sheet, "清册.csv")
        numbers = number_owners(roster)
        names = _names(roster, numbers)
        named = voters_on(mandates_of(roster, numbers, SHEET_OF), self._day, roster.by_key())
        wanted = self._case["结果"]["可以投票"]
        return {
            key: [names[each] for each in named[key]] if key in named else ANY_OWNER
            for key in wanted
        }

    def _documents(self):
        before, after = (
            read_roster(self._as_sheet(self._case[each]), "清册.csv") for each in ("清册", "更正后")
        )
        numbers = dict(number_owners(before))
        for identity in number_owners(after):
            numbers.setdefault(identity, len(numbers) + 1)
        names = _names(before, numbers) | _names(after, numbers)
        frozen = RosterDocument.of(before, "小区", 1, numbers=numbers)
        return frozen, RosterDocument.of(after, "小区", 2, numbers=numbers), names

    def _corrected(self):
        return self._documents()[1]

    def _voters_after_correction(self):
        frozen, corrected, names = self._documents()
        now = after_correction(frozen, corrected)
        assert (now.heads, now.area_cm2) == (frozen.heads, frozen.area_cm2)
        return {
            unit.unit_key: [names[each] for each in now.voters_of(code)]
            for code, unit in enumerate(now.units)
        }

    def _as_sheet(self, units):
        return as_csv(lines([self._row(unit) for unit in units]))

    def _row(self, unit):
        """A passport with a number of his own for everybody of whom no papers are given."""
        building, entrance, room = unit["房号"].split("-")
        name = unit["业主姓名"]
        number = self._numbered.setdefault(name, f"E{len(self._numbered) + 1:08d}")
        papers = {"证件类型": "护照", "证件号码": number}
        return USUAL | papers | unit | {"楼栋": building, "单元": entrance, "房号": room}


def _names(roster, numbers):
    people = [person for unit in roster for person in (*unit.owners, *unit.representatives)]
    return {numbers[person.identity]: person.name for person in people}


def _text(value):
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
