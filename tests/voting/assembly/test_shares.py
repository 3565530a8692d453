"""What somebody's units count for is what the count makes of them (domain W-5, W-8, C-5, C-33)."""

import pytest

from tests.voting.world import AGENDA
from voting.assembly.agenda import parse_agenda
from voting.assembly.shares import assembly_share
from voting.kernel import canonical

MINE = {"1-1-101", "1-1-202", "1-2-101", "B1-1-001", "no-such-unit"}
"""What 张伟 is shown: two flats alone, one with 赵敏, a parking place."""


def share(world, **policies):
    agenda = parse_agenda(canonical.encode(AGENDA | {"policies": policies}))
    return assembly_share("a", agenda, world.roster, MINE)


@pytest.mark.parametrize(
    ("policies", "heads", "area_cm2", "electorate"),
    [
        ({}, 2, 2_843_701, (7, 11_194_201)),
        ({"same_owner": "any_common_owner"}, 1, 2_843_701, (6, 11_194_201)),
        ({"include_kinds": ["住宅", "车位"]}, 2, 2_968_701, (7, 8_474_201)),
    ],
)
def test_heads_and_area_follow_the_published_rules(world, policies, heads, area_cm2, electorate):
    shown = share(world.freeze(), **policies)
    first = shown.items[0]
    assert (first.heads, first.area_cm2, first.with_others) == (heads, area_cm2, False)
    assert (first.electorate_heads, first.electorate_area_cm2) == electorate
    assert shown.rule.value == policies.get("same_owner", "identity_set")


def test_an_item_put_to_another_building_does_not_concern_him(world):
    item = share(world.freeze()).items[3]
    assert (item.units, item.heads, item.area_cm2, item.with_others) == ((), 0, 0, False)
    assert (item.electorate_heads, item.electorate_area_cm2) == (3, 5_788_000)


def test_a_head_shared_with_units_that_are_not_his_is_said_to_be(world):
    """赵敏 owns one flat with 张伟, who owns more: any common owner makes them one head."""
    agenda = parse_agenda(
        canonical.encode(AGENDA | {"policies": {"same_owner": "any_common_owner"}})
    )
    first = assembly_share("a", agenda, world.freeze().roster, {"1-2-101"}).items[0]
    assert (first.heads, first.with_others) == (1, True)


def test_the_votes_on_a_roster_are_shown_with_their_notice(open_world):
    world = open_world
    (shown,) = world.assemblies.shares(world.roster_id, MINE)
    assert (shown.assembly_id, shown.include_kinds) == (
        world.assembly_id,
        ("住宅", "其他", "办公", "商业"),
    )
    assert [item.item_id for item in shown.items] == ["1", "2", "3", "4"]
    assert world.assemblies.shares("another", MINE) == []
