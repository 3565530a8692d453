"""Import, freeze, read: what is kept of a roster, and what nobody finds in it."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text

from tests.voting.world import (
    BUYER,
    CHEN,
    COMMUNITY,
    DEVELOPER,
    LI,
    LIU,
    ROWS,
    SHOP,
    SUN,
    WANG,
    ZHANG,
    ZHAO,
    sheet,
    title,
)
from voting.kernel import canonical
from voting.kernel.canonical import NotCanonical
from voting.roster.document import RosterDocument
from voting.roster.refusals import RosterUnreadable
from voting.roster.vault import KeyMissing, Sealed, Vault
from voting.roster.version import (
    Provenance,
    RosterAlreadyFrozen,
    RosterNotFrozen,
    UnknownRoster,
)

TABLES = ("rosters", "owners", "titles")


def counts(world):
    with world.database.read() as session:
        return [session.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES]  # noqa: S608


def imported(world, rows=ROWS):
    return world.rosters.import_sheet(sheet(rows), "清册.csv", COMMUNITY, by="c1")


def with_cell(row, column, value):
    rows = [list(each) for each in ROWS]
    rows[row][column] = value
    return rows


def test_a_good_sheet_is_a_new_version_with_its_figures(world):
    summary, reconciliation = imported(world)
    assert (summary.version, summary.units, summary.heads, summary.frozen) == (1, 13, 8, False)
    assert summary.area_cm2 == 11_574_201
    assert reconciliation.developer_stock.heads == 1
    again, _ = imported(world)
    assert again.version == 2
    assert world.rosters.summaries()[0].community == COMMUNITY


@pytest.mark.parametrize(
    ("row", "column", "value"), [(5, 8, "110105194912310021"), (12, 4, "12.34567"), (0, 0, "")]
)
def test_one_problem_anywhere_and_nothing_is_imported(world, row, column, value):
    acts = len(world.acts()) if counts(world)[0] else 0
    with pytest.raises(RosterUnreadable):
        imported(world, with_cell(row, column, value))
    assert counts(world) == [0, 0, 0]
    assert world.log(world.register)[acts:] == []


def test_a_failure_halfway_leaves_nothing(world, monkeypatch):
    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr(world.rosters.people, "keep", broken)
    with pytest.raises(RuntimeError):
        imported(world)
    assert counts(world) == [0, 0, 0]


def test_a_version_is_frozen_once(engine_world):
    world = engine_world.freeze()
    for again in (world.rosters.freezing.propose, world.rosters.freezing.confirm):
        with pytest.raises(RosterAlreadyFrozen):
            again(world.roster_id, by="c1")
    entries = [act for act in world.acts() if act["type"] == "roster"]
    assert [entry["digest"] for entry in entries] == [world.roster.digest]
    assert (entries[0]["by"], entries[0]["confirmed_by"]) == ("c1", "s1")


def test_nothing_can_be_built_on_a_version_that_may_still_change(world):
    summary, _ = imported(world)
    with pytest.raises(RosterNotFrozen):
        world.rosters.frozen(summary.roster_id)


def test_a_roster_nobody_imported_is_unknown(world):
    until = world.clock.moment
    calls = (
        world.rosters.frozen,
        world.rosters.published,
        world.rosters.difference,
        lambda i: world.rosters.freezing.publish(i, until, by="c1"),
        lambda i: world.rosters.freezing.propose(i, by="c1"),
        lambda i: world.rosters.freezing.confirm(i, by="s1"),
        lambda i: world.rosters.custody.identities(i, "1-1-101", by="k1"),
        lambda i: world.rosters.amend(
            i, None, "", frozenset({"1-1-101"}), by="c1", provenance=Provenance(evidence=b"-")
        ),
    )
    for call in calls:
        with pytest.raises(UnknownRoster):
            call("nobody")


def test_importing_is_an_act_that_pins_the_file_as_it_came(world):
    summary, _ = imported(world)
    (act,) = world.acts()
    assert act["act"] == "import-roster"
    assert act["source"] == canonical.digest(sheet())
    assert (act["digest"], act["roster"]) == (summary.digest, summary.roster_id)


PERSONAL = [
    *(part for owner in (ZHANG, ZHAO, LI, WANG, LIU, CHEN, SHOP, SUN, DEVELOPER, BUYER)
      for part in (owner[0], owner[2])),
    "999900195505060",  # the 18-digit form of the first-generation number
    "15400000001", "1540000",
    *(title(serial) for serial in range(1, 14)),
    "不动产权",
]  # fmt: skip


def test_no_name_number_phone_or_title_is_in_the_database_files(world):
    """Whoever steals the file, or a backup of it, learns nobody's identity."""
    world.freeze()
    path = Path(world.database.engine.url.database)
    files = [path, *path.parent.glob(path.name + "-*")]
    assert any(file.name.endswith("-wal") for file in files)
    stored = b"".join(file.read_bytes() for file in files)
    assert COMMUNITY.encode() in stored, "the scan reads what is stored"
    for value in PERSONAL:
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored, value


