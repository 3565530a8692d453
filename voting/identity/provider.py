"""An identity provider vouches for somebody: its OpenID Connect ID token, checked whole.

Owners come to the token by the authorization code flow with PKCE (RFC 7636): our page leads them
to the provider, which sends them back with a code that only the same page can exchange.

====  =====================================================================
no.   check; each refusal is ``token-refused``
====  =====================================================================
1     a compact JWS, signed under an asymmetric algorithm
2     by a key that the provider publishes
3     issued by this provider
4     for this client, and no other party in its name
5     not expired, not of the future
6     its nonce is the challenge that the new device key has signed
7     name and identity number are texts
====  =====================================================================
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

import httpx2
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from voting.identity.model import Claim
from voting.identity.refusals import ProviderUnreachable, TokenRefused

# What the message asks for is never obeyed: none, and no secret shared with the provider.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 10
_ASK_AGAIN = timedelta(minutes=1)
"""Neither a token under an unknown key nor a provider that is gone makes us ask more often."""
_GOOD_FOR = timedelta(hours=1)
"""A key that the provider has withdrawn vouches for nobody any longer than that."""
_UNREACHABLE = "暂时连不上身份认证平台，请稍后再试，或改用产权证号证明身份"
MAX_TOKEN = 16_384


class IdentityProvider(Protocol):
    """Whoever vouches for name and identity number."""

    def person(self, token: str, *, nonce: str, at: datetime) -> Claim:
        """Read who the token is about.

        Raises
        ------
        TokenRefused, ProviderUnreachable
        """
        ...


@dataclass(frozen=True, slots=True)
class Trusted:
    """The provider, who we are to it, and under which names its tokens say what we need.

    Without a claim for the type of paper everybody has the resident's card.
    """

    issuer: str
    client_id: str
    name_claim: str
    number_claim: str
    type_claim: str | None = None
    scope: str = "openid profile"
    secret: str | None = field(default=None, repr=False)
    """What we show the provider when exchanging a code; without one, PKCE alone protects it."""


class _Published(NamedTuple):
    """What a provider publishes of itself, and when we read it."""

    configuration: Mapping[str, Any]
    keys: KeySet
    read_at: datetime


class OpenIdProvider:
    """A provider that publishes its configuration and keys (OpenID Connect Discovery 1.0)."""

    def __init__(self, trusted: Trusted, fetch: Callable[[str], Any] | None = None) -> None:
        self._trusted = trusted
        self._fetch = fetch or _fetch
        self._lock = threading.Lock()
        self._known: _Published | None = None
        self._asked_at: datetime | None = None

    def person(self, token: str, *, nonce: str, at: datetime) -> Claim:
        """Check a token and read who it is about.

        Raises
        ------
        TokenRefused, ProviderUnreachable
        """
        trusted = self._trusted
        if len(token) > MAX_TOKEN:
            raise TokenRefused("身份令牌过长")
        try:
            decoded = self._decode(token, at)  # 1, 2
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": trusted.issuer},  # 3
                    "aud": {"essential": True, "value": trusted.client_id},  # 4
                    "nonce": {"essential": True, "value": nonce},  # 6
                },
                params={"nonce": nonce, "client_id": trusted.client_id},
            )
            claims.validate(now=int(at.timestamp()), leeway=_LEEWAY_SECONDS)  # 4, 5, 6
        except (JoseError, ValueError, TypeError) as error:
            raise TokenRefused(
                "身份认证平台的令牌无效、已过期，或不是为这次登记签发的，请重新认证"
            ) from error
        id_type = claims.get(trusted.type_claim) if trusted.type_claim else "身份证"
        match claims.get(trusted.name_claim), id_type, claims.get(trusted.number_claim):  # 7
            case str(name), str(id_type), str(number):
                return Claim(name, id_type, number, vouched=True)
            case _:
                raise TokenRefused("身份认证平台的令牌中没有姓名或证件号码")

    def sign_in_at(
        self, *, nonce: str, state: str, code_challenge: str, back: str, at: datetime
    ) -> str:
        """Give the address at which somebody signs in, to be sent ``back`` with a code.

        Raises
        ------
        ProviderUnreachable
        """
        query = {
            "client_id": self._trusted.client_id,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
            "nonce": nonce,
            "redirect_uri": back,
            "response_type": "code",
            "scope": self._trusted.scope,
            "state": state,
        }
        place = self._endpoint("authorization_endpoint", at)
        return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"

    def exchange(self, code: str, verifier: str, *, back: str, at: datetime) -> str:
        """Exchange the code that somebody came ``back`` with for his ID token, unchecked.

        Raises
        ------
        TokenRefused, ProviderUnreachable
        """
        trusted, place = self._trusted, self._endpoint("token_endpoint", at)
        form = {
            "client_id": trusted.client_id,
            "code": code,
            "code_verifier": verifier,
            "grant_type": "authorization_code",
            "redirect_uri": back,
        }
        shown = None if trusted.secret is None else (trusted.client_id, trusted.secret)
        try:
            answer = httpx2.post(place, data=form, auth=shown, timeout=_TIMEOUT_SECONDS)
            if answer.is_server_error:
                raise ProviderUnreachable(_UNREACHABLE)
            said = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderUnreachable(_UNREACHABLE) from error
        match said:
            case {"id_token": str(token)} if answer.is_success:
                return token
            case _:
                raise TokenRefused("身份认证平台不认可这次登录，请重新认证")

    def _endpoint(self, name: str, at: datetime) -> str:
        place = self._published(at).configuration.get(name)
        if not isinstance(place, str):
            raise ProviderUnreachable(_UNREACHABLE)
        return place

    def _decode(self, token: str, at: datetime) -> jwt.Token:
        try:
            return jwt.decode(token, self._published(at).keys, algorithms=_ALGORITHMS)
        except InvalidKeyIdError:
            # The provider may have changed its keys since we asked.
            return jwt.decode(token, self._published(at, again=True).keys, algorithms=_ALGORITHMS)

    def _published(self, at: datetime, *, again: bool = False) -> _Published:
        with self._lock:
            if self._known is not None and at - self._known.read_at >= _GOOD_FOR:
                self._known = None
            rested = self._asked_at is None or at - self._asked_at >= _ASK_AGAIN
            if (self._known is None or again) and rested:
                self._asked_at = at
                self._known = self._ask(at)
            if self._known is None:
                raise ProviderUnreachable(_UNREACHABLE)
            return self._known

    def _ask(self, at: datetime) -> _Published:
        place = f"{self._trusted.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            configuration = self._fetch(place)
            if configuration["issuer"] != self._trusted.issuer:
                raise ProviderUnreachable("身份认证平台自称的 issuer 与设置不符，请联系管理员")
            keys = KeySet.import_key_set(self._fetch(configuration["jwks_uri"]))
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderUnreachable(_UNREACHABLE) from error
        return _Published(configuration, keys, at)


def _fetch(url: str) -> Any:  # noqa: ANN401 - JSON is what it is
    return httpx2.get(url, timeout=_TIMEOUT_SECONDS).raise_for_status().json()
