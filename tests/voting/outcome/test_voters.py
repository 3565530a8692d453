"""Who may vote for a unit, from the sheet to the audit bundle (domain C-1, C-13, W-9, W-10)."""

from datetime import timedelta

import pytest

from tests.voting.box.test_paper import paper as entered
from tests.voting.outcome.test_correction import bundles, certify, problems, receipts
from tests.voting.roster.test_versions import FROM_REGISTRY
from tests.voting.world import (
    HEADER,
    LI,
    ROWS,
    SUN,
    WANG,
    ZHANG,
    ZHAO,
    Handset,
    _row,
    choices,
    claim,
    resident,
    sheet,
)
from voting.ballot.refusals import NotYourUnit
from voting.box.paper import PaperBallot
from voting.identity.refusals import IdentityNotProved, NotTheVoter
from voting.kernel import canonical
from voting.outcome import bundle
from voting.outcome.bundle import Level
from voting.roster.vault import Vault

FURTHER = ("表决人", "代理人", "代理人证件号码", "业主状态")
CHILD = ("赵小敏", "身份证", resident("20100504", 21))
GUARDIAN = ("吴桐", "身份证", resident("19750101", 22))
HEIR = ("孙小磊", "身份证", resident("19950101", 23))
NAMED = {
    "1-1-102": ("李娜", "", "", ""),  # 王强 and 李娜 have named her, for this flat only
    "1-2-101": ("", GUARDIAN[0], GUARDIAN[2], ""),
    "B1-1-003": ("", "", "", "已故"),
}


def named(rows=ROWS, said=NAMED):
    """Rows with the columns that say who votes."""
    return [(*cells, *said.get("-".join(cells[:3]), ("",) * 4)) for cells in rows]


def with_child():
    """Rows in which 1-2-101 belongs to a child."""
    flat = _row("1-2-101", "住宅", "120.0001", [CHILD], 5)
    return [flat if cells[:3] == flat[:3] else cells for cells in ROWS]


@pytest.fixture
def told(world):
    """A frozen roster that names voters, with an assembly in notice."""
    return world.freeze(named(with_child()), (*HEADER, *FURTHER))


@pytest.fixture
def voting(told):
    world = told.draft().publish().open()
    for name in ("zhang", "li", "wang", "chen"):
        world.enrol(name)
    world.enrol("guardian", said=claim(GUARDIAN, 5))
    return world


def votes(world, said, phone=None, earlier=None):
    """Enrol a phone, and list the units it votes for and those it does not."""
    drawn, _ = world.identities.challenge(world.roster_id)
    possession = (phone or Handset()).possession(drawn, world.roster.digest)
    enrolled = world.identities.enrol(
        world.roster_id,
        said,
        possession,
        address="203.0.113.7",
        former=earlier and earlier.agree(possession),
    )
    keys = [unit.unit_key for holding in enrolled.held for unit in holding.units]
    return keys, [each.unit_key for each in enrolled.withheld]


def amended(world, rows, said, removed=()):
    """Amend the frozen roster by rows that name voters, and let both sign."""
    file = sheet(named(rows, said), (*HEADER, *FURTHER))
    version = world.rosters.amend(
        world.roster_id, file, "更改.csv", frozenset(removed), by="c1", provenance=FROM_REGISTRY
    )
    world.rosters.corrections.propose(version.roster_id, by="c1")
    world.assemblies.correct(version.roster_id, by="s1")


def entries(world, kind):
    return [entry for entry in map(canonical.decode, world.log()) if entry["type"] == kind]


def test_whom_the_co_owners_named_enrols_for_the_unit_and_the_other_does_not(told):
    assert votes(told, claim(LI, 2)) == (["1-1-102", "1-1-201"], [])
    assert votes(told, claim(WANG, 3)) == (["1-1-201"], ["1-1-102"])


@pytest.mark.parametrize(
    ("said", "words"),
    [(claim(CHILD, 5), "未满 18 周岁"), (claim(SUN, 13), "业主已故")],
)
def test_who_may_not_vote_at_all_enrols_nothing_and_is_told_what_to_do(told, said, words):
    with pytest.raises(NotTheVoter) as refusal:
        votes(told, said)
    assert words in refusal.value.detail
    assert "居委会登记" in refusal.value.detail
    assert not [act for act in told.acts() if act["type"] == "device-key"]


def test_a_guardian_enrols_for_the_child_and_sees_no_more(told):
    assert votes(told, claim(GUARDIAN, 5)) == (["1-2-101"], [])
    with pytest.raises(IdentityNotProved):
        votes(told, claim(GUARDIAN, 6))


