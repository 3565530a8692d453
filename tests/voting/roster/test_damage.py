"""Rosters made together with their true totals, and then damaged: nothing slips through.

The totals are kept while the rows are drawn, by a person who adds them up on paper: they owe
nothing to the code that reads, groups and sums.
"""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.grouping import owner_groups
from tally.model import DEFAULT_KINDS, SameOwner
from tests.voting.roster.sheets import HEADER, as_csv, as_xlsx, lines, resident, row
from voting.roster.denominators import denominators
from voting.roster.document import RosterDocument
from voting.roster.examination import examine
from voting.roster.explanation import explain
from voting.roster.grouping import HeadRule, reconcile
from voting.roster.refusals import Grade

DEVELOPER = {"业主姓名": "甲公司", "证件类型": "统一社会信用代码", "证件号码": "91350100M000100Y43"}


@dataclass
class Line:
    """One unit as it stands on paper. Of developer stock ``people`` is None; area in 0.01 m²."""

    cells: dict
    people: frozenset | None
    voter: int | None
    counted: bool
    area: int
    household: int | None = None


@dataclass
class Paper:
    """A sheet and what it truly adds up to."""

    units: list

    @property
    def rows(self):
        return [unit.cells for unit in self.units]

    @property
    def rules(self):
        """The rules that say something about it: voters and households have to be named."""
        voters = any(unit.voter is not None for unit in self.units)
        households = any(unit.household is not None for unit in self.units)
        silent = {HeadRule.NAMED_VOTER: not voters, HeadRule.HOUSEHOLD: not households}
        return {rule for rule in HeadRule if not silent.get(rule)}

    def area(self, *, counted):
        return sum(unit.area for unit in self.units if unit.counted or not counted)

    def heads(self, rule, *, counted):
        """Count heads as a person would, name by name; the developer is one however many."""
        units = [unit for unit in self.units if unit.counted or not counted]
        sold = [unit for unit in units if unit.people is not None]
        developer = int(len(sold) < len(units))
        match rule:
            case HeadRule.IDENTITY_SET:
                return developer + len({unit.people for unit in sold})
            case HeadRule.NAMED_VOTER:
                voters = ({unit.voter} if unit.voter is not None else unit.people for unit in sold)
                return developer + len(set(map(frozenset, voters)))
            case HeadRule.EACH_TITLE:
                alone = {unit.people for unit in sold if len(unit.people) == 1}
                return developer + len(alone) + sum(len(unit.people) > 1 for unit in sold)
            case HeadRule.ANY_COMMON_OWNER:
                return developer + circles(unit.people for unit in sold)
            case HeadRule.HOUSEHOLD:
                numbered = ({unit.people} | ({unit.household} - {None}) for unit in sold)
                return developer + circles(map(frozenset, numbered))


def circles(ties):
    """Count the circles that all hang together, each tie being in one of them."""
    found = []
    for some in ties:
        apart = [circle for circle in found if not circle & some]
        found = [*apart, some.union(*(circle for circle in found if circle & some))]
    return len(found)


@st.composite
def papers(draw):
    """Up to a dozen units; owners alone, together, of several units; stock; stalls; voters."""
    units = []
    for room in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["住宅", "住宅", "商业", "车位", "储藏"]))
        area = draw(st.integers(1_000, 50_000))
        cells = {
            "房号": f"A{room}",
            "用途": kind,
            "专有部分面积": f"{area // 100}.{area % 100:02d}",
        }
        status = draw(st.sampled_from(["已交付"] * 4 + ["未售"]))
        people = voter = None
        if status == "未售":
            cells |= DEVELOPER
        else:
            owners = draw(st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True))
            people = frozenset(owners)
            if len(owners) > 1:
                voter = draw(st.sampled_from([None, *owners]))
            separator = draw(st.sampled_from("、；,/\n"))
            cells |= {
                "业主姓名": separator.join(f"业主{person}" for person in owners),
                "证件号码": separator.join(resident(person) for person in owners),
            }
        household = draw(st.sampled_from([None, None, None, 7, 8]))
        cells["合户编号"] = "" if household is None else str(household)
        cells["表决人"] = "" if voter is None else f"业主{voter}"
        counted = kind not in {"车位", "储藏"}
        units.append(Line(row(**cells, 产权状态=status), people, voter, counted, area, household))
    return Paper(units)


