"""An ID token of a real provider stands in for the proof; nothing else does.

The provider is another project's server (on authlib's own), running on loopback: tokens come by
the authorization code flow, as a phone gets them.
"""

import base64
import hmac
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwk, jwt

from tests.identity_provider import provider
from tests.voting.world import CHEN, CLAIMS, LI, Handset, World
from voting.identity.model import Claim
from voting.identity.provider import OpenIdProvider, Trusted
from voting.identity.refusals import (
    ChallengeInvalid,
    IdentityNotProved,
    ProviderNotOffered,
    ProviderUnreachable,
    StrongerProofNeeded,
    TokenRefused,
    UnreadableClaim,
)

CLIENT = "yezhu"
BACK = "https://vote.example.org/back"


@pytest.fixture(scope="module")
def issuer():
    with provider() as url:
        yield url


def trusting(issuer, client_id=CLIENT):
    return OpenIdProvider(Trusted(issuer, client_id, "name", "id_card", None))


def authenticated(issuer, person, nonce, client_id=CLIENT, **claims):
    """Sign somebody in at the provider, and fetch his ID token."""
    subject = secrets.token_hex(8)
    said = {"name": person[0], "id_card": person[2]} | claims
    httpx2.put(f"{issuer}/users/{subject}", json=said).raise_for_status()
    query = {
        "client_id": client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid profile",
        "nonce": nonce,
    }
    back = httpx2.post(f"{issuer}/oauth2/authorize", params=query, data={"sub": subject})
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = httpx2.post(f"{issuer}/oauth2/token", data=form, auth=(client_id, "any"))
    return answer.raise_for_status().json()["id_token"]


def now():
    return datetime.now(UTC)


def test_the_token_of_a_provider_names_somebody(issuer):
    token = authenticated(issuer, CHEN, "n")
    person = trusting(issuer).person(token, nonce="n", at=now())
    assert person == Claim(*CHEN, vouched=True)


def test_a_token_for_another_nonce_client_or_from_another_provider_is_refused(issuer):
    token = authenticated(issuer, CHEN, "n")
    with pytest.raises(TokenRefused):
        trusting(issuer).person(token, nonce="m", at=now())
    with pytest.raises(TokenRefused):
        trusting(issuer, "another").person(token, nonce="n", at=now())
    with provider() as other, pytest.raises(TokenRefused):
        trusting(other).person(token, nonce="n", at=now())


def test_a_token_is_good_from_its_issue_to_its_end(issuer):
    token = authenticated(issuer, CHEN, "n")
    trusted = trusting(issuer)
    for moment in (now() + timedelta(hours=2), now() - timedelta(minutes=5)):
        with pytest.raises(TokenRefused):
            trusted.person(token, nonce="n", at=moment)


@pytest.mark.parametrize(
    "claims", [{"id_card": None}, {"id_card": 110101}, {"name": None}, {"name": ["陈"]}], ids=str
)
def test_a_token_without_name_or_number_is_refused(issuer, claims):
    token = authenticated(issuer, CHEN, "n", **claims)
    with pytest.raises(TokenRefused):
        trusting(issuer).person(token, nonce="n", at=now())


def parts(token):
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(token, _):
    _, claims = parts(token)
    return f"{b64(json.dumps({'alg': 'none'}).encode())}.{b64(json.dumps(claims).encode())}."