def test_who_comes_of_age_enrols(told):
    told.clock.advance(days=2 * 366)
    with pytest.raises(NotTheVoter):
        votes(told, claim(CHILD, 5))
    told.clock.advance(days=64)
    assert votes(told, claim(CHILD, 5)) == (["1-2-101"], [])


def test_only_the_named_votes_and_the_log_says_who_that_was(voting):
    world = voting
    with pytest.raises(NotTheVoter) as refusal:
        world.cast("wang", ["1-1-102", "1-1-201"])
    assert "1-1-102 由清册载明的表决人" in refusal.value.detail
    with pytest.raises(NotYourUnit):
        world.cast("guardian", ["2-1-102"])
    world.cast("li", ["1-1-102", "1-1-201"])
    world.cast("guardian", ["1-2-101"], choices("oppose"))
    assert (receipts(world, "li"), receipts(world, "guardian")) == ([1], [2])
    result = certify(world)
    assert result["items"][0]["participating"]["heads"] == 2
    assert [problems(data) for data in bundles(world)] == [{}, {}]
    world.check_logs()


def test_the_day_that_counts_is_that_of_the_decision(told):
    """The child enrols once it is eighteen, for a decision of a day on which it is."""
    told.clock.advance(days=2 * 366 + 64)
    opens = told.clock.moment + timedelta(days=20)
    window = {"opens_at": f"{opens:%Y-%m-%d} 00:00", "closes_at": f"{opens:%Y-%m-%d} 18:00"}
    world = told.draft(**window).publish().open()
    world.enrol("child", said=claim(CHILD, 5))
    world.cast("child", ["1-2-101"])
    certify(world)
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def grown(born):
    """Rows in which 1-2-101 belongs to somebody born on this day."""
    child = ("赵小敏", "身份证", resident(born, 21))
    flat = _row("1-2-101", "住宅", "120.0001", [child], 5)
    return child, [flat if cells[:3] == flat[:3] else cells for cells in ROWS]


def test_who_is_eighteen_on_the_day_of_decision_enrols_and_his_guardian_does_not(world):
    """The notice is out, the decision on 25 March: the birthday lies between."""
    child, rows = grown("20080325")
    world.freeze(named(rows), (*HEADER, *FURTHER)).draft().publish().open()
    with pytest.raises(NotTheVoter, match="由业主本人表决"):
        votes(world, claim(GUARDIAN, 5))
    world.enrol("child", said=claim(child, 5))
    world.cast("child", ["1-2-101"])
    certify(world)
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_who_is_eighteen_a_day_later_is_represented(world):
    child, rows = grown("20080326")
    world.freeze(named(rows), (*HEADER, *FURTHER)).draft().publish().open()
    with pytest.raises(NotTheVoter, match="未满 18 周岁"):
        votes(world, claim(child, 5))
    assert votes(world, claim(GUARDIAN, 5)) == (["1-2-101"], [])


def test_a_clerk_is_told_whose_signature_to_look_for_and_decides(voting):
    """The box sees no signature; what two clerks enter as valid counts (C-19)."""
    world = voting
    warned = world.box.paper_warnings(world.assembly_id, entered(units=["1-1-102", "1-1-201"]))
    assert len(warned) == 1
    assert "1-1-102" in warned[0]
    shown = world.identities.beside(world.roster_id, "1-1-102", on=None, by="k1")
    assert {identity.name: standing.value for identity, standing in shown} == {
        "李娜": "owner",
        "王强": "not-named",
    }
    (child, guardian) = world.identities.beside(world.roster_id, "1-2-101", on=None, by="k1")
    assert [child[1].value, guardian[1].value] == ["minor", "owner"]
    assert guardian[0].name == GUARDIAN[0]
    for by in ("k1", "k2"):
        paper = PaperBallot("7", ("B1-1-003",), choices(), "")
        world.box.enter_paper(world.assembly_id, paper, by=by)
    certify(world)
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_an_heir_votes_once_a_correction_has_registered_him(voting):
    world = voting
    row = _row("B1-1-003", "车位", "13", [SUN], 13)
    with pytest.raises(IdentityNotProved):
        world.enrol("heir", said=claim(HEIR, 13))
    amended(world, [row], {"B1-1-003": ("", HEIR[0], HEIR[2], "已故")})
    world.enrol("heir", said=claim(HEIR, 13))
    world.cast("heir", ["B1-1-003"])
    # What the correction does not speak of stays: the named co-owner, the guardian.
    with pytest.raises(NotTheVoter):
        world.cast("wang", ["1-1-102"])
    world.cast("guardian", ["1-2-101"])
    certify(world)
    assert [problems(data) for data in bundles(world)] == [{}, {}]
    assert ["voters" in entry for entry in entries(world, "roster-correction")] == [True]


