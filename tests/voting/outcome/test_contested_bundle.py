"""Clauses on co-owners, households and owners of several units: both verifiers hold them alike."""

import pytest

from tests.voting.conftest import voting
from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.outcome.damage.contested import bought, forgeries, told
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import contested, sold
from tests.voting.outcome.test_correction import bundles, certify, corrected
from tests.voting.world import choices
from voting.kernel import canonical
from voting.outcome.bundle import Level


def failing(data):
    return [finding.number for finding in verify_bundle(data) if finding.problems]


def written(level=Level.SUPERVISED, **edits):
    files, phones = contested()
    return Dossier(files[level], phones).write(**edits)


@pytest.mark.parametrize("level", UNNAMED)
def test_what_keeps_the_clauses_passes(level):
    assert failing(written(level)) == []


@pytest.mark.parametrize(("checks", "step", "edit"), list(forgeries()))
def test_what_is_false_of_them_both_find_in_the_same_checks(checks, step, edit):
    assert failing(written(**{step: edit})) == checks


@pytest.mark.parametrize("edit", list(told()))
def test_what_the_log_tells_without_a_count_both_hold_a_public_result_to(edit):
    assert failing(written(Level.PUBLIC, pinned=edit)) == [10]


def test_who_owned_a_share_all_along_objects_and_who_bought_one_later_does_not():
    """Both took the buyer's objection to what the seller had cast (C-14)."""
    files, phones = sold()
    assert failing(Dossier(files[Level.SUPERVISED], phones).write()) == []
    false = Dossier(files[Level.SUPERVISED], phones).write(notice_bound=bought)
    (found,) = [finding for finding in verify_bundle(false) if finding.problems]
    assert (found.number, found.problems) == (
        13, ("日志第 6 条的异议是对房屋 1-1-102 转让之前投的票，不应收下",)
    )  # fmt: skip


@pytest.mark.parametrize("household", ["7", True, None, []])
def test_a_household_is_a_number(household):
    def edit(d):
        d.roster["units"][0]["household"] = household
        d.files["roster.json"] = canonical.encode(d.roster)

    assert 7 in failing(written(Level.PUBLIC, counted=edit))


def test_spouses_who_own_a_flat_each_are_one_head():
    files, _ = contested()
    result = canonical.decode(files[Level.PUBLIC]["result.json"])
    assert result["items"][0]["oppose"] == {"area_cm2": 1_843_000, "heads": 1}


@pytest.mark.parametrize("rule", ["first_stands", "abstain", "void"])
def test_objections_are_counted_over_the_corrected_roster_too(world, rule):
    voting(world, begun=True, policies={"co_owners": rule})
    world.cast("wang", ["1-1-102", "1-1-201"])
    world.cast("chen", ["2-1-102"], choices("oppose"))
    world.object("li", ["1-1-102", "1-1-201"])
    corrected(world, removed=["1-1-201"])
    result = certify(world)
    assert [failing(data) for data in bundles(world)] == [[], []]
    approve = [part["items"][0]["approve"]["area_cm2"] for part in (result, result["corrected"])]
    assert approve == ([1_607_500, 1_005_000] if rule == "first_stands" else [0, 0])
