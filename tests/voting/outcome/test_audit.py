"""Tables against logs: an untouched deployment agrees, and each altered table is named."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from api.composition import ServiceSigner
from tests.voting.box.test_paper import enter, paper
from tests.voting.outcome.test_correction import BUYERS_CLAIM, SOLD, certify, corrected
from tests.voting.outcome.test_voters import FURTHER, named
from tests.voting.roster.test_freezing import AREA
from tests.voting.world import ACCOUNTS, COMMUNITY, DISPLAYED, HEADER, choices, sheet
from voting.box.receipt import PAYLOAD_TYPE as RECEIPT
from voting.box.verify import MalformedReceipt
from voting.ledger.store import EntryRow, NodeRow
from voting.ledger.tree import leaf_hash
from voting.outcome.audit import audit, compare_receipt
from voting.roster.objection import Outcome
from voting.staff import trail


def created(world):
    """Let the register say of the world's accounts that they were created."""
    with world.database.write() as session:
        for account, (_, role) in ACCOUNTS.items():
            trail.record(
                session, world.ledger, "create-account", by="operator", at=world.clock(),
                account=account, role=role,
            )  # fmt: skip


def full(world):
    """A certified assembly that has left something in every table."""
    created(world)
    world.clock.moment -= DISPLAYED
    file = sheet(named(), (*HEADER, *FURTHER))
    world.roster_id = world.rosters.import_sheet(file, "清册.csv", COMMUNITY, by="c1")[0].roster_id
    world.display(world.roster_id)
    filed, _ = world.rosters.objections.file(world.roster_id, AREA, entered_by="k1")
    world.rosters.objections.answer(
        world.roster_id, filed.objection_id, Outcome.DECLINED, "以登记簿为准", by="c1"
    )
    world.sign(world.roster_id)
    for name in ("zhang", "li", "chen", "shop"):
        world.enrol(name)
    world.draft(policies={"repeat": "last_valid"}).publish().open()
    first, _ = world.cast("zhang", ["1-1-101"])
    world.cast(
        "zhang", ["1-1-101", "1-1-202"], choices("oppose"), sequence=2, replaces=first.ballot_digest
    )
    corrected(world, [SOLD])
    world.enrol("wu", said=BUYERS_CLAIM)
    world.enrol("zhang")
    for clerk in ("k1", "k2"):
        enter(world, paper("8", ["2-1-102"]), clerk)
        enter(world, paper("9", ["1-2-102"], void_reason="未签名"), clerk)
    enter(world, paper("10", ["2-1-102"]), "k1")
    world.rosters.custody.identities(world.roster_id, "1-1-101", by="s1")
    certify(world)
    return world


def differences(world, session):
    return audit(session, world.ledger, world.rosters.custody.basis)


def tables_named(world, *statements):
    """Alter tables behind everybody's back, audit, and undo it: table and position named."""
    with Session(world.database.engine) as session:
        try:
            for statement in statements:
                assert session.execute(text(statement)).rowcount > 0, statement
            return {(each.table, each.position) for each in differences(world, session)}
        finally:
            session.rollback()


