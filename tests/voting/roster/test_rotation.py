"""What is sealed is opened by the newest key alone, and never without an entry in the trail."""

import pytest
from sqlalchemy import text

from tests.voting.roster.sealed import NEW, OLD, WORDS, ended, objecting, read, rekeyed
from tests.voting.roster.test_versions import amend, imported
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.roster.service import retention
from voting.roster.vault import KeyMissing, Vault
from voting.roster.version import Provenance


def key_versions(world):
    with world.database.read() as session:
        return {
            version
            for table in ("owners", "roster_objections")
            for version in session.scalars(text(f"SELECT key_version FROM {table}"))  # noqa: S608
        }


def test_after_a_rotation_the_new_key_alone_opens_everything(engine_world):
    world = objecting(engine_world)
    digest = world.roster.digest
    both = rekeyed(world, {1: OLD, 2: NEW})
    assert read(both) == (WORDS, "张伟")
    assert both.rosters.retention.rotate(by="operator") == 11
    assert key_versions(both) == {2}
    assert read(rekeyed(world, {2: NEW})) == (WORDS, "张伟")
    with pytest.raises(KeyMissing):
        read(world)
    assert world.roster.digest == digest
    world.enrol("zhang")  # the blind index is what it was


def test_a_rotation_that_was_cut_short_goes_on_where_it_stopped(world, monkeypatch):
    """Killed between two batches: nothing is lost, nothing is sealed twice."""
    world = rekeyed(objecting(world), {1: OLD, 2: NEW})
    monkeypatch.setattr(retention, "_BATCH", 4)
    seal, sealed = world.vault.seal, []

    def dying(data, context):
        if len(sealed) == 6:
            raise KeyboardInterrupt
        sealed.append(context)
        return seal(data, context)

    monkeypatch.setattr(world.vault, "seal", dying)
    with pytest.raises(KeyboardInterrupt):
        world.rosters.retention.rotate(by="operator")
    assert key_versions(world) == {1, 2}
    assert read(world) == (WORDS, "张伟")
    monkeypatch.setattr(world.vault, "seal", seal)
    assert world.rosters.retention.rotate(by="operator") == 11 - 4
    assert world.rosters.retention.rotate(by="operator") == 0
    acts = [act["count"] for act in world.acts() if act.get("act") == "reseal-identities"]
    assert acts == [4, 4, 3]
    with world.database.read() as session:
        world.ledger.check(session, world.register)


def test_every_decryption_is_an_entry_in_the_trail(world, monkeypatch):
    """Whatever the vault opened, the register counts."""
    opened = []
    unseal = Vault.unseal
    monkeypatch.setattr(
        Vault, "unseal", lambda vault, *sealed: opened.append(1) or unseal(vault, *sealed)
    )
    world = rekeyed(ended(world), {1: OLD, 2: NEW})
    read(world)
    world.rosters.amend(
        world.roster_id, None, "", frozenset({"B1-1-003"}), by="c1",
        provenance=Provenance(evidence=b"-"),
    )  # fmt: skip
    world.rosters.retention.rotate(by="operator")
    counted = sum(
        act["count"]
        for act in world.acts()
        if act.get("act") in {"open-identities", "reseal-identities"}
    )
    assert counted == len(opened) > 30


def test_the_trail_commits_to_the_unit_that_was_read_of(engine_world):
    """The public register does not name it; who has the salt can show which it was."""
    world = objecting(engine_world)
    read(world)
    for unit in ("1-1-101", "1-2-101"):
        world.rosters.custody.identities(world.roster_id, unit, by="k1")
    said = {
        position: act
        for position, act in enumerate(world.acts())
        if act.get("act") == "open-identities"
    }
    readings = world.rosters.custody.readings(world.roster_id)
    assert [(said[each.position]["purpose"], each.units) for each in readings] == [
        ("answer", ("1-1-101",)),
        ("read-objections", ("1-1-101",)),
        ("read", ("1-1-101",)),
        ("read", ("1-1-101",)),
        ("read", ("1-2-101",)),
    ]
    for each in readings:
        opened = Opening(each.opening.salt, canonical.encode(list(each.units)))
        assert opened.commitment == said[each.position]["units"]
    # One unit read of twice does not show as one.
    assert len({act["units"] for act in said.values()}) == len(readings)
    assert b"1-1-101" not in b"".join(world.log(world.register))


def test_what_is_sealed_anew_by_the_thousand_is_counted_and_names_no_unit(world):
    first = imported(world)
    amend(world, first.roster_id, removed=["B1-1-003"])
    (act,) = [act for act in world.acts() if act.get("act") == "open-identities"]
    assert (act["purpose"], "units" in act) == ("amend", False)
    assert world.rosters.custody.readings(first.roster_id) == []
