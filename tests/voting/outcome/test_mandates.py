"""Who may vote is bound by what two people sign: version, freeze, correction, bundle (C-16)."""

import base64

import pytest

from tests.voting.outcome.forgery import ENTRIES, OPENINGS, edited, zipped
from tests.voting.outcome.test_correction import bundles, certify, problems
from tests.voting.outcome.test_voters import (
    FURTHER,
    GUARDIAN,
    amended,
    named,
    supervised,
    told,
    voting,
)
from tests.voting.roster.test_versions import FROM_REGISTRY
from tests.voting.world import HEADER, ROWS, SUN, _row, claim, sheet
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.outcome.correction_lines import correction_lines
from voting.roster.correction import CorrectionOutdated
from voting.roster.difference_report import in_full, public_lines
from voting.roster.mandate import Mandate, Standing, from_bytes, to_bytes
from voting.roster.vault import Vault

__all__ = ["told", "voting"]  # fixtures

EVERYBODY = {"-".join(cells[:3]): ("", GUARDIAN[0], GUARDIAN[2], "已故") for cells in ROWS}
SOLD_OFF = {key for key in EVERYBODY if key not in {"2-1-201", "2-1-202"}}
"""Units that are not the developer's any more: all that can have a mandate."""


def registered(world, kind):
    return [act for act in world.acts() if act["type"] == kind]


def test_handing_every_unit_to_one_agent_is_no_empty_correction(open_world):
    world = open_world
    amended(world, ROWS, EVERYBODY)
    (signed,) = world.rosters.signed_corrections(world.roster_id)
    changed = {"representative": len(SOLD_OFF), "state": len(SOLD_OFF), "voter": 0}
    assert signed.act.mandates.changed == changed
    lines = public_lines(signed.act.difference, signed.act.mandates.changed)
    assert lines[:2] == ["代理人变更 11 套", "业主状态变更 11 套"]
    world.enrol("agent", said=claim(GUARDIAN, 1))
    world.cast("agent", ["1-1-101"])
    result = certify(world)
    assert "；代理人变更 11 套；业主状态变更 11 套" in correction_lines(result)[0]
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_who_signs_is_told_unit_by_unit(world):
    world.freeze()
    said = {"1-1-102": ("李娜", "", "", ""), "B1-1-003": ("", GUARDIAN[0], GUARDIAN[2], "已故")}
    rows = [cells for cells in ROWS if "-".join(cells[:3]) in said]
    file = sheet(named(rows, said), (*HEADER, *FURTHER))
    version = world.rosters.amend(
        world.roster_id, file, "更改.csv", frozenset(), by="c1", provenance=FROM_REGISTRY
    )
    difference = world.rosters.difference(version.roster_id)
    told = in_full(difference, world.rosters.mandate_changes(version.roster_id, by="s1"))
    assert told["lines"][:3] == [
        "1-1-102 表决人变更：共有人推选了表决人",
        "B1-1-003 代理人变更：登记了代理人",
        "B1-1-003 业主状态变更：一位业主登记为已故",
    ]
    assert [(each["unit"], each["change"]) for each in told["mandates_changed"]] == [
        ("1-1-102", "voter"),
        ("B1-1-003", "representative"),
        ("B1-1-003", "state"),
    ]
    counts = {"representative": 1, "state": 1, "voter": 1}
    assert world.rosters.mandates_changed(version.roster_id) == counts
    assert registered(world, "roster-version")[-1]["mandates_changed"] == counts


def test_version_freeze_and_correction_commit_to_the_same(voting):
    world = voting
    (version,), (freeze,) = registered(world, "roster-version"), registered(world, "roster")
    assert version["mandates"] == freeze["mandates"]
    amended(world, [_row("B1-1-003", "车位", "13", [SUN], 13)], {})
    (correction,) = registered(world, "roster-correction")
    (signed,) = world.rosters.signed_corrections(world.roster_id)
    assert correction["mandates"] == signed.act.mandates.commitment != freeze["mandates"]
    assert registered(world, "roster-version")[-1]["mandates"] == correction["mandates"]


