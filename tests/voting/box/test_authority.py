"""Who signs a paper ballot for an owner, and on what (domain W-10 to W-13)."""

from dataclasses import replace
from datetime import date

import pytest

from tests.voting.box.test_paper import enter
from tests.voting.box.test_service import CHEN, slots
from tests.voting.world import choices
from voting.box import paper as checks
from voting.box.authority import EVIDENCE, SCOPES, Guardian, Proxy
from voting.box.paper import PaperBallot, parse
from voting.box.refusals import (
    AuthorityNotInForce,
    BeyondAuthority,
    CarriedNotCast,
    PropertyStaff,
    TooManyPrincipals,
    UnreadableAuthority,
    UnreadablePaper,
)
from voting.kernel import canonical
from voting.roster.agency import USUAL

AGENT = "ab" * 32
ALL = ("1", "2", "3", "4")
PROXY = Proxy(AGENT, ALL, "full", date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 31))
"""In force on the days of the vote, 18 to 25 March 2026."""
CLAUSE = "业主大会议事规则第十二条"


def by_proxy(authority=PROXY, serial="7", units=CHEN, void_reason="", **said):
    text = choices(**said)
    return PaperBallot(serial, tuple(units), text, void_reason, "proxy", authority)


def accepted(world, entry):
    """Both clerks enter it; its place in the log."""
    enter(world, entry, "k1")
    return enter(world, entry, "k2")


def test_a_proxy_votes_for_the_owner_and_the_log_commits_to_his_authority(open_engine_world):
    world = open_engine_world
    assert accepted(world, by_proxy()) == 1
    assert slots(world) == dict.fromkeys(CHEN, 1)


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_a_guardian_says_what_he_has_shown(open_world, evidence):
    entry = replace(by_proxy(), capacity="guardian", authority=Guardian(evidence))
    assert accepted(open_world, entry) == 1


def test_an_owners_ballot_may_be_carried_and_is_his_own(open_world):
    entry = replace(by_proxy(), capacity="owner", authority=None, carried=True)
    assert accepted(open_world, entry) == 1
    assert slots(open_world) == dict.fromkeys(CHEN, 1)


@pytest.mark.parametrize("authority", [None, PROXY, Guardian("court_ruling")])
def test_an_owners_representative_casts_nothing(open_world, authority):
    for carried in (True, False):
        entry = replace(by_proxy(), capacity="representative", authority=authority, carried=carried)
        with pytest.raises(CarriedNotCast):
            enter(open_world, entry, "k1")
    assert slots(open_world) == {}


INCOMPLETE = {
    "a proxy without authority": ("proxy", None),
    "a guardian without proof": ("guardian", None),
    "an owner with an authority": ("owner", PROXY),
    "an owner with a guardian's proof": ("owner", Guardian("court_ruling")),
    "a guardian with an authority": ("guardian", PROXY),
    "a proxy with a guardian's proof": ("proxy", Guardian("court_ruling")),
    "an unknown proof": ("guardian", Guardian("his word")),
    "an unknown capacity": ("tenant", None),
    "no agent": ("proxy", replace(PROXY, agent="")),
    "an agent in clear": ("proxy", replace(PROXY, agent="张伟" * 32)),
    "no matters": ("proxy", replace(PROXY, matters=())),
    "matters twice": ("proxy", replace(PROXY, matters=("1", "1"))),
    "matters unsorted": ("proxy", replace(PROXY, matters=("2", "1"))),
    "no scope": ("proxy", replace(PROXY, scope="")),
    "a clause that names none": ("proxy", replace(PROXY, exception=" ")),
}


