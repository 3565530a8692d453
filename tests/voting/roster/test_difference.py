"""The difference of two versions says everything: applied to the first it gives the second."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.model import Kind
from voting.kernel import canonical
from voting.kernel.canonical import NotCanonical
from voting.roster.amendment import amended
from voting.roster.difference import RosterDifference, totals
from voting.roster.difference_report import in_full, lines, published
from voting.roster.document import RosterDocument, number_owners
from voting.roster.households import HOUSEHOLD
from voting.roster.model import AreaSource, IdType, OwnerRecord, Roster, TitleStatus, UnitRecord

PEOPLE = [OwnerRecord(f"业主{n}", IdType.PASSPORT, f"E{90_000_000 + n}") for n in range(6)]
# Names in which numbers, letters and dashes meet: the order of units must not depend on luck.
PLACES = st.sampled_from(["1", "2", "10", "A", "1A", "1-1", "B1"])


@st.composite
def units(draw):
    return UnitRecord(
        draw(PLACES),
        draw(PLACES),
        draw(PLACES),
        kind=draw(st.sampled_from(Kind)),
        area_cm2=draw(st.integers(1, 10**13 - 1)),
        area_source=AreaSource.REGISTER,
        owners=tuple(draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True))),
        title_status=draw(st.sampled_from(TitleStatus)),
        household=draw(st.sampled_from([None, None, 3, 4])),
    )


rosters = st.lists(units(), min_size=1, max_size=12, unique_by=lambda unit: unit.unit_key).map(
    Roster.of
)


def versions(first, second):
    """Two documents as an import chains them: known owners keep their numbers."""
    numbers = number_owners(first)
    one = RosterDocument.of(first, "小区", 1, numbers=numbers)
    following = number_owners(second, numbers, len(numbers))
    return one, RosterDocument.of(second, "小区", 2, previous=one.digest, numbers=following)


@settings(deadline=None)
@given(rosters, rosters)
def test_the_difference_applied_to_the_first_gives_the_second(first, second):
    one, two = versions(first, second)
    difference = RosterDifference.between(one, two)
    assert difference.apply(one) == two
    assert difference.totals == (totals(one), totals(two))


@settings(deadline=None)
@given(rosters, rosters)
def test_a_difference_reads_back_from_what_was_written(first, second):
    one, two = versions(first, second)
    difference = RosterDifference.between(one, two)
    written = json.loads(canonical.encode(difference.to_object()))
    assert RosterDifference.read(written, one) == difference


@settings(deadline=None)
@given(rosters, rosters, st.data())
def test_an_amendment_is_the_import_of_what_it_leads_to(first, other, data):
    """Said unit by unit or with a whole new sheet: units, owners and groups are the same."""
    one, _ = versions(first, first)
    changes = data.draw(st.sampled_from([other, Roster.of(list(other)[:1])]))
    removable = [unit.unit_key for unit in first if unit.unit_key not in changes.by_key()]
    removed = frozenset(data.draw(st.lists(st.sampled_from(removable))) if removable else ())
    numbers = number_owners(first)
    numbers = number_owners(changes, numbers, len(numbers))
    amendment = amended(one, changes, removed, numbers, 2, {HOUSEHOLD})
    merged = {
        key: unit for key, unit in (first.by_key() | changes.by_key()).items() if key not in removed
    }
    whole = RosterDocument.of(Roster.of(merged.values()), "小区", 2, numbers=numbers)
    assert {unit.unit_key: replace(unit, group=0) for unit in amendment.units} == {
        unit.unit_key: replace(unit, group=0) for unit in whole.units
    }
    assert totals(amendment) == totals(whole)
    assert amendment.regrouped() == amendment
    assert RosterDifference.between(one, amendment).apply(one) == amendment


@settings(deadline=None)
@given(rosters, rosters)
def test_what_is_published_of_a_difference_numbers_no_owner(first, second):
    one, two = versions(first, second)
    said = published(RosterDifference.between(one, two))
    assert "owners" not in json.dumps(said)
    assert set(said) == {
        "added", "area_changed", "from", "kind_changed", "lines", "removed", "to", "totals",
        "units_changed", "version",
    }  # fmt: skip


@settings(deadline=None)
@given(rosters, rosters)
def test_who_owns_what_changes_nothing_published_but_counts_and_heads(first, second):
    """The same lists with other owners read the same, unit by unit: nobody is pointed at."""
    one, two = versions(first, second)
    nobody = (PEOPLE[0],)
    alike = [
        Roster.of(replace(unit, owners=nobody, title_status=TitleStatus.DELIVERED) for unit in each)
        for each in (first, second)
    ]
    said = published(RosterDifference.between(one, two))
    bare = published(RosterDifference.between(*versions(*alike)))
    for part in ("added", "area_changed", "kind_changed", "removed"):
        assert said[part] == bare[part]
    named = [line for line in said["lines"] if "-" in line]
    assert named == [line for line in bare["lines"] if "-" in line]


def unit(room, *owners, **other):
    values = {
        "kind": Kind.DWELLING,
        "area_cm2": 500_000,
        "area_source": AreaSource.REGISTER,
        "owners": tuple(PEOPLE[owner] for owner in owners),
        "title_status": TitleStatus.DELIVERED,
    }
    return UnitRecord("1", "1", room, **(values | other))


OLD = Roster.of([
    unit("101", 0), unit("102", 0), unit("201", 1, 2), unit("202", 3),
    unit("301", 4, title_status=TitleStatus.UNSOLD), unit("B1", 3, kind=Kind.PARKING),
])  # fmt: skip
NEW = Roster.of([
    unit("101", 0), unit("102", 5), unit("201", 2, 1, area_cm2=510_000),
    unit("301", 5), unit("302", 1), unit("B1", 3, kind=Kind.STORAGE),
])  # fmt: skip


def test_every_kind_of_change_is_said_in_chinese_with_both_totals():
    one, two = versions(OLD, NEW)
    assert lines(RosterDifference.between(one, two)) == [
        "新增 1-1-302：住宅，50.00 ㎡",
        "删除 1-1-202",
        "1-1-101 产权组合变更：由 2 套合计一人变为 1 套合计一人",
        "1-1-102 业主变更",
        "1-1-102 产权组合变更：由 2 套合计一人变为 2 套合计一人",
        "1-1-201 面积变更：50.00 → 51.00 ㎡",
        "1-1-301 业主变更",
        "1-1-301 已售出并交付",
        "1-1-301 产权组合变更：由 1 套合计一人变为 2 套合计一人",
        "1-1-B1 用途变更：车位 → 储藏",
        "1-1-B1 产权组合变更：由 2 套合计一人变为 1 套合计一人",
        "全部房屋：人数 4 → 5，面积 300.00 → 301.00 ㎡",
        "不含车位与储藏：人数 4 → 4，面积 250.00 → 251.00 ㎡",
    ]


def test_the_order_of_names_on_a_title_is_no_change_of_owner():
    one, two = versions(OLD, NEW)
    said = in_full(RosterDifference.between(one, two))
    assert said["owner_changed"] == ["1-1-102", "1-1-301"]
    assert said["area_changed"] == [
        {"after_cm2": 510_000, "before_cm2": 500_000, "unit": "1-1-201"}
    ]
    assert said["stock_changed"] == [{"stock": False, "unit": "1-1-301"}]


def test_the_public_is_told_how_many_units_changed_hands_and_not_which():
    one, two = versions(OLD, NEW)
    said = published(RosterDifference.between(one, two))
    assert said["units_changed"] == {
        "added": 1, "area": 1, "group": 4, "household": 0, "kind": 1, "owner": 2, "removed": 1,
        "stock": 1,
    }  # fmt: skip
    assert said["lines"] == [
        "新增 1-1-302：住宅，50.00 ㎡",
        "删除 1-1-202",
        "1-1-201 面积变更：50.00 → 51.00 ㎡",
        "1-1-B1 用途变更：车位 → 储藏",
        "业主变更 2 套",
        "售出交付情况变更 1 套",
        "产权组合变更 4 套",
        "全部房屋：人数 4 → 5，面积 300.00 → 301.00 ㎡",
        "不含车位与储藏：人数 4 → 4，面积 250.00 → 251.00 ㎡",
    ]


def test_a_difference_fits_the_version_it_was_taken_from_and_no_other():
    one, two = versions(OLD, NEW)
    difference = RosterDifference.between(one, two)
    with pytest.raises(NotCanonical):
        difference.apply(two)
    with pytest.raises(NotCanonical):
        replace(difference, after="0" * 64).apply(one)


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"added": []},
        {"removed": ["9-9-9"]},
        {"changed": [{"unit": "9-9-9"}]},
        {"changed": 1},
        {"to": "0" * 64},
        {"version": 3},
    ],
    ids=str,
)
def test_a_difference_that_was_touched_is_refused(change):
    one, two = versions(OLD, NEW)
    written = RosterDifference.between(one, two).to_object()
    with pytest.raises(NotCanonical):
        RosterDifference.read(written | change, one)


def test_a_first_version_is_written_as_ever_and_a_later_one_names_its_predecessor():
    one, two = versions(OLD, NEW)
    assert b"yezhu-roster/1" in one.to_bytes()
    assert b"previous" not in one.to_bytes()
    assert canonical.decode(two.to_bytes())["previous"] == one.digest
    assert RosterDocument.from_bytes(two.to_bytes()) == two
