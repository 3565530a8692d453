"""Versions of a roster: chained by digest, never overwritten, each an entry in the register."""

import threading

import pytest

from tests.voting.world import CHEN, COMMUNITY, LI, ROWS, SUN, ZHANG, ZHAO, _row, sheet, title
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.roster import store
from voting.roster.community import CommunityInDoubt
from voting.roster.difference import totals
from voting.roster.difference_report import in_full
from voting.roster.document import RosterDocument
from voting.roster.refusals import RosterUnreadable
from voting.roster.version import (
    EvidenceRequired,
    NothingAmended,
    Provenance,
    Supplier,
    UnknownRosterUnit,
)

NEWCOMER = ("吴桐", "护照", "E99000021")
SCAN = b"%PDF-1.7 query result"
FROM_REGISTRY = Provenance(Supplier.REGISTRY, "不动产登记簿查询结果", SCAN)


def imported(world, rows=ROWS):
    return world.rosters.import_sheet(
        sheet(rows), "清册.csv", COMMUNITY, by="c1", provenance=FROM_REGISTRY
    )[0]


def amend(world, roster_id, rows=(), removed=()):
    return world.rosters.amend(
        roster_id,
        sheet(rows) if rows else None,
        "更改.csv",
        frozenset(removed),
        by="c1",
        provenance=FROM_REGISTRY,
    )


def document(world, roster_id):
    """Read any version, frozen or not."""
    with world.database.read() as session:
        row = session.connection().exec_driver_sql(
            f"SELECT document FROM rosters WHERE roster_id = '{roster_id}'"  # noqa: S608 - ours
        )
        return RosterDocument.from_bytes(bytes(row.scalar_one()))


def test_a_re_import_is_a_new_version_that_names_the_one_before(engine_world):
    first, second = imported(engine_world), imported(engine_world, ROWS[:-1])
    assert (second.version, second.previous) == (2, first.digest)
    assert document(engine_world, second.roster_id).previous == first.digest
    assert document(engine_world, first.roster_id).digest == first.digest
    difference = engine_world.rosters.difference(second.roster_id)
    assert difference.removed == ("B1-1-003",)
    assert engine_world.rosters.difference(first.roster_id) is None


def test_every_version_is_an_entry_that_pins_file_predecessor_and_account(world):
    first = imported(world)
    second = amend(world, first.roster_id, [_row("1-1-202", "住宅", "75", [NEWCOMER], 4)])
    acts = [act for act in world.acts() if act.get("act", "").endswith("-roster")]
    assert [act["act"] for act in acts] == ["import-roster", "amend-roster"]
    assert (acts[1]["previous"], acts[1]["digest"]) == (first.digest, second.digest)
    assert acts[1]["source"] == second.source_digest
    assert [act["by"] for act in acts] == ["c1", "c1"]
    assert (second.supplied_by, second.basis) == (Supplier.REGISTRY, "不动产登记簿查询结果")


def test_the_register_binds_what_a_version_rests_on_and_what_it_changes(world):
    """Supplier, files, both totals, the difference: not even the operator alters them later."""
    first = imported(world)
    second = amend(world, first.roster_id, removed=["B1-1-003"])
    one, two = (act for act in world.acts() if act["type"] == "roster-version")
    assert one["supplied_by"] == two["supplied_by"] == "不动产登记机构"
    assert (one["source"], one["evidence"]) == (first.source_digest, canonical.digest(SCAN))
    assert two["source"] == two["evidence"] == second.evidence_digest
    assert (
        one["totals"]
        == two["totals_before"]
        == totals(document(world, first.roster_id)).to_object()
    )
    assert two["totals"] == totals(document(world, second.roster_id)).to_object()
    assert two["difference"] == world.rosters.difference(second.roster_id).digest
    assert not {"difference", "previous", "totals_before"} & one.keys()
    with world.database.read() as session:
        row = store.roster(session, second.roster_id)
        basis, previous = world.rosters.origins.opened(session, row)
    assert canonical.digest(previous) == two["previous"]
    assert Opening(basis.salt, FROM_REGISTRY.basis.encode()).commitment == two["basis"]
    assert FROM_REGISTRY.basis.encode() not in b"".join(world.log(world.register))


def test_nothing_is_removed_without_a_file_that_shows_why(world):
    first = imported(world)
    bare = Provenance(Supplier.REGISTRY, "不动产登记簿查询结果")
    with pytest.raises(EvidenceRequired):
        world.rosters.amend(
            first.roster_id, None, "", frozenset({"B1-1-003"}), by="c1", provenance=bare
        )
    assert len(world.rosters.summaries()) == 1


def test_an_amendment_changes_only_what_it_says(engine_world):
    world = engine_world
    first = imported(world)
    rows = [
        _row("1-1-202", "住宅", "75", [NEWCOMER], 4),
        _row("1-2-102", "住宅", "96.5", [("刘洋", "身份证", "999900550506015")], 6),
        _row("2-1-203", "住宅", "91.2", [CHEN], 14),
    ]
    second = amend(world, first.roster_id, rows, ["B1-1-003"])
    said = in_full(world.rosters.difference(second.roster_id))
    assert [unit["unit"] for unit in said["added"]] == ["2-1-203"]
    assert said["removed"] == ["B1-1-003"]
    assert said["owner_changed"] == ["1-1-202"]
    assert [unit["unit"] for unit in said["area_changed"]] == ["1-2-102"]
    before, after = said["totals"]["before"], said["totals"]["after"]
    assert before["everything"] == {"area_cm2": 11_574_201, "heads": 8, "units": 13}
    # 孙磊, who had a parking place only, is gone; 吴桐 has come.
    assert after["everything"] == {"area_cm2": 12_366_201, "heads": 8, "units": 13}
    assert document(world, first.roster_id).digest == first.digest