def test_once_nobody_is_named_any_more_every_owner_may_vote(voting):
    world = voting
    rows = [
        _row("1-1-102", "住宅", "100.5", [WANG, LI], 2),
        _row("1-2-101", "住宅", "120.0001", [ZHANG, ZHAO], 5),
        _row("B1-1-003", "车位", "13", [SUN], 13),
    ]
    amended(world, rows, {})
    world.cast("wang", ["1-1-102", "1-1-201"])
    with pytest.raises(NotYourUnit):
        world.cast("guardian", ["1-2-101"])
    certify(world)
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_a_roster_that_names_nobody_leaves_the_log_as_it_was(open_world):
    assert set(entries(open_world, "notice")[0]) == {"notice", "register", "roster", "type"}


def supervised(world):
    return bundle.read(world.outcomes.bundle(world.assembly_id, Level.SUPERVISED))


def rewritten(files, openings):
    """A bundle with other openings and a manifest that agrees."""
    files = files | {"openings.json": canonical.encode(openings)}
    said = canonical.decode(files.pop(bundle.MANIFEST))
    said["files"] = {path: canonical.digest(data) for path, data in files.items()}
    return bundle.write(files | {bundle.MANIFEST: canonical.encode(said)})


def test_nobody_else_can_be_made_the_voter_afterwards(voting):
    world = voting
    world.cast("li", ["1-1-102"])
    certify(world)
    files = supervised(world)
    openings = canonical.decode(files["openings.json"])
    without = {part: found for part, found in openings.items() if part != "voters"}
    for changed, words in (
        (without, "表决人的开启值与日志的承诺不一一对应"),
        (openings | {"voters": []}, "openings.json 中没有内容的清单应省去"),
    ):
        assert problems(rewritten(files, changed)) == {9: (words,), 13: (words,)}


def test_a_ballot_of_somebody_else_is_found_in_the_bundle(voting, monkeypatch):
    """A service that lets any owner vote is found out by the commitment it made before."""
    world = voting
    monkeypatch.setattr("voting.ballot.verify._require_voter", lambda *_: None)
    world.cast("wang", ["1-1-102", "1-1-201"])
    certify(world)
    monkeypatch.undo()
    found = problems(bundles(world)[1])
    assert list(found) == [13]
    assert "1-1-102 由清册载明的表决人" in found[13][0]


def test_the_public_bundle_names_no_voter(voting):
    world = voting
    certify(world)
    files = bundle.read(world.outcomes.bundle(world.assembly_id, Level.PUBLIC))
    assert not [path for path, data in files.items() if b"yezhu-voters" in data]


def test_who_votes_is_sealed_opened_on_record_and_rotated_with_the_rest(voting):
    world = voting
    raw = world.database.engine.raw_connection()
    said = "\n".join(raw.driver_connection.iterdump())
    raw.close()
    assert "20100504" not in said
    assert not [word for word in ("minor", "deceased", GUARDIAN[0], GUARDIAN[2]) if word in said]
    opened = [act for act in world.acts() if act.get("purpose") == "mandates"]
    assert [act["by"] for act in opened] == ["c1"]
    keys = {1: b"e" * 32, 2: b"f" * 32}
    world.rosters.retention._vault = Vault(keys, b"i" * 32)
    world.rosters.retention.rotate(by="operator")
    world.rosters.custody._vault = Vault({2: keys[2]}, b"i" * 32)
    world.rosters.mandates._opened.clear()
    again = votes(world, claim(WANG, 3), earlier=world.phones["wang"])
    assert again == (["1-1-201"], ["1-1-102"])


def test_after_the_retention_period_nobody_can_tell_who_voted_for_whom(voting):
    world = voting
    world.cast("guardian", ["1-2-101"])
    certify(world)
    world.clock.advance(days=6 * 366)
    before = world.clock.moment - timedelta(days=5 * 366)
    assert world.outcomes.erase(before, (), by="operator") == 1
    with world.database.read() as session:
        for table in ("roster_mandates", "assembly_voters"):
            rows = session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608
            assert not [cell for row in rows for cell in row if isinstance(cell, bytes) and cell]
    assert problems(world.outcomes.bundle(world.assembly_id, Level.PUBLIC)) == {}
