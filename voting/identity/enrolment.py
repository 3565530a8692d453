"""The enrolment message: a new key signs what it is to be enrolled for."""

import base64

from voting.identity.refusals import PossessionNotProved
from voting.kernel import canonical, dsse
from voting.kernel.suites import BadSignature, VerifyingKey, load_key

PAYLOAD_TYPE = "application/vnd.yezhu.enrolment.v1+json"
REPLACEMENT_TYPE = "application/vnd.yezhu.replacement.v1+json"
"""Under this type an earlier key signs the very text that the new key signs."""


def payload(challenge: str, roster_digest: str, spki: bytes) -> bytes:
    """Write what the phone signs."""
    return canonical.encode(
        {
            "challenge": challenge,
            "roster": roster_digest,
            "spki": base64.b64encode(spki).decode(),
        }
    )


def verify(envelope: dsse.Envelope, roster_digest: str) -> tuple[VerifyingKey, str]:
    """Check a possession proof; answer with the key and the challenge it answers.

    Raises
    ------
    PossessionNotProved, WeakKey, NotCanonical, WrongPayloadType
    """
    match canonical.decode(envelope.payload):
        case {"challenge": str(challenge), "roster": str(roster), "spki": str(spki), **more} if (
            not more and roster == roster_digest
        ):
            key = load_key(dsse.strict_base64(spki))
        case _:
            raise PossessionNotProved("密钥登记消息的内容不对，或不是为这份业主清册所签")
    if envelope.key_id != key.key_id:
        raise PossessionNotProved("密钥编号与公钥不符")
    try:
        envelope.verify(key, PAYLOAD_TYPE)
    except BadSignature as error:
        raise PossessionNotProved("登记消息不是用这把密钥签的") from error
    return key, challenge


def verify_replacement(
    former: dsse.Envelope, possession: dsse.Envelope, earlier: VerifyingKey
) -> None:
    """Check that an owner's earlier key agrees to the new one.

    Raises
    ------
    PossessionNotProved, WrongPayloadType
    """
    try:
        if former.key_id != earlier.key_id or former.payload != possession.payload:
            raise PossessionNotProved("原密钥的签名不是为这次更换所作")
        former.verify(earlier, REPLACEMENT_TYPE)
    except BadSignature as error:
        raise PossessionNotProved("原密钥的签名不对") from error