def signed_with_the_public_key(token, issuer):
    """The key that everybody has, taken as a shared secret (CVE-2022-29217)."""
    (published,) = httpx2.get(f"{issuer}/jwks").json()["keys"]
    secret = jwk.RSAKey.import_key(published).as_pem(private=False)
    _, claims = parts(token)
    text = ".".join(b64(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
    return f"{text}.{b64(hmac.digest(secret, text.encode(), 'sha256'))}"


def signed_with_another_key(token, _):
    _, claims = parts(token)
    return jwt.encode({"alg": "RS256"}, claims, jwk.RSAKey.generate_key(2048))


def bringing_its_key(token, _):
    _, claims = parts(token)
    key = jwk.RSAKey.generate_key(2048)
    header = {"alg": "RS256", "kid": "mine", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key)


FORGERIES = {
    "not signed": unsigned,
    "under the public key": signed_with_the_public_key,
    "under another key": signed_with_another_key,
    "with its own key": bringing_its_key,
    "with a changed claim": lambda token, _: ".".join(
        (token.split(".")[0], b64(json.dumps(parts(token)[1] | {"id_card": LI[2]}).encode()),
         token.split(".")[2])
    ),
    "cut": lambda token, _: token[:-2],
    "empty": lambda *_: "",
    "three dots": lambda *_: "...",
    "not ASCII": lambda *_: "令牌",
    "no JSON": lambda *_: "e30.bm8.bm8",
    "too long": lambda token, _: token + "A" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(issuer, forge):
    token = forge(authenticated(issuer, CHEN, "n"), issuer)
    with pytest.raises(TokenRefused):
        trusting(issuer).person(token, nonce="n", at=now())


def test_a_provider_that_is_not_there_is_no_fault_of_ours(issuer):
    token = authenticated(issuer, CHEN, "n")
    with provider() as gone:
        pass
    for wrong in (gone, f"{issuer}/nothing", f"{issuer}/"):
        with pytest.raises(ProviderUnreachable):
            trusting(wrong).person(token, nonce="n", at=now())


def issued(key, seconds=600):
    """A token as a provider at ``https://id`` signs it."""
    claims = {
        "iss": "https://id",
        "aud": CLIENT,
        "sub": "s",
        "nonce": "n",
        "name": CHEN[0],
        "id_card": CHEN[2],
        "iat": int(time.time()),
        "exp": int(time.time()) + seconds,
    }
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def test_keys_are_asked_for_once_and_again_when_they_changed_and_not_more_often(issuer):
    asked, keys = [], jwk.KeySet([jwk.RSAKey.generate_key(2048)])

    def fetch(url):
        asked.append(url)
        configuration = {"issuer": "https://id", "jwks_uri": "https://id/keys"}
        return configuration if "well-known" in url else keys.as_dict(private=False)

    trusted = OpenIdProvider(Trusted("https://id", CLIENT, "name", "id_card"), fetch)
    for _ in range(3):
        trusted.person(issued(keys.keys[0]), nonce="n", at=now())
    assert len(asked) == 2
    keys = jwk.KeySet([jwk.RSAKey.generate_key(2048)])
    unknown = jwk.RSAKey.generate_key(2048)
    unknown.ensure_kid()
    with pytest.raises(TokenRefused):
        trusted.person(issued(keys.keys[0]), nonce="n", at=now())
    later = now() + timedelta(minutes=2)
    trusted.person(issued(keys.keys[0]), nonce="n", at=later)
    assert len(asked) == 4
    for _ in range(3):
        with pytest.raises(TokenRefused):
            trusted.person(issued(unknown), nonce="n", at=later)
    assert len(asked) == 4


def test_a_key_that_was_withdrawn_vouches_for_nobody_an_hour_later(issuer):
    """It did for as long as the process ran, if nobody came with a newer one."""
    published = {"keys": jwk.KeySet([jwk.RSAKey.generate_key(2048)]).as_dict(private=True)["keys"]}
    key = jwk.KeySet.import_key_set(published).keys[0]

    def fetch(url):
        if not published["keys"]:
            raise httpx2.ConnectTimeout("gone")
        configuration = {"issuer": "https://id", "jwks_uri": "https://id/keys"}
        return configuration if "well-known" in url else published

    trusted = OpenIdProvider(Trusted("https://id", CLIENT, "name", "id_card"), fetch)
    token, at = issued(key, 7200), now()
    trusted.person(token, nonce="n", at=at)
    published["keys"] = []
    trusted.person(token, nonce="n", at=at + timedelta(minutes=59))
    for minutes in (60, 61):
        with pytest.raises(ProviderUnreachable):
            trusted.person(token, nonce="n", at=at + timedelta(minutes=minutes))
    published["keys"] = jwk.KeySet([jwk.RSAKey.generate_key(2048)]).as_dict()["keys"]
    with pytest.raises(TokenRefused):
        trusted.person(token, nonce="n", at=at + timedelta(minutes=63))


def test_a_provider_that_is_gone_is_asked_once_a_minute(issuer):
    """Or everybody with a token could make our threads wait for it."""
    asked = []

    def fetch(url):
        asked.append(url)
        raise httpx2.ConnectTimeout("gone")

    trusted = OpenIdProvider(Trusted("https://id", CLIENT, "name", "id_card"), fetch)
    token, at = authenticated(issuer, CHEN, "n"), now()
    for seconds in (0, 1, 59, 60, 61):
        with pytest.raises(ProviderUnreachable):
            trusted.person(token, nonce="n", at=at + timedelta(seconds=seconds))
    assert len(asked) == 2


@pytest.fixture
def frozen(sqlite_database, clock, issuer):
    """A frozen roster; its clock is that of the provider."""
    clock.moment = now().replace(microsecond=0)
    return World(sqlite_database, clock, provider=trusting(issuer)).begin().freeze()


def enrol(world, issuer, person, phone=None, *, nonce=None, extra=None, former=None):
    phone = phone or Handset()
    drawn, _ = world.identities.challenge(world.roster_id)
    possession = phone.possession(drawn, world.roster.digest)
    token = authenticated(issuer, person, nonce or drawn)
    return world.identities.enrol_vouched(
        world.roster_id,
        token,
        extra or Claim("", "", ""),
        possession,
        address="203.0.113.7",
        former=former and former.agree(possession),
    )


def test_an_owner_for_whom_the_provider_vouches_enrols_without_title_or_code(frozen, issuer):
    enrolled = enrol(frozen, issuer, CHEN)
    assert [unit.unit_key for each in enrolled.held for unit in each.units] == [
        "2-1-102",
        "B1-1-002",
    ]


def test_somebody_who_is_on_no_roster_is_told_what_everybody_is_told(frozen, issuer):
    with pytest.raises(IdentityNotProved):
        enrol(frozen, issuer, ("陈䶮", "身份证", "11010519491231002X"))
    with pytest.raises(UnreadableClaim):
        enrol(frozen, issuer, ("陈䶮", "身份证", "110105194912310021"))


def test_a_token_is_good_for_the_key_that_signed_its_nonce_and_no_other(frozen, issuer):
    """A token that somebody copied enrols nobody else's key."""
    stolen, _ = frozen.identities.challenge(frozen.roster_id)
    with pytest.raises(TokenRefused):
        enrol(frozen, issuer, CHEN, nonce=stolen)


def test_a_challenge_that_is_used_up_takes_the_token_with_it(frozen, issuer):
    drawn, _ = frozen.identities.challenge(frozen.roster_id)
    token = authenticated(issuer, CHEN, drawn)

    def once(phone):
        possession = phone.possession(drawn, frozen.roster.digest)
        return frozen.identities.enrol_vouched(
            frozen.roster_id, token, Claim("", "", ""), possession, address="a"
        )

    once(Handset())
    with pytest.raises(ChallengeInvalid):
        once(Handset())


def test_the_provider_alone_replaces_no_key_and_with_a_title_it_does(frozen, issuer):
    first = frozen.enrol("chen")
    with pytest.raises(StrongerProofNeeded):
        enrol(frozen, issuer, CHEN)
    second = Handset()
    assert enrol(frozen, issuer, CHEN, second, extra=CLAIMS["chen"]).replaced
    assert enrol(frozen, issuer, CHEN, former=second).replaced
    assert first.key_id != second.key_id


def test_a_wrong_title_beside_a_right_token_proves_nothing(frozen, issuer):
    with pytest.raises(IdentityNotProved):
        enrol(frozen, issuer, CHEN, extra=CLAIMS["li"])


def test_where_no_provider_is_trusted_no_token_is_looked_at(world):
    world.freeze()
    drawn, _ = world.identities.challenge(world.roster_id)
    possession = Handset().possession(drawn, world.roster.digest)
    with pytest.raises(ProviderNotOffered):
        world.identities.enrol_vouched(
            world.roster_id, "token", Claim("", "", ""), possession, address="a"
        )
