"""Objections of co-owners after the close: in bundle, certificate and audit (domain C-1)."""

import pytest
from sqlalchemy import text

from tests.voting.conftest import voting
from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.outcome.forgery import OPENINGS, edited, zipped
from tests.voting.world import choices
from voting.box.service import Contest
from voting.kernel import canonical
from voting.outcome import bundle
from voting.outcome.audit import audit
from voting.outcome.bundle import Level
from voting.outcome.objection_lines import objection_lines

SHARED = ("1-1-102", "1-1-201")


def certified(world):
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    return world


def problems(data):
    return {each.number: each.problems for each in verify_bundle(data) if each.problems}


def bundles(world):
    return {level: world.outcomes.bundle(world.assembly_id, level) for level in UNNAMED}


def result(world):
    return canonical.decode(world.outcomes.result(world.assembly_id))


@pytest.fixture
def contested(open_world):
    open_world.cast("wang", SHARED)
    open_world.cast("chen", ["2-1-102"], choices("oppose"))
    open_world.object("li", SHARED)
    return open_world


@pytest.mark.parametrize("rule", ["first_stands", "abstain", "void"])
def test_whoever_holds_the_bundle_comes_to_the_same_result(world, rule):
    voting(world, begun=True, policies={"co_owners": rule})
    world.cast("wang", SHARED)
    world.cast("chen", ["2-1-102"], choices("oppose"))
    world.object("li", SHARED)
    certified(world)
    assert [problems(data) for data in bundles(world).values()] == [{}, {}]
    approve = {"first_stands": 1, "abstain": 0, "void": 0}[rule]
    assert result(world)["items"][0]["approve"]["heads"] == approve


def test_the_public_bundle_says_neither_who_objected_nor_to_which_unit(contested):
    public = bundles(certified(contested))[Level.PUBLIC]
    files = bundle.read(public)
    assert OPENINGS not in files
    assert b'"ballot-objection"' in b"".join(files.values())
    told = canonical.decode(files["result.json"])["objections"]
    assert [each.keys() for each in told] == [{"at", "ballots", "position"}]


def test_an_objection_withheld_from_the_auditor_is_missed(contested):
    files = bundle.read(bundles(certified(contested))[Level.SUPERVISED])
    without = edited(files, OPENINGS, lambda said: said.pop("objections"))
    found = problems(zipped(without))
    assert found[12] == ("日志第 3 条缺少开启值，或开启值没有对应的异议",)
    assert 14 in found


def test_an_objection_other_than_the_one_in_the_log_is_found(contested):
    files = bundle.read(bundles(certified(contested))[Level.SUPERVISED])

    def salted(said):
        said["objections"][0]["salt"] = said["ballots"][0]["salt"]

    found = problems(zipped(edited(files, OPENINGS, salted)))
    assert found[12] == ("日志第 3 条的异议与其承诺不符",)


def test_objections_that_the_box_should_not_have_taken_are_named(open_world, monkeypatch):
    """From a box that does not look whether there is anything to object to."""
    world = open_world
    monkeypatch.setattr(Contest, "_require_anothers", lambda *_: None)
    world.object("li", SHARED)
    world.cast("wang", SHARED)
    world.object("li", SHARED)
    found = problems(bundles(certified(world))[Level.SUPERVISED])
    assert found == {
        13: (
            "日志第 1 条的异议提出时，房屋 1-1-102 还没有有效的表决票",
            "日志第 1 条的异议提出时，房屋 1-1-201 还没有有效的表决票",
            "日志第 3 条的异议是对房屋 1-1-102 的第二件异议，不应收下",
            "日志第 3 条的异议是对房屋 1-1-201 的第二件异议，不应收下",
        )
    }


def test_an_objection_of_somebody_who_does_not_own_the_unit_is_named(open_world, monkeypatch):
    world = open_world
    monkeypatch.setattr("voting.box.objection._require_co_owner", lambda *_: None)
    world.cast("wang", SHARED)
    world.object("chen", SHARED)
    certified(world)
    data = bundles(world)[Level.SUPERVISED]
    monkeypatch.undo()
    found = problems(data)
    assert found[13][0].startswith("日志第 2 条的异议不合格：房屋 1-1-102、1-1-201 不由您投票")


def test_the_certificate_counts_objections_and_says_what_they_do(contested):
    certified(contested)
    whole = result(contested)
    assert objection_lines(whole) == [
        "共有人在截止前提出异议 1 件，涉及有效表决票 1 张：先到的有效票仍然有效"
    ]
    used = {"policy": "co_owners", "value": "void"}
    whole["items"][0]["used_policies"].append(used)
    assert objection_lines(whole)[0].endswith("按公布的规则，这些房屋的表决票作废")
    assert objection_lines({"items": whole["items"]}) == []


def differences(world):
    with world.database.read() as session:
        found = audit(session, world.ledger, world.rosters.custody.basis)
        return [(each.table, each.position) for each in found]


@pytest.mark.parametrize(
    "altered",
    ["unit_codes = x'00000000'", "data = x'7b7d'", "received_at = 7", "digest = 'x'"],
)
def test_the_table_of_objections_is_compared_with_the_log(contested, altered):
    certified(contested)
    usual = differences(contested)
    with contested.database.write() as session:
        session.execute(text(f"UPDATE ballot_objections SET {altered}"))  # noqa: S608 - ours
    assert ("ballot_objections", 3) in differences(contested)
    assert ("ballot_objections", 3) not in usual
    with contested.database.write() as session:
        session.execute(text("DELETE FROM ballot_objections"))
    assert ("ballot_objections", 3) in differences(contested)


def test_after_the_retention_period_nobody_can_tell_who_objected(contested):
    certified(contested)
    public = bundles(contested)[Level.PUBLIC]
    usual = differences(contested)
    contested.clock.advance(days=1)
    assert contested.outcomes.erase(contested.clock.moment, (), by="operator") == 1
    [kept] = contested.contest.listing(contested.assembly_id)
    assert (kept.units, kept.opening.data, kept.opening.salt) == (SHARED, b"", b"")
    assert problems(public) == {}
    assert differences(contested) == usual
