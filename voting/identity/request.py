"""A signed request: how an owner asks for what only he may see."""

from collections.abc import Callable
from datetime import datetime, timedelta

from voting.identity.model import EnrolledKey
from voting.identity.refusals import StaleRequest
from voting.kernel import canonical, dsse
from voting.kernel.clock import parse_timestamp, timestamp

PAYLOAD_TYPE = "application/vnd.yezhu.request.v1+json"
TOLERANCE = timedelta(minutes=10)
"""How far the phone's clock may be from ours; limits how long a copied request is good."""
_STALE = "请求已过期或不是为此签名，请核对手机时间后重试"


def payload(action: str, subject: str, at: datetime) -> bytes:
    """Write what the phone signs."""
    return canonical.encode({"action": action, "at": timestamp(at), "subject": subject})


def verify(
    data: bytes,
    action: str,
    subject: str,
    holder: Callable[[str], EnrolledKey],
    *,
    at: datetime,
) -> EnrolledKey:
    """Check that an enrolled key asks for this action on this subject, now.

    Raises
    ------
    StaleRequest, UnknownKey, BadSignature, WrongPayloadType, NotCanonical, MalformedEnvelope
    """
    envelope = dsse.parse(data)
    enrolled = holder(envelope.key_id)
    asked = canonical.decode(envelope.verify(enrolled.key, PAYLOAD_TYPE))
    match asked:
        case {"action": str(), "at": str(asked_at), "subject": str()}:
            fresh = _near(asked_at, at)
        case _:
            fresh = False
    if not fresh or (asked["action"], asked["subject"]) != (action, subject):
        raise StaleRequest(_STALE)
    return enrolled


def require_fresh(signed_at: datetime, *, at: datetime) -> None:
    """Refuse what was signed too long ago, or will be signed.

    Raises
    ------
    StaleRequest
    """
    if abs(signed_at - at) > TOLERANCE:
        raise StaleRequest(_STALE)


def _near(text: str, at: datetime) -> bool:
    try:
        return abs(parse_timestamp(text) - at) <= TOLERANCE
    except ValueError:
        return False