def test_an_act_that_does_not_say_who_may_vote_is_not_confirmed(open_world):
    """As an earlier release left it, signed by the convener alone."""
    world = open_world
    file = sheet(named(ROWS[:1], EVERYBODY), (*HEADER, *FURTHER))
    version = world.rosters.amend(
        world.roster_id, file, "更改.csv", frozenset(), by="c1", provenance=FROM_REGISTRY
    )
    act = canonical.decode(world.rosters.corrections.propose(version.roster_id, by="c1").to_bytes())
    del act["mandates"]
    act["format"] = "yezhu-correction/1"
    with world.database.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE roster_corrections SET document = ?", (canonical.encode(act),)
        )
    with pytest.raises(CorrectionOutdated, match="重新签署"):
        world.assemblies.correct(version.roster_id, by="s1")


def reopened(files, edit, index=0):
    """Open other mandates, and bind them as only the operator could in a register of his own."""
    openings = canonical.decode(files[OPENINGS])
    found = openings["mandates"][index]
    mandates = from_bytes(base64.b64decode(found["data"]))
    found["data"] = base64.b64encode(to_bytes(edit(mandates))).decode()
    salt = base64.b64decode(found["salt"])
    bound = Opening(salt, base64.b64decode(found["data"])).commitment
    files = files | {OPENINGS: canonical.encode(openings)}
    if index:
        return files

    def bind(items):
        for item in items:
            entry = canonical.decode(base64.b64decode(item["entry"]))
            if entry["type"] in {"roster", "roster-version"}:
                item["entry"] = base64.b64encode(
                    canonical.encode(entry | {"mandates": bound})
                ).decode()

    return edited(files, ENTRIES, bind)


@pytest.fixture
def corrected(voting):
    """The supervised bundle of a vote with named voters and a correction of them, taken apart."""
    world = voting
    world.cast("li", ["1-1-102"])
    amended(world, [_row("B1-1-003", "车位", "13", [SUN], 13)], {})
    certify(world)
    files = supervised(world)
    assert problems(zipped(files)) == {}
    return files


def test_voters_that_do_not_follow_from_what_was_signed_are_found(corrected):
    def agent(mandates):
        return {**mandates, "2-1-102": (Mandate(99, Standing.REPRESENTATIVE),)}

    found = problems(zipped(reopened(corrected, agent)))[9]
    assert "日志第 0 条的表决人与两人签署的不同" in found


def test_other_mandates_than_the_commitment_are_found(corrected):
    def nobody(_):
        return {}

    words = "登记簿所承诺的“谁可以表决”缺少开启值，或与开启值不符"
    assert words in problems(zipped(reopened(corrected, nobody, 1)))[9]
    without = canonical.decode(corrected[OPENINGS])
    del without["mandates"]
    assert words in problems(zipped(corrected | {OPENINGS: canonical.encode(without)}))[9]


def test_entries_from_before_mandates_were_bound_still_verify(corrected):
    """As an earlier release left them: the altered entries fail check 8 alone."""

    def forget(items):
        for item in items:
            entry = canonical.decode(base64.b64decode(item["entry"]))
            if entry["type"] in {"roster", "roster-version"}:
                entry.pop("mandates")
                item["entry"] = base64.b64encode(canonical.encode(entry)).decode()

    openings = canonical.decode(corrected[OPENINGS])
    openings["mandates"] = openings["mandates"][1:]
    files = edited(corrected, ENTRIES, forget) | {OPENINGS: canonical.encode(openings)}
    assert problems(zipped(files)).keys() == {8}


def test_with_the_identity_key_lost_the_votes_can_still_be_counted(voting):
    world = voting
    world.cast("li", ["1-1-102"])
    certify(world)
    world.rosters.custody._vault = Vault({2: b"f" * 32}, b"i" * 32)
    world.rosters.mandates._opened.clear()
    assert problems(bundles(world)[1]).keys() == {9}


def test_what_is_bound_in_public_names_nobody(voting):
    world = voting
    raw = b"".join(world.log(world.register)).decode()
    assert not [word for word in ("minor", "deceased", "not-named", "2028-05-04") if word in raw]