# What is altered, and the table and position that must be named; None is any position.
ALTERED = {
    "UPDATE ballots SET data = data || 'x' WHERE position = 2": ("ballots", 2),
    "UPDATE ballots SET salt = data WHERE position = 2": ("ballots", 2),
    "UPDATE ballots SET choices = unit_codes WHERE position = 2": ("ballots", 2),
    "UPDATE ballots SET unit_codes = choices WHERE position = 1": ("ballots", 1),
    "UPDATE ballots SET digest = 'x' WHERE position = 1": ("ballots", 1),
    "UPDATE ballots SET channel = 'paper-ballot' WHERE position = 1": ("ballots", 1),
    "UPDATE ballots SET void = NOT void WHERE position = 1": ("ballots", 1),
    "UPDATE ballots SET group_code = group_code + 1 WHERE position = 1": ("ballots", 1),
    "UPDATE ballots SET sequence = 7 WHERE position = 2": ("ballots", 2),
    "UPDATE ballots SET log_size = 2 WHERE position = 2": ("ballots", 2),
    "UPDATE ballots SET log_size = 1000 WHERE position = 1": ("ballots", 1),
    "UPDATE ballots SET received_at = received_at + 1 WHERE position = 2": ("ballots", 2),
    "UPDATE ballots SET data = '', salt = '', choices = '' WHERE position = 2": ("ballots", 2),
    "DELETE FROM ballots WHERE position = 2": ("ballots", 2),
    "UPDATE ballots SET position = 70 WHERE position = 2": ("ballots", 70),
    "UPDATE slots SET position = 1 WHERE unit_code = 0": ("slots", 2),
    "DELETE FROM slots WHERE unit_code = 0": ("slots", 2),
    "UPDATE slots SET unit_code = 12 WHERE unit_code = 0": ("slots", 2),
    "UPDATE paper_entries SET content = 'x' WHERE serial = '8'": ("paper_entries", 4),
    "UPDATE paper_entries SET serial = '80' WHERE serial = '8'": ("paper_entries", 4),
    "UPDATE paper_entries SET accepted_position = NULL WHERE serial = '8'": ("paper_entries", 4),
    "UPDATE paper_entries SET accepted_position = 1 WHERE serial = '10'": ("paper_entries", 1),
    "DELETE FROM paper_entries WHERE serial = '8'": ("paper_entries", 4),
    "UPDATE assembly_voters SET document = 'x' WHERE position = 0": ("assembly_voters", 0),
    "DELETE FROM assembly_voters WHERE position = 3": ("assembly_voters", 3),
    "UPDATE assembly_voters SET position = 1 WHERE position = 3": ("assembly_voters", 1),
    "UPDATE assemblies SET notice = agenda": ("assemblies", 0),
    "UPDATE assemblies SET agenda = 'x'": ("assemblies", "assembly"),
    "UPDATE assemblies SET title = 'x'": ("assemblies", "assembly"),
    "UPDATE assemblies SET community = 'x'": ("assemblies", "assembly"),
    "UPDATE assemblies SET state = 'closed'": ("assemblies", "assembly"),
    "UPDATE assemblies SET published_at = published_at + 1": ("assemblies", "assembly"),
    "UPDATE assemblies SET opened_at = opened_at + 1": ("assemblies", "assembly-opened"),
    "UPDATE assemblies SET opened_at = NULL": ("assemblies", "assembly-opened"),
    "UPDATE assemblies SET closed_at = closed_at + 1": ("assemblies", 6),
    "UPDATE assemblies SET manifest_position = 1": ("assemblies", "assembly"),
    "UPDATE assemblies SET opened_position = NULL": ("assemblies", "assembly"),
    "UPDATE assemblies SET closed_position = NULL": ("assemblies", "assembly"),
    "UPDATE certificates SET pdf = 'x'": ("certificates", "certificate"),
    "UPDATE certificates SET result = 'x'": ("certificates", 7),
    "UPDATE certificates SET issued_at = issued_at + 1": ("certificates", "certificate"),
    "UPDATE certificates SET register_position = 0": ("certificates", "certificate"),
    "DELETE FROM certificates": ("certificates", "certificate"),
    "UPDATE rosters SET document = 'x' WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET digest = 'x' WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET source_digest = 'x' WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET evidence_digest = 'x' WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET supplied_by = '其他x' WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET basis = 'x' WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET previous_digest = 'x' WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET imported_at = 7 WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET version = 7 WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET stated = 'x' WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET published_at = NULL WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET objections_until = 7 WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET erased_at = 7 WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET entered_position = 0 WHERE version = 1": ("rosters", "roster-version"),
    "UPDATE rosters SET frozen_at = NULL, register_position = NULL WHERE version = 1":
        ("rosters", "roster"),
    "UPDATE rosters SET frozen_at = 7 WHERE version = 1": ("rosters", "roster"),
    "UPDATE rosters SET frozen_at = 7 WHERE version = 2": ("rosters", None),
    "UPDATE rosters SET freeze_proposed_by = 's1' WHERE version = 1": ("rosters", "roster"),
    "UPDATE roster_corrections SET document = 'x'": ("roster_corrections", "roster-correction"),
    "UPDATE roster_corrections SET proposed_by = 'x'": ("roster_corrections", "roster-correction"),
    "UPDATE roster_corrections SET confirmed_by = 'x'": ("roster_corrections", "roster-correction"),
    "UPDATE roster_corrections SET confirmed_at = 7": ("roster_corrections", "roster-correction"),
    "UPDATE roster_corrections SET confirmed_at = NULL, register_position = NULL":
        ("roster_corrections", "roster-correction"),
    "DELETE FROM roster_corrections": ("roster_corrections", "roster-correction"),
    "UPDATE roster_objections SET commitment = 'x'": ("roster_objections", "roster-objection"),
    "UPDATE roster_objections SET filed_at = 7": ("roster_objections", "roster-objection"),
    "UPDATE roster_objections SET outcome = NULL": ("roster_objections", "roster-objection"),
    "UPDATE roster_objections SET answered_by = 'x'": ("roster_objections", "roster-objection"),
    "UPDATE roster_objections SET answered_at = 7": ("roster_objections", "roster-objection"),
    "DELETE FROM roster_objections": ("roster_objections", "roster-objection"),
    "UPDATE roster_readings SET units = 'x'": ("roster_readings", "open-identities"),
    "DELETE FROM roster_readings": ("roster_readings", "open-identities"),
    "UPDATE device_keys SET owner_code = 1 WHERE owner_code = 0": ("device_keys", "device-key"),
    "UPDATE device_keys SET spki = 'x' WHERE revoked_at IS NOT NULL": ("device_keys", "device-key"),
    "UPDATE device_keys SET salt = 'x' WHERE revoked_at IS NOT NULL": ("device_keys", "device-key"),
    "UPDATE device_keys SET key_id = 'x' WHERE revoked_at IS NOT NULL":
        ("device_keys", "device-key"),
    "UPDATE device_keys SET enrolled_at = 7 WHERE revoked_at IS NOT NULL":
        ("device_keys", "device-key"),
    "UPDATE device_keys SET revoked_at = NULL WHERE revoked_at IS NOT NULL":
        ("device_keys", "device-key"),
    "UPDATE device_keys SET revoked_position = 1 WHERE revoked_at IS NOT NULL":
        ("device_keys", "device-key"),
    "DELETE FROM device_keys WHERE revoked_at IS NOT NULL": ("device_keys", "device-key"),
    "UPDATE staff_accounts SET role = 'administrator' WHERE username = 'c1'":
        ("staff_accounts", "create-account"),
    "DELETE FROM staff_accounts WHERE username = 's2'": ("staff_accounts", "create-account"),
    "INSERT INTO staff_accounts SELECT 'x', 'x', name, role, password_hash,"
    " must_change_password, created_at, NULL FROM staff_accounts WHERE username = 'c1'":
        ("staff_accounts", None),
    "UPDATE log_entries SET entry = 'x' WHERE origin LIKE '%assemblies%' AND position = 2":
        ("log_entries", 2),
    "DELETE FROM log_entries WHERE origin LIKE '%assemblies%' AND position = 2": ("log_entries", 2),
    "UPDATE log_entries SET entry = 'x' WHERE origin LIKE '%register' AND position = 3":
        ("log_entries", 3),
    "UPDATE log_nodes SET hash = 'x' WHERE origin LIKE '%assemblies%' AND level = 1":
        ("log_nodes", None),
    "UPDATE logs SET size = 5 WHERE origin LIKE '%assemblies%'": ("logs", None),
    "INSERT INTO logs (origin, size) VALUES ('vote.example.org/assemblies/x', 0)": ("logs", None),
}  # fmt: skip