def test_owners_of_an_amended_version_prove_themselves_as_before(engine_world):
    """Sealed identities are carried along, each to its new place; the register says so."""
    world = engine_world
    first = imported(world)
    second = amend(world, first.roster_id, [_row("1-1-202", "住宅", "75", [NEWCOMER], 21)])
    world.clock.advance(days=-7)
    world.display(second.roster_id)
    world.sign(second.roster_id)
    world.roster_id = second.roster_id
    world.enrol("zhao")
    names = {
        unit: [owner.name for owner in world.rosters.custody.identities(
            second.roster_id, unit, by="k1"
        )]
        for unit in ("1-1-101", "1-1-202", "1-2-101")
    }  # fmt: skip
    assert names == {"1-1-101": ["张伟"], "1-1-202": ["吴桐"], "1-2-101": ["张伟", "赵敏"]}
    opened = [act for act in world.acts() if act.get("act") == "open-identities"]
    assert [(act["by"], act["purpose"]) for act in opened] == [("c1", "amend")] + [
        ("k1", "read")
    ] * 3


def test_an_owner_keeps_his_number_and_no_number_is_given_twice(world):
    """Otherwise a difference would call a stranger the same owner."""
    first = imported(world, [ROWS[0], ROWS[5], ROWS[12]])
    second = imported(world, [ROWS[0], ROWS[5]])
    third = imported(world, [ROWS[7], ROWS[0]])
    owners = [
        {unit.unit_key: unit.owners for unit in document(world, each.roster_id).units}
        for each in (first, second, third)
    ]
    assert owners[0] == {"1-1-101": (0,), "1-2-102": (1,), "B1-1-003": (2,)}
    assert owners[1] == {"1-1-101": (0,), "1-2-102": (1,)}
    assert owners[2] == {"1-1-101": (0,), "2-1-102": (3,)}


def test_a_bad_row_in_an_amendment_leaves_nothing(world):
    first = imported(world)
    before = len(world.acts())
    with pytest.raises(RosterUnreadable):
        amend(world, first.roster_id, [_row("1-1-202", "住宅", "75.12345", [SUN], 4)])
    assert len(world.rosters.summaries()) == 1
    assert len(world.acts()) == before


def test_an_amendment_of_nothing_or_of_what_is_not_there_is_refused(world):
    first = imported(world)
    with pytest.raises(NothingAmended):
        amend(world, first.roster_id)
    with pytest.raises(UnknownRosterUnit):
        amend(world, first.roster_id, removed=["9-9-999"])


def test_importers_at_the_same_time_make_one_chain(engine_world):
    imported(engine_world)
    threads = [threading.Thread(target=imported, args=(engine_world,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = sorted(engine_world.rosters.summaries(), key=lambda each: each.version)
    assert [each.version for each in versions] == [1, 2, 3, 4, 5]
    assert [each.previous for each in versions[1:]] == [each.digest for each in versions[:-1]]


def test_first_importers_at_the_same_time_make_one_chain(engine_world):
    """No row of the complex is there to be locked yet; each spells its name in his way."""
    spellings = ["桂花园", "桂 花园", "桂花园　", "\u200b桂花园"]
    failures = []

    def first(name):
        try:
            engine_world.rosters.import_sheet(sheet(), "清册.csv", name, by="c1")
        except Exception as error:  # noqa: BLE001 - of whatever kind, it must not happen
            failures.append(error)

    threads = [threading.Thread(target=first, args=(name,)) for name in spellings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    versions = sorted(engine_world.rosters.summaries(), key=lambda each: each.version)
    assert [(each.community, each.version) for each in versions] == [
        ("桂花园", number) for number in (1, 2, 3, 4)
    ]
    assert [each.previous for each in versions[1:]] == [each.digest for each in versions[:-1]]


def test_a_name_like_a_known_one_begins_no_chain_unasked(world):
    first = imported(world)
    near = f"{COMMUNITY}小区"
    with pytest.raises(CommunityInDoubt, match=f"“{COMMUNITY}”"):
        world.rosters.import_sheet(sheet(), "清册.csv", near, by="c1")
    assert [each.roster_id for each in world.rosters.summaries()] == [first.roster_id]
    other, _ = world.rosters.import_sheet(
        sheet(), "清册.csv", near, by="c1", another_community=True
    )
    assert (other.community, other.version, other.previous) == (near, 1, None)
    again, _ = world.rosters.import_sheet(sheet(), "清册.csv", near, by="c1")
    assert (again.community, again.version) == (near, 2)


def test_a_file_is_pinned_as_it_came(world):
    assert imported(world).source_digest == canonical.digest(sheet())


def test_nobody_in_the_register_is_named_by_a_version(world):
    first = imported(world)
    amend(world, first.roster_id, [_row("1-1-202", "住宅", "75", [NEWCOMER], 21)])
    raw = b"".join(world.log(world.register)).decode()
    people = [part for owner in (ZHANG, ZHAO, LI, NEWCOMER) for part in (owner[0], owner[2])]
    assert not [value for value in [*people, title(21), "吴桐"] if value in raw]


def test_what_was_doubtful_in_a_sheet_is_kept_with_the_version(world):
    """Warnings and hints keep nothing out; who freezes the version can read them."""
    doubtful = [*ROWS[:12], _row("B1-1-003", "车位", "1313", [SUN], 13)]
    findings = world.rosters.findings(imported(world, doubtful).roster_id)
    assert findings
    assert {finding["grade"] for finding in findings} <= {"warning", "hint"}
