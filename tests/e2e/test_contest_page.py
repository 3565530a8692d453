"""A co-owner finds that another has voted for their flat, and objects in the browser."""

import base64
import hashlib
import json
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.complex import done
from tests.e2e.site import PHONE, choose, serving

FLAT = "1-1-201"


@pytest.fixture
def place(tmp_path):
    """Of its own for each: the same owner enrols a first key in both."""
    with serving(tmp_path) as (complex_, url):
        yield SimpleNamespace(complex=complex_, url=url)


def identify(vote, place, assembly):
    """The second owner on the title proves who he is."""
    flat = place.complex.roster.by_key()[FLAT]
    vote.goto(f"{place.url}/vote?assembly={assembly.id}")
    vote.get_by_test_id("start").click()
    vote.get_by_test_id("name").fill(flat.owners[1].name)
    vote.get_by_test_id("id-number").fill(flat.owners[1].id_number)
    vote.get_by_test_id("title-no").fill(flat.title_no)
    vote.get_by_test_id("prove").click()
    expect(vote.get_by_test_id("units")).to_contain_text(FLAT)


def test_whose_flat_has_voted_without_him_may_object(place, page, tmp_path):
    """On the page that turns his ballot down; what he saves opens the log's entry."""
    town, vote = place.complex, page(PHONE)
    assembly = town.open(co_owners="void")
    done(town.http.post(f"{assembly.path}/ballots", content=town.signed(assembly, FLAT)))
    identify(vote, place, assembly)
    choose(vote)
    vote.get_by_test_id("sign").click()
    contest = vote.get_by_test_id("contest")
    expect(contest).to_contain_text("这套房屋的票作废")
    vote.get_by_test_id("object").click()
    expect(contest).to_contain_text("请勾选")
    vote.get_by_test_id("contested").check()
    vote.screenshot(path=tmp_path / "vote-contest.png", full_page=True)
    vote.get_by_test_id("object").click()
    expect(contest).to_contain_text(f"{FLAT}，日志中的第 2 条")
    with vote.expect_download() as saved:
        contest.get_by_role("button", name="保存异议凭据").click()
    proof = json.loads(saved.value.path().read_bytes())
    objection = json.dumps(
        proof["objection"], ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    salted = base64.b64decode(proof["answer"]["salt"]) + objection.encode()
    assert proof["answer"]["commitment"] == hashlib.sha256(salted).hexdigest()
    (listed,) = done(town.staff("supervisor").get(f"{assembly.path}/ballot-objections")).json()
    assert (listed["units"], listed["ballots"]) == ([FLAT], [1])


def test_an_objection_that_found_no_network_is_sent_again_as_it_was_signed(place, page):
    """From the page of his own units, where nothing but the rules is said while nobody voted."""
    town, vote = place.complex, page(PHONE)
    assembly = town.open()
    identify(vote, place, assembly)
    vote.goto(f"{place.url}/vote?assembly={assembly.id}")
    vote.get_by_test_id("start").click()
    vote.clock.set_fixed_time(town.clock())
    vote.get_by_test_id("my-share").click()
    contest = vote.get_by_test_id("contest")
    vote.get_by_test_id("contested").check()
    vote.get_by_test_id("object").click()
    expect(contest).to_contain_text("还没有有效的表决票，您可以直接投票")
    done(town.http.post(f"{assembly.path}/ballots", content=town.signed(assembly, FLAT)))
    sent = []
    vote.on("request", lambda request: sent.append(request.post_data)
            if request.url.endswith("/ballot-objections") else None)  # fmt: skip
    vote.route("**/ballot-objections", lambda route: route.abort("connectionfailed"))
    vote.get_by_test_id("object").click()
    expect(contest).to_contain_text("网络不通")
    vote.unroute("**/ballot-objections")
    vote.get_by_test_id("object").click()
    expect(contest).to_contain_text("异议已记入日志")
    assert len(sent) == 2
    assert sent[0] == sent[1]
