"""A roster written to a workbook reads back as the same roster, with the same totals."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tally.model import Kind, SameOwner
from voting.roster.grouping import reconcile, roster_columns
from voting.roster.identity_numbers import resident_check
from voting.roster.model import (
    AreaSource,
    IdType,
    OwnerRecord,
    Roster,
    TitleStatus,
    UnitRecord,
    natural_key,
)
from voting.roster.verify import read_roster
from voting.roster.workbook import roster_workbook

RARE = "张李王喆堃䶮㛃𬍛"


def person(serial, name):
    first_17 = f"11010519800101{serial:03d}"
    return OwnerRecord(name, IdType.RESIDENT, first_17 + resident_check(first_17))


@st.composite
def rosters(draw):
    """Rosters of up to twelve units, owners in every constellation."""
    names = draw(st.lists(st.text(RARE, min_size=2, max_size=4), min_size=5, max_size=5))
    people = [person(serial, name) for serial, name in enumerate(names)]
    places = draw(
        st.sets(
            st.tuples(*[st.text("012ABC", min_size=1, max_size=3)] * 3), min_size=1, max_size=12
        )
    )
    return Roster.of(
        UnitRecord(
            *place,
            kind=draw(st.sampled_from(Kind)),
            area_cm2=draw(st.integers(1, 10**11)),
            area_source=draw(st.sampled_from(AreaSource)),
            owners=tuple(
                draw(st.lists(st.sampled_from(people), min_size=1, max_size=3, unique=True))
            ),
            title_status=draw(st.sampled_from(TitleStatus)),
            phones=draw(st.sampled_from([(), ("13800138000",), ("13800138000", "010-65551234")])),
            title_no=draw(st.sampled_from([None, "京(2021)朝不动产权第0012345号"])),
            inside_area_cm2=draw(st.none() | st.integers(1, 10**11)),
            voter=draw(st.sampled_from([None, "张三"])),
            household=draw(st.none() | st.integers(1, 999_999)),
        )
        for place in sorted(places)
    )


@settings(max_examples=40, deadline=None)
@given(rosters(), st.sampled_from([None, "幸福家园业主清册"]))
def test_what_was_written_is_what_is_read(roster, title):
    again = read_roster(roster_workbook(roster, title), "清册.xlsx")

    assert again == roster
    assert reconcile(again) == reconcile(roster)
    assert again.area_cm2 == sum(unit.area_cm2 for unit in roster)


@settings(max_examples=60, deadline=None)
@given(rosters())
def test_heads_are_sets_of_identities_and_all_stock_is_one(roster):
    plain = {frozenset(unit.identities) for unit in roster if not unit.developer_stock}
    stock = any(unit.developer_stock for unit in roster)

    summary = reconcile(roster, SameOwner.IDENTITY_SET)

    assert summary.everything.heads == len(plain) + stock
    assert summary.everything.units == len(roster)
    assert summary.developer_stock.heads == int(stock)
    assert sum(part.area_cm2 for part in summary.by_kind.values()) == roster.area_cm2
    outside = {Kind.PARKING, Kind.STORAGE}
    assert summary.without_parking_and_storage.area_cm2 == sum(
        unit.area_cm2 for unit in roster if unit.kind not in outside
    )


def test_columns_keep_the_order_of_the_roster():
    units = [
        UnitRecord("1", "1", room, Kind.DWELLING, 10_000, AreaSource.REGISTER,
                   (person(1, "张三"),), TitleStatus.DELIVERED)
        for room in ("1001", "201", "99")
    ]  # fmt: skip
    roster = Roster.of(units)

    assert roster_columns(roster).unit_key == ("1-1-99", "1-1-201", "1-1-1001")


def test_owners_of_one_flat_alone_and_another_together_are_two_heads():
    """Domain C-5: {A}, {A, B} and {B, A} are two groups."""
    a, b = person(1, "甲"), person(2, "乙")
    units = [
        UnitRecord("1", "1", str(room), Kind.DWELLING, 800_000, AreaSource.REGISTER, owners,
                   TitleStatus.DELIVERED)
        for room, owners in enumerate([(a,), (a, b), (b, a)])
    ]  # fmt: skip
    roster = Roster.of(units)

    assert reconcile(roster).everything.heads == 2
    assert reconcile(roster, SameOwner.ANY_COMMON_OWNER).everything.heads == 1
    assert reconcile(roster).groups_with_several_units == 1
    assert reconcile(roster).co_owned_units == 2


@given(st.lists(st.from_regex(r"[0-9AB]{1,4}", fullmatch=True), unique=True))
def test_the_natural_order_is_total(names):
    assert len({natural_key(name) for name in names}) == len(names)


def test_a_live_formula_is_never_written():
    owner = OwnerRecord("=1+1", IdType.PASSPORT, "E12345678")
    unit = UnitRecord("1", "1", "1", Kind.DWELLING, 10_000, AreaSource.REGISTER, (owner,),
                      TitleStatus.DELIVERED)  # fmt: skip
    data = roster_workbook(Roster.of([unit]))

    assert b"<f>" not in data
    assert read_roster(data, "x").units[0].owners == (owner,)
