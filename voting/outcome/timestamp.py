"""Time stamps (RFC 3161) by authorities outside the house, over the closing checkpoint.

The position in the log decides what came before the close; the closing checkpoint fixes every
position up to it. A token over that checkpoint says when it was fixed at the latest: what turns up
afterwards, with whatever time of arrival, was not in it. Anybody may ask for a token and attach the
answer to a bundle, which stays the same otherwise.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate, NameOID, load_der_x509_certificate
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from voting.kernel import canonical
from voting.kernel.clock import parse_timestamp
from voting.kernel.refusal import Refusal
from voting.outcome import bundle
from voting.outcome.evidence import Evidence

_ODD = (LookupError, TypeError, ValueError)
"""What the reader of answers raises where they are damaged."""


class StampUnreadable(Refusal):
    """Not the granted answer of a time stamping authority."""

    code = "stamp-unreadable"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one answer is worth: ``problem`` is empty if it holds."""

    path: str
    authority: str
    at: datetime | None
    problem: str


def request(evidence: Evidence) -> bytes:
    """Write the request for the closing checkpoint: SHA-256, with the certificate in the answer.

    Raises
    ------
    BundleUnreadable
        The register entry of the close is missing.
    """
    builder = TimestampRequestBuilder().data(_closing(evidence))
    builder = builder.hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True)
    # The answer is kept, not awaited: what it must not be older than is the checkpoint itself.
    return builder.nonce(nonce=False).build().as_bytes()


def attach(files: Mapping[str, bytes], response: bytes) -> bytes:
    """Write the bundle once more, with an answer among its files.

    Raises
    ------
    StampUnreadable
    """
    _decode(response)
    attached = {**files, bundle.stamp_path(response): response}
    manifest = canonical.decode(attached.pop(bundle.MANIFEST))
    manifest["files"] = {name: canonical.digest(data) for name, data in attached.items()}
    return bundle.write(attached | {bundle.MANIFEST: canonical.encode(manifest)})


def stamps(evidence: Evidence, roots: Sequence[Certificate]) -> list[Stamp]:
    """Check every answer attached against these roots, which the reader has from elsewhere.

    Raises
    ------
    BundleUnreadable, Missing
        There is no closing checkpoint to compare them with.
    """
    closing = hashlib.sha256(_closing(evidence)).digest()
    closed_at = parse_timestamp(evidence.entries[evidence.close_position]["at"])
    return [
        _stamp(path, data, closing, closed_at, roots)
        for path, data in sorted(evidence.files.items())
        if path.startswith(bundle.STAMPS)
    ]


def _stamp(
    path: str, data: bytes, closing: bytes, closed_at: datetime, roots: Sequence[Certificate]
) -> Stamp:
    try:
        response = _decode(data)
        at, authority = response.tst_info.gen_time, _authority(response)
    except (Refusal, *_ODD) as error:
        said = error.detail if isinstance(error, Refusal) else "时间戳的内容无法读取"
        return Stamp(path, "", None, said)
    try:
        VerifierBuilder(roots=list(roots)).build().verify(response, closing)
    except (VerificationError, *_ODD):
        problem = "签名、证书或所盖的检查点不符"
    else:
        # It cannot have been stamped before it was made: one of the two clocks is wrong.
        problem = "早于日志所记的截止时间" if at < closed_at else ""
    return Stamp(path, authority, at, problem)


def _closing(evidence: Evidence) -> bytes:
    checkpoint: str = evidence.only("assembly-closed").entry["checkpoint"]
    return checkpoint.encode()


def _decode(data: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(data)
    except _ODD as error:
        raise StampUnreadable("不是时间戳机构的答复（.tsr）") from error
    if response.status != 0:
        raise StampUnreadable("时间戳机构没有同意盖时间戳，请重新申请")
    return response


def _authority(response: TimeStampResponse) -> str:
    """Name the signer by the common name of its certificate, as it is enclosed."""
    certificates = [load_der_x509_certificate(each) for each in response.signed_data.certificates]
    (signer,) = response.signed_data.signer_infos
    names = [
        str(attribute.value)
        for each in certificates
        if (each.issuer, each.serial_number) == (signer.issuer, signer.serial_number)
        for attribute in each.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]
    return names[0] if names else ""
