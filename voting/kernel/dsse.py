"""DSSE v1 envelopes with exactly one signature and one pinned payload type.

The wire form is the canonical JSON of ``{"payload", "payloadType", "signatures"}``, so that one
signed message has one spelling. Source: secure-systems-lab/dsse, protocol v1.0.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from voting.kernel import canonical
from voting.kernel.refusal import Refusal
from voting.kernel.suites import VerifyingKey

MAX_BYTES = 8192
"""Longest envelope accepted, checked before anything is parsed."""


class MalformedEnvelope(Refusal):
    """The bytes are not one DSSE envelope with one signature."""

    code = "malformed-envelope"


class EnvelopeTooLarge(Refusal):
    """More bytes than any honest ballot has."""

    code = "envelope-too-large"


class WrongPayloadType(Refusal):
    """Signed for another purpose."""

    code = "wrong-payload-type"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One signed message, not yet verified."""

    payload_type: str
    payload: bytes
    key_id: str
    signature: bytes

    def to_bytes(self) -> bytes:
        """Write the canonical wire form."""
        return canonical.encode(
            {
                "payload": base64.b64encode(self.payload).decode(),
                "payloadType": self.payload_type,
                "signatures": [
                    {"keyid": self.key_id, "sig": base64.b64encode(self.signature).decode()}
                ],
            }
        )

    def verify(self, key: VerifyingKey, payload_type: str) -> bytes:
        """Return the payload if ``key`` signed it for this purpose.

        Raises
        ------
        WrongPayloadType, BadSignature
        """
        if self.payload_type != payload_type:
            raise WrongPayloadType("签名的用途不符")
        key.verify(self.signature, pae(payload_type, self.payload))
        return self.payload


def parse(data: bytes, *, limit: int = MAX_BYTES) -> Envelope:
    """Read an envelope of at most ``limit`` bytes, refusing every spelling but the canonical one.

    Raises
    ------
    EnvelopeTooLarge, NotCanonical, MalformedEnvelope
    """
    if len(data) > limit:
        raise EnvelopeTooLarge(f"签名消息超过 {limit} 字节")
    match canonical.decode(data):
        case {
            "payload": str(payload),
            "payloadType": str(payload_type),
            "signatures": [{"keyid": str(key_id), "sig": str(signature), **more_in_signature}],
            **more,
        } if not more and not more_in_signature:
            return Envelope(payload_type, strict_base64(payload), key_id, strict_base64(signature))
        case _:
            raise MalformedEnvelope("签名消息的结构不对：须为一个 DSSE 信封且恰有一个签名")


def from_object(value: object, *, limit: int = MAX_BYTES) -> Envelope:
    """Read an envelope that arrived inside another JSON document.

    Raises
    ------
    EnvelopeTooLarge, NotCanonical, MalformedEnvelope
    """
    try:
        data = canonical.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise MalformedEnvelope("签名消息的结构不对") from error
    return parse(data, limit=limit)


def seal(
    payload_type: str, payload: bytes, key_id: str, sign: Callable[[bytes], bytes]
) -> Envelope:
    """Sign ``payload`` for one purpose; ``sign`` maps bytes to a signature."""
    return Envelope(payload_type, payload, key_id, sign(pae(payload_type, payload)))


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding: the bytes that are really signed."""
    name = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def strict_base64(text: str) -> bytes:
    """Decode standard base64 with padding; every other spelling is refused."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedEnvelope("Base64 编码有误") from error
    if base64.b64encode(data).decode() != text:
        raise MalformedEnvelope("Base64 编码不规范")
    return data
