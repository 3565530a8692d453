"""An owner enrols, and what the service then knows."""

from tests.voting.world import Handset


def enrol(world, said, phone=None, *, challenge=None, envelope=None, address="203.0.113.7"):
    phone = phone or Handset()
    drawn = challenge or world.identities.challenge(world.roster_id)[0]
    envelope = envelope or phone.possession(drawn, world.roster.digest)
    enrolled = world.identities.enrol(world.roster_id, said, envelope, address=address)
    return enrolled.key_id, enrolled.held


def holder(world, phone):
    with world.database.read() as session:
        return world.identities.holder(session, world.roster_id, phone.key_id)


def units(holdings):
    return [[unit.unit_key for unit in holding.units] for holding in holdings]


def register(world, kind):
    return [act for act in world.acts() if act["type"] == kind]