def assert_true_totals(paper):
    """Whatever adds the sheet up gives what the paper says, under every rule of who is one."""
    roster = examine(as_csv(lines(paper.rows)), "清册.csv").require()
    document = RosterDocument.of(roster, "小区", 1)
    for figures, counted in zip(denominators(roster), (False, True), strict=False):
        assert figures.area_cm2 == paper.area(counted=counted) * 100
        assert figures.heads == {rule: paper.heads(rule, counted=counted) for rule in paper.rules}
    for rule in paper.rules:
        assert explain(roster, rule).after.heads == paper.heads(rule, counted=False)
    for rule in SameOwner:
        truth = [paper.heads(HeadRule(rule.value), counted=counted) for counted in (False, True)]
        totals = reconcile(roster, rule)
        assert [totals.everything.heads, totals.without_parking_and_storage.heads] == truth
        # The numbers of the public document stand for the same people.
        counted = np.array([unit.kind in DEFAULT_KINDS for unit in document.units])
        for scope, heads in zip((None, counted), truth, strict=True):
            assert owner_groups(document.columns, rule, scope).max(initial=-1) + 1 == heads


@settings(max_examples=60, deadline=None)
@given(papers())
def test_an_undamaged_sheet_gives_the_true_totals_under_every_rule(paper):
    assert_true_totals(paper)


@settings(max_examples=40, deadline=None)
@given(papers(), st.randoms(use_true_random=False))
def test_rows_and_names_in_another_order_add_up_to_the_same(paper, chance):
    """What a clerk's sorting does to a sheet is no damage, whatever the rule."""
    chance.shuffle(paper.units)
    for unit in paper.units:
        if unit.people is not None:
            owners = chance.sample(sorted(unit.people), len(unit.people))
            unit.cells |= {
                "业主姓名": "、".join(f"业主{person}" for person in owners),
                "证件号码": "、".join(resident(person) for person in owners),
            }
    assert_true_totals(paper)


@settings(max_examples=40, deadline=None)
@given(papers(), st.data())
def test_a_row_that_is_lost_takes_along_what_it_added_and_no_more(paper, data):
    """Also where it was the link between two circles of owners."""
    if len(paper.units) > 1:
        del paper.units[data.draw(st.integers(0, len(paper.units) - 1))]
    assert_true_totals(paper)


@settings(max_examples=60, deadline=None)
@given(papers(), st.sampled_from(HeadRule))
def test_every_unit_is_explained_and_no_area_is_lost(paper, rule):
    roster = examine(as_csv(lines(paper.rows)), "清册.csv").require()
    explained = explain(roster, rule)

    lines_of = [line.unit_key for group in explained.groups for line in group.lines]
    alone = len(roster) - len(lines_of)
    assert len(set(lines_of)) == len(lines_of)
    assert explained.after.heads == alone + len(explained.groups)
    assert explained.before.heads == len(roster)
    assert explained.after.area_cm2 == explained.before.area_cm2 == roster.area_cm2
    assert all(len(group.lines) > 1 for group in explained.groups)


def _digit_changed(cells):
    number = cells["证件号码"]
    return {"证件号码": f"{number[:-2]}{(int(number[-2]) + 1) % 10}{number[-1]}"}


