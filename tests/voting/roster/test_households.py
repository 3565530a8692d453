"""The optional column of households, from the cell to the digest (domain C-4)."""

from datetime import date

import pytest

from tests.voting.roster.sheets import as_csv, lines, owner, row
from tests.voting.world import COMMUNITY
from voting.kernel import canonical
from voting.kernel.canonical import NotCanonical
from voting.roster.difference_report import lines as said_of
from voting.roster.difference_report import published
from voting.roster.document import RosterDocument
from voting.roster.examination import examine
from voting.roster.explanation import explain
from voting.roster.grouping import HeadRule, rules_for
from voting.roster.refusals import RosterUnreadable
from voting.roster.version import NothingAmended, Provenance, Supplier

TODAY = date(2026, 11, 23)
REGISTRY = Provenance(Supplier.REGISTRY, "登记簿", b"scan")
HUSBAND, WIFE = owner(1, "301", 合户编号="3"), owner(2, "302", 合户编号="3")
HERS, ANOTHER = owner(2, "303"), owner(4, "304")


def sheet(*rows):
    return as_csv(lines(rows))


def examined(*rows):
    return examine(sheet(*rows), "清册.csv", on=TODAY)


def found(*rows):
    return [
        (f.grade.value, f.row, f.code) for f in examined(*rows).findings if f.column == "合户编号"
    ]


def households(world, roster_id):
    world.display(roster_id)
    _, document = world.rosters.published(roster_id)
    return {unit.unit_key: unit.household for unit in document.units}


def imported(world, *rows):
    return world.rosters.import_sheet(
        sheet(*rows), "清册.csv", COMMUNITY, by="c1", provenance=REGISTRY
    )[0]


def amended(world, first, *rows):
    return world.rosters.amend(
        first.roster_id, sheet(*rows), "更改.csv", frozenset(), by="c1", provenance=REGISTRY
    )


@pytest.mark.parametrize(
    "heading", ["合户编号", "合户号", "家庭编号（议事规则第九条）", "家庭户编号"]
)
def test_the_number_is_read_under_each_of_its_headings(heading):
    roster = examined(row(**{heading: "１２"}), owner(2, "302")).require()
    assert [unit.household for unit in roster] == [12, None]


@pytest.mark.parametrize("text", ["0", "007", "甲", "1.5", "-3", "1234567", "11010519491231002X"])
def test_a_number_that_could_be_a_paper_s_is_refused_without_repeating_it(text):
    examination = examined(row(合户编号=text))
    [problem] = examination.findings
    assert (problem.row, problem.column, problem.code) == (2, "合户编号", "unreadable-household")
    assert "不要填户口簿或证件号码" in problem.message
    assert text == "0" or text not in problem.message
    with pytest.raises(RosterUnreadable):
        examination.require()


def test_a_clerk_is_told_what_the_numbers_do_and_which_do_nothing():
    assert found(row(), owner(2, "302")) == []
    assert found(HUSBAND, WIFE) == [("hint", 2, "households-named")]
    assert found(HUSBAND, owner(2, "302", 合户编号="4")) == [
        ("warning", 2, "household-of-one"),
        ("warning", 3, "household-of-one"),
    ]
    stock = owner(5, "305", 合户编号="3", 产权状态="未售")
    assert ("warning", 4, "household-of-stock") in found(HUSBAND, WIFE, stock)


def test_the_rule_is_offered_and_explained_where_households_are_named():
    assert HeadRule.HOUSEHOLD not in rules_for(examined(row(), owner(2, "302")).require())
    roster = examined(HUSBAND, WIFE, HERS, ANOTHER).require()
    assert HeadRule.HOUSEHOLD in rules_for(roster)
    assert explain(roster).after.heads == 3
    explanation = explain(roster, HeadRule.HOUSEHOLD)
    assert explanation.after.heads == 2
    [group] = explanation.groups
    assert [(line.unit_key, line.reason) for line in group.lines] == [
        ("1-2-301", "本组第一套"),
        ("1-2-302", "与 1-2-301 的合户编号同为 3"),
        ("1-2-303", "与 1-2-302 的产权人完全相同"),
    ]


def test_the_digest_covers_households_and_is_as_before_without_any():
    plain = RosterDocument.of(examined(owner(1, "301"), owner(2, "302")).require(), "小区", 1)
    assert b"household" not in plain.to_bytes()
    named = RosterDocument.of(examined(HUSBAND, WIFE).require(), "小区", 1)
    assert named.digest != plain.digest
    again = RosterDocument.from_bytes(named.to_bytes())
    assert again == named
    assert again.columns.household.tolist() == [0, 0]
    assert plain.columns.household is None


@pytest.mark.parametrize("household", ["3", True, None, []])
def test_a_household_that_is_no_number_is_no_document(household):
    document = RosterDocument.of(examined(HUSBAND, WIFE).require(), "小区", 1)
    altered = canonical.decode(document.to_bytes())
    altered["units"][0]["household"] = household
    with pytest.raises(NotCanonical):
        RosterDocument.from_bytes(canonical.encode(altered))


def test_an_amendment_without_the_column_leaves_households_as_long_as_the_owners_stay(world):
    first = imported(world, HUSBAND, WIFE, ANOTHER)
    larger = {"专有部分面积": "90.01"}
    second = amended(world, first, owner(1, "301", **larger), owner(7, "302", **larger))
    assert households(world, second.roster_id) == {
        "1-2-301": 3,
        "1-2-302": None,  # sold to somebody else
        "1-2-304": None,
    }


def test_an_amendment_with_the_column_says_what_becomes_of_it(world):
    first = imported(world, HUSBAND, WIFE, ANOTHER)
    second = amended(world, first, owner(2, "302", 合户编号=""), owner(4, "304", 合户编号="3"))
    assert households(world, second.roster_id) == {"1-2-301": 3, "1-2-302": None, "1-2-304": 3}
    difference = world.rosters.difference(second.roster_id)
    assert "1-2-302 合户编号变更：3 → 无" in said_of(difference)
    assert "1-2-304 合户编号变更：无 → 3" in said_of(difference)
    assert published(difference)["units_changed"]["household"] == 2
    assert "合户编号变更 2 套" in published(difference)["lines"]
    assert "合户编号变更：" not in str(published(difference))
    with pytest.raises(NothingAmended):
        amended(world, second, owner(2, "302"), owner(4, "304"))


def test_a_new_sheet_without_the_column_says_that_it_forgets_households(world):
    imported(world, HUSBAND, WIFE, ANOTHER)
    second = imported(world, owner(1, "301"), owner(2, "302"), ANOTHER)
    [warning] = [
        finding
        for finding in world.rosters.findings(second.roster_id)
        if finding["code"] == "households-lapsed"
    ]
    assert warning["grade"] == "warning"
    assert "上一版有 2 套写有合户编号" in warning["message"]
    third = imported(world, HUSBAND, WIFE, ANOTHER)
    assert "households-lapsed" not in {
        finding["code"] for finding in world.rosters.findings(third.roster_id)
    }
