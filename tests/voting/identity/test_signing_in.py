"""The way to a real identity provider and back, as a page takes it."""

import secrets
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.identity_provider import provider
from tests.voting.world import CHEN
from voting.identity.model import Claim
from voting.identity.provider import OpenIdProvider, Trusted
from voting.identity.refusals import ProviderNotOffered, ProviderUnreachable, TokenRefused
from voting.identity.service import SigningIn
from voting.infra.throttle import Throttle, TooManyAttempts

SECRET = "any"
BACK = "https://vote.example.org/vote"
ASKED = {"nonce": "n", "state": "s" * 43, "code_challenge": "c" * 43}


@pytest.fixture(scope="module")
def issuer():
    with provider() as url:
        yield url


def signing_in(trusted, clock):
    return SigningIn(trusted and OpenIdProvider(trusted), Throttle(), BACK, clock)


def trusting(issuer, secret=SECRET):
    return Trusted(issuer, "yezhu", "name", "id_card", secret=secret)


def signed_in(place):
    """What the provider adds to the page's address once somebody has signed in."""
    subject = secrets.token_hex(8)
    issuer = f"http://{urlsplit(place).netloc}"
    said = {"name": CHEN[0], "id_card": CHEN[2]}
    httpx2.put(f"{issuer}/users/{subject}", json=said).raise_for_status()
    answer = httpx2.post(place, data={"sub": subject}).headers["location"]
    back, _, query = answer.partition("?")
    assert back == BACK
    return {name: value for name, (value,) in parse_qs(query).items()}


def test_the_code_that_comes_back_is_exchanged_for_a_token_with_the_pages_nonce(issuer, clock):
    way = signing_in(trusting(issuer), clock)
    back = signed_in(way.place(**ASKED))
    assert back["state"] == ASKED["state"]
    token = way.token(back["code"], "v" * 43, address="a")
    person = OpenIdProvider(trusting(issuer)).person(token, nonce="n", at=datetime.now(UTC))
    assert person == Claim(*CHEN, vouched=True)
    with pytest.raises(TokenRefused):
        way.token(back["code"], "v" * 43, address="a")  # a code is good once


@pytest.mark.parametrize(("secret", "auth"), [(SECRET, ("yezhu", SECRET)), (None, None)])
def test_the_provider_is_shown_what_protects_the_code(issuer, clock, monkeypatch, secret, auth):
    way = signing_in(trusting(issuer, secret), clock)
    query = parse_qs(urlsplit(way.place(**ASKED)).query)
    assert query["code_challenge"] == [ASKED["code_challenge"]]
    assert query["code_challenge_method"] == ["S256"]
    shown = {}

    def post(_, **request):
        shown.update(request)
        raise httpx2.ConnectTimeout("gone")

    monkeypatch.setattr(httpx2, "post", post)
    with pytest.raises(ProviderUnreachable):
        way.token("code", "v" * 43, address="a")
    assert shown["data"]["code_verifier"] == "v" * 43
    assert shown["auth"] == auth


def test_a_provider_without_such_a_door_is_as_good_as_gone(clock):
    published = {"issuer": "https://id", "jwks_uri": "https://id/keys"}
    found = {"https://id/keys": {"keys": []}}
    trusted = OpenIdProvider(trusting("https://id"), lambda url: found.get(url, published))
    way = SigningIn(trusted, Throttle(), BACK, clock)
    with pytest.raises(ProviderUnreachable):
        way.place(**ASKED)
    with pytest.raises(ProviderUnreachable):
        way.token("code", "v" * 43, address="a")


def test_a_provider_in_trouble_has_refused_nobody(issuer, clock, monkeypatch):
    """The page may come again with the same code."""
    way = signing_in(trusting(issuer), clock)
    way.place(**ASKED)
    monkeypatch.setattr(httpx2, "post", lambda *_, **__: httpx2.Response(503, json={}))
    with pytest.raises(ProviderUnreachable):
        way.token("code", "v" * 43, address="a")


def test_one_address_does_not_keep_the_provider_busy(issuer, clock):
    way = signing_in(trusting(issuer), clock)
    for _ in range(60):
        with pytest.raises(TokenRefused):
            way.token("guessed", "v" * 43, address="a")
    with pytest.raises(TooManyAttempts):
        way.token("guessed", "v" * 43, address="a")
    with pytest.raises(TokenRefused):
        way.token("guessed", "v" * 43, address="b")


def test_where_nobody_is_trusted_nobody_is_led_anywhere(clock):
    way = signing_in(None, clock)
    with pytest.raises(ProviderNotOffered):
        way.place(**ASKED)
    with pytest.raises(ProviderNotOffered):
        way.token("code", "v" * 43, address="a")