@pytest.mark.parametrize(("capacity", "authority"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_an_incomplete_authority_is_refused_even_on_a_void_paper(open_world, capacity, authority):
    for void_reason in ("", "委托书不全"):
        entry = replace(by_proxy(), capacity=capacity, authority=authority, void_reason=void_reason)
        with pytest.raises(UnreadableAuthority):
            enter(open_world, entry, "k1")


TODAY = date(2026, 3, 18)
PERIODS = {
    "signed tomorrow": (replace(PROXY, signed_on=date(2026, 3, 19)), False),
    "signed today": (replace(PROXY, signed_on=TODAY), True),
    "from tomorrow": (replace(PROXY, valid_from=date(2026, 3, 19)), False),
    "from today": (replace(PROXY, valid_from=TODAY), True),
    "until yesterday": (replace(PROXY, valid_until=date(2026, 3, 17)), False),
    "until today": (replace(PROXY, valid_until=TODAY), True),
}


@pytest.mark.parametrize(("authority", "good"), PERIODS.values(), ids=PERIODS)
def test_an_authority_is_good_from_its_first_day_to_its_last(open_world, authority, good):
    """The box opened at midnight in Beijing, when it is still the day before in UTC."""
    if good:
        assert accepted(open_world, by_proxy(authority)) == 1
    else:
        with pytest.raises(AuthorityNotInForce):
            enter(open_world, by_proxy(authority), "k1")


def test_a_proxy_says_nothing_on_what_he_was_not_given(open_world):
    some = replace(PROXY, matters=("1", "3"))
    with pytest.raises(BeyondAuthority) as refused:
        enter(open_world, by_proxy(some), "k1")
    assert refused.value.facts == {"items": ["2", "4"]}
    blank = {"2": dict.fromkeys(("c1", "c2", "c3"), "blank"), "4": "blank"}
    assert accepted(open_world, by_proxy(some, **blank)) == 1


def test_a_person_of_the_property_company_is_an_agent_only_where_a_clause_says_so(open_world):
    employed = replace(PROXY, property_staff=True)
    with pytest.raises(PropertyStaff, match="舟山市物业管理条例"):
        enter(open_world, by_proxy(employed), "k1")
    assert accepted(open_world, by_proxy(replace(employed, exception=CLAUSE))) == 1


OTHERS = (["1-1-101"], ["1-2-101"], ["1-2-102"], ["2-1-101"])


def signed_for(world, groups, authority=PROXY):
    for number, units in enumerate(groups):
        accepted(world, by_proxy(authority, f"p{number}", units))


def test_an_agent_signs_for_three_owners_and_no_more(open_engine_world):
    world = open_engine_world
    signed_for(world, OTHERS[: USUAL.most])
    fourth = by_proxy(serial="p9", units=OTHERS[USUAL.most])
    with pytest.raises(TooManyPrincipals) as refused:
        enter(world, fourth, "k1")
    assert "潍坊" in refused.value.detail
    # Another unit of one of the three is no further owner; nor is another agent concerned.
    accepted(world, by_proxy(serial="p10", units=["1-1-202"]))
    accepted(world, by_proxy(replace(PROXY, agent="cd" * 32), "p11", OTHERS[USUAL.most]))


def test_a_clause_lets_an_agent_sign_for_more(open_world):
    signed_for(open_world, OTHERS[: USUAL.most])
    fourth = by_proxy(replace(PROXY, exception=CLAUSE), "p9", OTHERS[USUAL.most])
    assert accepted(open_world, fourth) == 1 + USUAL.most


def test_a_void_paper_uses_up_nothing_and_is_asked_nothing(open_world):
    void = [
        by_proxy(replace(PROXY, valid_until=date(2026, 3, 1)), f"v{number}", units, "委托书已过期")
        for number, units in enumerate(OTHERS)
    ]
    for entry in void:
        accepted(open_world, entry)
    signed_for(open_world, OTHERS[: USUAL.most])


def test_the_cap_holds_when_first_entries_were_made_before_it_was_reached(open_world):
    waiting = [by_proxy(serial=f"p{n}", units=units) for n, units in enumerate(OTHERS)]
    for entry in waiting:
        enter(open_world, entry, "k1")
    for entry in waiting[: USUAL.most]:
        enter(open_world, entry, "k2")
    with pytest.raises(TooManyPrincipals):
        enter(open_world, waiting[-1], "k2")


@pytest.mark.parametrize("scope", SCOPES)
def test_what_two_clerks_entered_is_read_again_to_the_letter(scope):
    own = replace(by_proxy(), capacity="owner", authority=None)
    for entry in (
        own,
        by_proxy(replace(PROXY, scope=scope, exception=CLAUSE, property_staff=True)),
        replace(own, capacity="guardian", authority=Guardian("agreement")),
        replace(own, capacity="guardian"),
        replace(own, authority=Guardian("agreement")),
        replace(own, carried=True),
        replace(own, scans=("0" * 64, "1" * 64)),
    ):
        assert parse(entry.to_bytes()) == entry
    assert canonical.decode(own.to_bytes())["format"] == "yezhu-paper/1"


def _spoilt(**values):
    return canonical.encode(canonical.decode(by_proxy().to_bytes()) | values)


def _authority(**values):
    text = canonical.decode(by_proxy().to_bytes())
    return canonical.encode(text | {"authority": text["authority"] | values})


UNREADABLE = {
    "no number": _spoilt(serial=""),
    "a number that is none": _spoilt(serial=7),
    "a unit that is a number": _spoilt(units=["2-1-102", 1]),
    "another format": _spoilt(format="yezhu-paper/3"),
    "the first format with more": _spoilt(format="yezhu-paper/1"),
    "more than the second says": _spoilt(more=1),
    "carried as a number": _spoilt(carried=1),
    "scans that are none": _spoilt(scans=[1]),
    "one scan that is none": _spoilt(scans=["0", 1]),
    "what the first format says in the second": _spoilt(
        authority=None, capacity="owner", carried=False
    ),
}
UNREADABLE_AUTHORITY = {
    "an authority with more": _authority(more=1),
    "an authority that is a list": _spoilt(authority=[]),
    "a day that is none": _authority(signed_on="2026-02-30"),
    "a day in another spelling": _authority(signed_on="20260310"),
    "matters that are numbers": _authority(matters=[1]),
    "one matter that is a number": _authority(matters=["1", 2]),
    "staff as a number": _authority(property_staff=0),
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_a_text_that_says_more_or_less_is_not_read(data):
    with pytest.raises(UnreadablePaper):
        parse(data)


@pytest.mark.parametrize("data", UNREADABLE_AUTHORITY.values(), ids=UNREADABLE_AUTHORITY)
def test_an_authority_that_says_more_or_less_is_named_as_what_is_wrong(data):
    with pytest.raises(UnreadableAuthority):
        parse(data)


def test_every_code_has_a_line_in_the_list_of_checks_and_in_the_documents(pytestconfig):
    documents = (pytestconfig.rootpath / "README.md").read_text()
    documents += (pytestconfig.rootpath / "docs/bundle.md").read_text()
    for refusal in (
        AuthorityNotInForce, BeyondAuthority, CarriedNotCast, PropertyStaff, TooManyPrincipals,
        UnreadableAuthority, UnreadablePaper,
    ):  # fmt: skip
        assert f"``{refusal.code}``" in checks.__doc__
        assert f"`{refusal.code}`" in documents