def places(world):
    """Positions in the register that the cases name by type of entry or by act."""
    found = {}
    for place, entry in enumerate(world.acts()):
        name = entry["act"] if entry["type"] == "act" else entry["type"]
        if name != "open-identities" or "units" in entry:
            found.setdefault(name, set()).add(place)
    return found


def test_every_altered_table_is_named_with_its_position(engine_world):
    world = full(engine_world)
    with world.database.read() as session:
        assert differences(world, session) == []

    register = places(world)
    missed = {}
    for statement, (table, position) in ALTERED.items():
        found = tables_named(world, statement)
        wanted = register.get(position, {position})
        if not any((table, place) in found for place in wanted):
            missed[statement] = found
    assert missed == {}
    with world.database.read() as session:
        assert differences(world, session) == []


def test_every_table_with_a_log_behind_it_is_altered_in_some_case():
    altered = {table for table, _ in ALTERED.values()}
    assert altered == {
        "assemblies", "assembly_voters", "ballots", "certificates", "device_keys", "log_entries",
        "log_nodes", "logs", "paper_entries", "roster_corrections", "roster_objections",
        "roster_readings", "rosters", "slots", "staff_accounts",
    }  # fmt: skip


def test_a_log_written_anew_with_its_tree_is_caught_by_the_checkpoint_in_the_register(world):
    """Whoever can write the database can write the tree too; what was signed he cannot."""
    full(world)
    last = len(world.log()) - 1
    entry = world.log()[2].replace(b'"type":"ballot"', b'"type":"ballot" ')
    with Session(world.database.engine) as session:
        where = (EntryRow.origin == world.origin, EntryRow.position == 2)
        session.execute(update(EntryRow).where(*where).values(entry=entry))
        where = (NodeRow.origin == world.origin, NodeRow.position == 2, NodeRow.level == 0)
        session.execute(update(NodeRow).where(*where).values(hash=leaf_hash(entry)))
        found = differences(world, session)
        session.rollback()
    assert last > 2
    pinned = [each for each in found if "所固定的检查点" in each.text]
    assert {each.position for each in pinned} == places(world)["assembly-closed"]


