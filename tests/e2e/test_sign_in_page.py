"""An owner signs in at a real identity provider, and comes back to the page with a key enrolled."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import expect

from tests.conftest import MovingClock
from tests.e2e.site import PHONE, choose, serving
from tests.identity_provider import provider

FLAT = "2-1-101"
NOTICE = timedelta(days=17)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A complex whose ballot box is open just now, by the provider's own clock."""
    clock = MovingClock()
    now = datetime.now(UTC).replace(microsecond=0)
    clock.moment = now - NOTICE
    with provider() as issuer:
        settings = {
            "YEZHU_OIDC_ISSUER": issuer,
            "YEZHU_OIDC_CLIENT_ID": "yezhu",
            "YEZHU_OIDC_CLIENT_SECRET": "any",
            "YEZHU_OIDC_NUMBER_CLAIM": "id_card",
        }
        with serving(tmp_path_factory.mktemp("vouched"), clock, **settings) as (complex_, url):
            complex_.url, complex_.issuer = url, issuer
            yield complex_


@pytest.fixture(scope="module")
def assembly(place):
    opened = place.open()
    place.clock.moment = datetime.now(UTC).replace(microsecond=0)
    assert opened.opens_at < place.clock.moment < opened.closes_at
    return opened


def leave(vote, place, assembly, said):
    """From the page to the provider, where the owner signs in as somebody."""
    httpx2.put(f"{place.issuer}/users/{said['id_card']}", json=said).raise_for_status()
    # The provider's page asks for a style sheet and an icon from elsewhere.
    vote.route("**/*.css", lambda route: route.fulfill(body="")
               if place.url not in route.request.url else route.continue_())  # fmt: skip
    vote.goto(f"{place.url}/vote?assembly={assembly.id}")
    vote.get_by_test_id("start").click()
    vote.get_by_test_id("sign-in-at-provider").click()
    expect(vote.get_by_text("Authorize Client")).to_be_visible()


def authorize(vote, said):
    vote.get_by_placeholder("sub").fill(said["id_card"])
    vote.get_by_role("button", name="Authorize", exact=True).click()


def person(place, unit_key):
    claim = place.claim(unit_key)
    return {"name": claim.name, "id_card": claim.id_number}


def test_an_owner_signs_in_and_votes_without_typing_who_he_is(place, assembly, page, tmp_path):
    vote, said, asked = page(PHONE), person(place, FLAT), {}
    vote.on("request", lambda request: asked.update(json.loads(request.post_data))
            if request.url.endswith(("/sign-ins", "/id-tokens")) else None)  # fmt: skip
    leave(vote, place, assembly, said)
    authorize(vote, said)
    expect(vote.get_by_test_id("units")).to_contain_text(FLAT)
    assert vote.url == f"{place.url}/vote?assembly={assembly.id}"
    hashed = hashlib.sha256(asked["verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() == asked["code_challenge"]
    choose(vote)
    vote.get_by_test_id("sign").click()
    expect(vote.get_by_test_id("receipt-position")).to_be_visible()
    vote.screenshot(path=tmp_path / "vote-signed-in.png", full_page=True)


def test_whoever_has_another_phones_key_is_asked_for_his_title_besides(place, assembly, page):
    unit = "2-1-102"
    place.phone(assembly, unit)
    vote, said = page(PHONE), person(place, unit)
    leave(vote, place, assembly, said)
    authorize(vote, said)
    expect(vote.get_by_role("heading", name="还要一项证明")).to_be_visible()
    vote.get_by_test_id("title-no").fill(place.claim(unit).title_no)
    vote.get_by_test_id("prove").click()
    expect(vote.get_by_test_id("units")).to_contain_text(unit)


def test_a_wrong_title_costs_one_more_sign_in_and_the_page_leads_there(place, assembly, page):
    """The provider's word is used up; the page went on asking for a title that no longer helped."""
    unit = "2-1-104"
    place.phone(assembly, unit)
    vote, said = page(PHONE), person(place, unit)
    leave(vote, place, assembly, said)
    authorize(vote, said)
    vote.get_by_test_id("title-no").fill(place.claim("2-1-101").title_no)
    vote.get_by_test_id("prove").click()
    expect(vote.get_by_role("heading", name="请重新登录")).to_be_visible()
    vote.get_by_test_id("sign-in-at-provider").click()
    authorize(vote, said)
    vote.get_by_test_id("title-no").fill(place.claim(unit).title_no)
    vote.get_by_test_id("prove").click()
    expect(vote.get_by_test_id("units")).to_contain_text(unit)


def test_the_same_answer_of_the_provider_is_taken_once(place, assembly, page):
    """As when the owner goes back, or opens the address from his history."""
    vote, said = page(PHONE), person(place, "2-1-201")
    seen = []
    vote.on("request", lambda asked: seen.append(asked.url))
    leave(vote, place, assembly, said)
    authorize(vote, said)
    expect(vote.get_by_test_id("units")).to_contain_text("2-1-201")
    (back,) = [url for url in seen if url.startswith(f"{place.url}/vote?") and "code=" in url]
    seen.clear()
    vote.goto(back)
    expect(vote.get_by_text("没有接上刚才在身份认证平台的登录")).to_be_visible()
    assert not [url for url in seen if url.endswith(("/id-tokens", "/vouched-keys"))]


def test_the_second_of_two_tabs_is_the_one_that_goes_on(place, assembly, page):
    said = person(place, "2-1-202")
    first = page(PHONE)
    leave(first, place, assembly, said)
    second = first.context.new_page()
    leave(second, place, assembly, said)
    authorize(first, said)
    expect(first.get_by_text("身份认证平台没有确认您的身份")).to_be_visible()
    authorize(second, said)
    expect(second.get_by_test_id("units")).to_contain_text("2-1-202")


def test_whom_the_provider_does_not_confirm_may_try_again(place, assembly, page):
    vote, said = page(PHONE), person(place, "2-1-103")
    leave(vote, place, assembly, said)
    vote.get_by_role("button", name="Deny").click()
    expect(vote.get_by_text("身份认证平台没有确认您的身份")).to_be_visible()
    vote.get_by_test_id("retry").click()
    expect(vote.get_by_test_id("start")).to_be_visible()


def test_a_code_from_elsewhere_enrols_nobody(place, assembly, page):
    """Its state is not this browser's: the page says so, and begins as it always does."""
    vote, asked = page(PHONE), []
    vote.on("request", lambda request: asked.append(request.url))
    vote.goto(f"{place.url}/vote?code=stolen&state={'s' * 43}")
    expect(vote.get_by_text("请回到原来的浏览器")).to_be_visible()
    expect(vote.get_by_test_id("start")).to_be_visible()
    assert not [url for url in asked if url.endswith(("/id-tokens", "/vouched-keys"))]
    assert "stolen" not in vote.url
