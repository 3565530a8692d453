"""Short messages to owners' telephones: through a gateway, or on the console in development."""

from typing import Protocol

import httpx2
import structlog

_log = structlog.get_logger()
_SECONDS = 10


class Sender(Protocol):
    """Whatever brings a text to a telephone."""

    def send(self, phone: str, text: str) -> None:
        """Send, or raise. May be called from any thread; takes as long as it takes."""
        ...


class InsecureConsoleSender:
    """Prints what it should send: for development, where whoever reads the console may be anyone.

    Of the number only its end is printed.
    """

    def __init__(self) -> None:
        _log.warning(
            "insecure-console-sender",
            meaning="验证码只打印在控制台上，任何看得到控制台的人都能冒充业主；仅供开发，不得用于表决",
        )

    def send(self, phone: str, text: str) -> None:
        """Print."""
        _log.warning("insecure-console-message", to=f"尾号 {phone[-4:]}", text=text)


class GatewaySender:
    """Posts ``{"phone", "text"}`` as JSON to an HTTP gateway that knows us by a bearer token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    def send(self, phone: str, text: str) -> None:
        """Post; the gateway has taken it when it answers 2xx.

        Raises
        ------
        httpx2.HTTPError
            Not reached, or refused.
        """
        body = {"phone": phone, "text": text}
        httpx2.post(
            self._url, json=body, headers=self._headers, timeout=_SECONDS
        ).raise_for_status()
