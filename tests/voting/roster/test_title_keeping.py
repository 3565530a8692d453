"""A sheet without title numbers or telephones: what it does not speak of is not forgotten."""

import pytest
from sqlalchemy import text

from tests.voting.outcome.test_voters import FURTHER, GUARDIAN, NAMED, named, votes, with_child
from tests.voting.roster.test_versions import FROM_REGISTRY, NEWCOMER, amend, imported
from tests.voting.world import COMMUNITY, HEADER, LI, ROWS, WANG, ZHANG, _row, claim, sheet
from voting.kernel import canonical
from voting.roster.version import NothingAmended, TitlesWouldLapse

UNSAID = ("联系电话", "产权证号")


def without(rows, dropped=UNSAID, header=HEADER):
    """The same sheet without some of its columns."""
    kept = [at for at, name in enumerate(header) if name not in dropped]
    return sheet([[row[at] for at in kept] for row in rows], [header[at] for at in kept])


def amended(world, roster_id, rows, dropped=UNSAID, header=HEADER):
    return world.rosters.amend(
        roster_id, without(rows, dropped, header), "更改.csv", frozenset(), by="c1",
        provenance=FROM_REGISTRY,
    ).roster_id  # fmt: skip


def frozen(world, roster_id):
    world.roster_id = roster_id
    world.display(roster_id)
    return world.sign(roster_id)


def phones(world, roster_id):
    with world.database.write() as session:
        rows = world.rosters.people.phones(session, roster_id, range(99), by="c1")
        return [numbers for _, numbers in sorted(rows.items())]


def test_an_amendment_without_titles_leaves_every_owner_his_own(world):
    first = imported(world).roster_id
    rows = [
        _row("1-1-102", "住宅", "101", [WANG, LI], 2),
        _row("1-1-202", "住宅", "76", [ZHANG], 4),
    ]
    second = amended(world, first, rows)
    assert phones(world, second) == phones(world, first)
    frozen(world, second)
    assert votes(world, claim(LI, 2))[0] == ["1-1-102", "1-1-201"]
    assert "1-1-202" in votes(world, claim(ZHANG, 4))[0]


def test_a_guardian_named_without_a_title_proves_himself_by_the_known_one(world):
    first = imported(world, with_child()).roster_id
    flat = named([row for row in with_child() if row[:3] == ("1", "2", "101")], NAMED)
    second = amended(world, first, flat, header=(*HEADER, *FURTHER))
    frozen(world, second)
    assert votes(world, claim(GUARDIAN, 5))[0] == ["1-2-101"]


def test_a_buyer_does_not_get_the_seller_s_title(world):
    """His own is not said; taken for having none, he could never prove himself."""
    first = imported(world).roster_id
    sold = _row("1-1-202", "住宅", "75", [NEWCOMER], 21)
    with pytest.raises(TitlesWouldLapse) as refusal:
        amended(world, first, [sold])
    assert "1-1-202" in refusal.value.detail
    assert "请加上这一列" in refusal.value.detail
    assert len(world.rosters.summaries()) == 1
    second = amended(world, first, [sold], dropped=["联系电话"])
    frozen(world, second)
    assert votes(world, claim(NEWCOMER, 21))[0] == ["1-1-202"]


def test_a_title_taken_away_by_an_empty_cell_is_a_warning(world):
    first = imported(world).roster_id
    second = amend(world, first, [(*_row("1-1-202", "住宅", "76", [ZHANG], 4)[:-1], "")])
    (found,) = [
        each for each in world.rosters.findings(second.roster_id) if each["code"] == "title-dropped"
    ]
    assert (found["row"], found["column"], found["grade"]) == (2, "产权证号", "warning")


def test_the_same_again_without_titles_and_telephones_is_no_amendment(world):
    first = imported(world).roster_id
    with pytest.raises(NothingAmended):
        amended(world, first, [ROWS[1]])


def test_a_new_sheet_without_titles_is_refused_unless_that_is_meant(world):
    imported(world)
    with pytest.raises(TitlesWouldLapse) as refusal:
        world.rosters.import_sheet(without(ROWS), "清册.csv", COMMUNITY, by="c1")
    assert "1-1-101" in refusal.value.detail
    assert "titles_lapse" in refusal.value.detail
    assert len(world.rosters.summaries()) == 1
    second, _ = world.rosters.import_sheet(
        without(ROWS), "清册.csv", COMMUNITY, by="c1", titles_lapse=True
    )
    found = [each["code"] for each in world.rosters.findings(second.roster_id)]
    assert "titles-lapsed" in found
    with world.database.read() as session:
        kept = session.scalar(
            text("SELECT count(*) FROM titles WHERE roster_id = :id"), {"id": second.roster_id}
        )
    assert kept == 0


def test_what_a_sheet_does_not_say_is_read_with_an_entry_in_the_trail(world):
    first = imported(world).roster_id
    before = len(world.acts())
    amended(world, first, [_row("1-1-202", "住宅", "76", [ZHANG], 4)])
    opened = [act for act in world.acts()[before:] if act.get("act") == "open-identities"]
    # Once the telephones of those on the sheet, once everybody else, to be sealed anew.
    assert sorted(act["count"] for act in opened) == [1, 9]
    assert canonical.encode(opened).find(b"154") == -1
