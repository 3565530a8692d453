"""The way of an owner's page to the identity provider and back."""

from voting.identity.provider import OpenIdProvider
from voting.identity.refusals import ProviderNotOffered
from voting.infra.throttle import Throttle
from voting.kernel.clock import Clock

# A whole building may share one address; each exchange keeps a thread waiting for the provider.
_EXCHANGES, _MINUTES = 60, 15


class SigningIn:
    """Leads pages to the provider, and exchanges what they come back with.

    Parameters
    ----------
    provider
        ``None`` where none is trusted.
    back
        Address of the page that the provider sends people back to, as it has it registered.
    """

    def __init__(
        self, provider: OpenIdProvider | None, throttle: Throttle, back: str, now: Clock
    ) -> None:
        self._provider = provider
        self._throttle = throttle
        self._back = back
        self._now = now

    def place(self, *, nonce: str, state: str, code_challenge: str) -> str:
        """Give the address at which an owner signs in.

        Parameters
        ----------
        nonce
            The challenge that his new key has signed: the token will be good for no other.
        state, code_challenge
            By these his page recognises its own sign-in, and proves that it is its own (PKCE).

        Raises
        ------
        ProviderNotOffered, ProviderUnreachable
        """
        return self._trusted().sign_in_at(
            nonce=nonce,
            state=state,
            code_challenge=code_challenge,
            back=self._back,
            at=self._now(),
        )

    def token(self, code: str, verifier: str, *, address: str) -> str:
        """Exchange the provider's code for the ID token; what it is worth, enrolling finds out.

        Raises
        ------
        ProviderNotOffered, ProviderUnreachable, TokenRefused, TooManyAttempts
        """
        provider = self._trusted()
        self._throttle.take("sign-in", address, _EXCHANGES, _MINUTES)
        return provider.exchange(code, verifier, back=self._back, at=self._now())

    def _trusted(self) -> OpenIdProvider:
        if self._provider is None:
            raise ProviderNotOffered("本系统没有接入身份认证平台，请用产权证号证明身份")
        return self._provider