def test_after_the_retention_period_what_was_erased_is_no_difference(world):
    full(world)
    world.clock.advance(days=6 * 366)
    world.outcomes.erase(world.clock.moment, (), by="operator")
    with world.database.read() as session:
        assert differences(world, session) == []


def saved(receipt, envelope):
    """A receipt as a phone saves it."""
    return json.dumps(
        {"receipt": json.loads(envelope.to_bytes()), "summary": receipt.summary()}
    ).encode()


def compared(world, data, *statements):
    with Session(world.database.engine) as session:
        try:
            for statement in statements:
                assert session.execute(text(statement)).rowcount > 0
            return [
                (each.position, each.text) for each in compare_receipt(session, world.ledger, data)
            ]
        finally:
            session.rollback()


def test_a_receipt_shows_what_was_lost_or_altered_in_the_log(open_world):
    world = open_world
    receipt, envelope = world.cast("liu", ["1-2-102"])
    world.cast("chen", ["2-1-102"])
    data = saved(receipt, envelope)
    assert compared(world, data) == []

    lost = {
        "DELETE FROM log_entries WHERE origin LIKE '%assemblies%' AND position = 1":
            "回执所证明的条目不在日志中",
        "UPDATE log_entries SET entry = 'x' WHERE origin LIKE '%assemblies%' AND position = 1":
            "日志的这一条不是回执所证明的条目",
        "UPDATE log_nodes SET hash = salt FROM ballots"
        " WHERE origin LIKE '%assemblies%' AND level = 1":
            "日志的开头与回执里签名的检查点不符",
    }  # fmt: skip
    for statement, told in lost.items():
        assert compared(world, data, statement) == [(1, told)]


def test_a_receipt_of_another_deployment_is_told_apart(open_world):
    receipt, _ = open_world.cast("liu", ["1-2-102"])
    forged = ServiceSigner(Ed25519PrivateKey.generate())(RECEIPT, receipt.to_bytes())
    assert compared(open_world, saved(receipt, forged)) == [
        (1, "回执：回执所写的签名密钥不是这个日志公钥"),
        (1, "回执：回执的签名无效：内容被改动过，或不是由这个服务签发的"),
    ]
    with pytest.raises(MalformedReceipt):
        compared(open_world, b"{")