ONE = row(房号="B1", 业主姓名="业主9", 证件号码=resident(9))
DAMAGES = {
    "check digit": (_digit_changed, "证件号码", "bad-identity-number"),
    "birthday": (
        lambda _: {"证件号码": resident(9, "19800230")},
        "证件号码",
        "bad-identity-number",
    ),
    "number missing": (lambda _: {"证件号码": ""}, "证件号码", "empty-cell"),
    "one number for two": (lambda _: {"业主姓名": "甲、乙"}, "证件号码", "owner-count"),
    "same paper twice": (
        lambda cells: {"业主姓名": "甲、乙", "证件号码": "、".join([cells["证件号码"]] * 2)},
        "证件号码",
        "owner-repeated",
    ),
    "name missing": (lambda _: {"业主姓名": " "}, "业主姓名", "empty-cell"),
    "fifth decimal": (lambda _: {"专有部分面积": "89.37001"}, "专有部分面积", "unreadable-area"),
    "no area": (lambda _: {"专有部分面积": "0"}, "专有部分面积", "unreadable-area"),
    "unknown kind": (lambda _: {"用途": "厂房"}, "用途", "unknown-value"),
    "no source": (lambda _: {"面积来源": ""}, "面积来源", "empty-cell"),
    "unknown status": (lambda _: {"产权状态": "在建"}, "产权状态", "unknown-value"),
    "unknown paper": (lambda _: {"证件类型": "驾驶证"}, "证件类型", "unknown-value"),
    "no room": (lambda _: {"房号": ""}, "房号", "empty-cell"),
    "no building": (lambda _: {"楼栋": ""}, "楼栋", "empty-cell"),
    "phone": (lambda _: {"联系电话": "12345"}, "联系电话", "unreadable-phone"),
    "unseen character": (lambda _: {"业主姓名": "业\x01主"}, "业主姓名", "control-character"),
}


@settings(max_examples=150, deadline=None)
@given(papers(), st.sampled_from(sorted(DAMAGES)), st.data())
def test_each_damage_yields_its_finding_at_its_cell(paper, damage, data):
    change, column, code = DAMAGES[damage]
    at = data.draw(st.integers(0, len(paper.rows)))
    rows = [*paper.rows[:at], ONE | change(ONE), *paper.rows[at:]]
    examination = examine(as_csv(lines(rows)), "清册.csv")

    errors = [(found.row, found.column, found.code) for found in examination.of_grade(Grade.ERROR)]
    assert errors == [(at + 2, column, code)]
    assert examination.roster is None


@settings(max_examples=40, deadline=None)
@given(papers(), st.data())
def test_a_unit_written_twice_is_found_at_the_second(paper, data):
    copied = data.draw(st.integers(0, len(paper.rows) - 1))
    rows = [*paper.rows, paper.rows[copied]]
    errors = examine(as_csv(lines(rows)), "清册.csv").of_grade(Grade.ERROR)

    assert [(e.row, e.column, e.code) for e in errors] == [
        (len(rows) + 1, "房号", "duplicate-unit")
    ]
    assert f"第 {copied + 2} 行" in errors[0].message


@settings(max_examples=15, deadline=None)
@given(papers(), st.data())
def test_a_number_that_excel_made_is_found_in_a_workbook(paper, data):
    at = data.draw(st.integers(0, len(paper.rows) - 1))
    table = lines(paper.rows)
    table[at + 1][HEADER.index("证件号码")] = 1.10105194912310e17
    (error,) = examine(as_xlsx(table), "清册.xlsx").of_grade(Grade.ERROR)

    assert (error.row, error.column, error.code) == (at + 2, "证件号码", "number-damaged")


@settings(max_examples=40, deadline=None)
@given(papers(), st.integers(-500, 500))
def test_a_registered_total_is_met_or_missed_by_a_known_area(paper, off):
    examination = examine(
        as_csv(lines(paper.rows)),
        "清册.csv",
        registered_cm2=(paper.area(counted=False) + off) * 100,
    )
    codes = [finding.code for finding in examination.findings]

    assert ("registered-total" in codes) == (off != 0)
    assert examination.roster is not None