def test_nothing_personal_is_in_the_register(world):
    world.freeze()
    raw = b"".join(world.log(world.register)).decode()
    assert not [value for value in PERSONAL if value in raw]


def test_sealed_identities_open_with_the_key_and_only_in_their_place(world):
    world.freeze()
    with world.database.read() as session:
        rows = session.execute(text("SELECT owner_code, sealed FROM owners ORDER BY 1")).all()
    here, sealed = f"{world.roster_id}/0".encode(), Sealed(1, rows[0].sealed)
    opened = canonical.decode(world.vault.unseal(sealed, here))
    assert (opened["name"], opened["id_number"]) == (ZHANG[0], ZHANG[2])
    with pytest.raises(InvalidTag):
        world.vault.unseal(sealed, f"{world.roster_id}/1".encode())
    with pytest.raises(InvalidTag):
        Vault({1: b"x" * 32}, b"i" * 32).unseal(sealed, here)
    with pytest.raises(KeyMissing):
        world.vault.unseal(replace(sealed, key_version=2), here)


def test_an_index_depends_on_key_and_purpose():
    one = Vault({1: b"e" * 32}, b"i" * 32)
    assert one.index("name", "张伟") == Vault({1: b"x" * 32}, b"i" * 32).index("name", "张伟")
    others = (one.index("title", "张伟"), Vault({1: b"e" * 32}, b"j" * 32).index("name", "张伟"))
    assert one.index("name", "张伟") not in others


def test_the_document_reads_back_as_itself(world):
    document = world.freeze().roster
    assert RosterDocument.from_bytes(document.to_bytes()) == document
    assert document.regrouped() == document


@pytest.mark.parametrize(
    "change",
    [
        {"area_cm2": 893_701},
        {"kind": "商业"},
        {"stock": True},
        {"unit": "1-1-109"},
        {"building": "9"},
        {"group": 5},
        {"owners": [3]},
    ],
    ids=str,
)
@pytest.mark.parametrize("place", [0, 12])
def test_any_change_of_any_unit_is_another_digest(world, place, change):
    document = world.freeze().roster
    value = canonical.decode(document.to_bytes())
    value["units"][place] |= change
    changed = RosterDocument.from_bytes(canonical.encode(value))
    assert changed.digest != document.digest


@pytest.mark.parametrize("column", range(4, 12))
def test_the_digest_depends_on_what_is_public_and_on_nothing_else(world, column):
    """Area, owners and delivery change the document; phones, sources and titles do not."""
    other = {
        4: "90", 5: "实测", 6: "张玮", 7: "护照", 8: SUN[2], 9: "15400009999",
        10: "未售", 11: title(99),
    }  # fmt: skip
    cells = list(ROWS[5])
    cells[column] = other[column]
    if column in (7, 8):
        cells[7], cells[8] = "护照", SUN[2]
        cells[6] = SUN[0]
    plain, _ = imported(world)
    changed, _ = imported(world, [*ROWS[:5], cells, *ROWS[6:]])
    with world.database.read() as session:
        documents = [
            session.scalar(text("SELECT document FROM rosters WHERE roster_id = :id"), {"id": each})
            for each in (plain.roster_id, changed.roster_id)
        ]
    units = [canonical.decode(document)["units"] for document in documents]
    assert (units[0] != units[1]) is (column in (4, 7, 8, 10))


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b'{"community":"a","format":"yezhu-roster/2","units":[],"version":1}',
        b'{"community":"a","format":"yezhu-roster/3","units":[],"version":1}',
        b'{"community":"a","format":"yezhu-roster/2","previous":null,"units":[],"version":1}',
        b'{"community":"a","format":"yezhu-roster/1","previous":"0","units":[],"version":1}',
        b'{"community":"a","format":"yezhu-roster/2","previous":1,"units":[],"version":1}',
        b'{"community":"a","extra":1,"format":"yezhu-roster/1","units":[],"version":1}',
        b'{"community":"a","format":"yezhu-roster/1","units":[1],"version":1}',
        b'{"community":"a","format":"yezhu-roster/1","units":[{}],"version":1}',
        b'{"community":"a","format":"yezhu-roster/1","units":[],"version":"1"}',
        b'{"community":"a","format":"yezhu-roster/1","units":[],"version":true}',
    ],
)
def test_another_shape_is_no_roster_document(data):
    with pytest.raises(NotCanonical):
        RosterDocument.from_bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        {"area_cm2": True},
        {"area_cm2": "1"},
        {"group": False},
        {"owners": [True]},
        {"owners": ["0"]},
        {"more": 1},
        {"kind": "别墅"},
    ],
    ids=str,
)
def test_a_unit_of_another_shape_is_refused(world, change):
    value = canonical.decode(world.freeze().roster.to_bytes())
    value["units"][3] |= change
    with pytest.raises(NotCanonical):
        RosterDocument.from_bytes(canonical.encode(value))
