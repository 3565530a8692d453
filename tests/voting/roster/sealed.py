"""A roster with sealed people and an objection, its deployment under other keys, its vote ended."""

from tests.voting.conftest import voting
from tests.voting.world import COMMUNITY, ROWS, World, sheet
from voting.roster.objection import Complaint, Concern, Outcome
from voting.roster.vault import Vault

OLD, NEW, INDEX = b"e" * 32, b"n" * 32, b"i" * 32
WORDS = "我的电话 15400000001"


def complain(world, roster_id):
    said = Complaint("1-1-101", Concern.OTHER, WORDS)
    return world.rosters.objections.file(roster_id, said, entered_by="k1")[0]


def settle(world, state):
    return world.rosters.objections.answer(
        state.roster_id, state.objection_id, Outcome.DECLINED, "不采纳", by="c1"
    )


def objecting(world):
    """A frozen roster with an objection answered on it."""
    world.freeze()
    settle(world, complain(world, world.roster_id))
    return world


def rekeyed(world, keys):
    """The same deployment after a restart with these keys."""
    again = World(world.database, world.clock, roster_id=world.roster_id)
    again.vault = Vault(keys, INDEX)
    again.rosters = type(world.rosters)(world.database, world.ledger, again.vault, world.clock)
    return again


def read_owner(world):
    return world.rosters.custody.identities(world.roster_id, "1-1-101", by="s1")


def read(world):
    (objection,) = world.rosters.objections.read(world.roster_id, by="s1")
    (owner,) = read_owner(world)
    return objection.text, owner.name


def ended(world):
    """A certified vote, and a newer version of the roster."""
    voting(world, begun=True)
    settle(world, complain(world, world.roster_id))
    world.cast("zhang", ["1-1-101", "1-1-202", "B1-1-001"])
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    world.clock.advance(seconds=1)
    world.rosters.import_sheet(sheet(ROWS), "清册.csv", COMMUNITY, by="c1")
    return world
