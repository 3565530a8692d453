"""An owner's phone, as the demonstration and the tests drive it over HTTP."""

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from voting.ballot.model import OWNER, PAYLOAD_TYPE, Ballot
from voting.identity import enrolment
from voting.identity.model import Claim
from voting.kernel import canonical, dsse

_PATIENCE_SECONDS = 180


class DeviceKey:
    """A key made on a phone, which never leaves it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.spki = self.key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        self.key_id = canonical.digest(self.spki)

    def seal(self, payload_type: str, payload: bytes) -> dsse.Envelope:
        """Sign a message for one purpose."""
        return dsse.seal(
            payload_type,
            payload,
            self.key_id,
            lambda message: self.key.sign(message, ec.ECDSA(hashes.SHA256())),
        )


class Phone(DeviceKey):
    """Holds one device key and talks with the service."""

    def __init__(self, http: httpx2.Client) -> None:
        super().__init__()
        self._http = http

    def sign(self, payload_type: str, payload: bytes) -> bytes:
        """Seal a message with this phone's key, as it goes over the wire."""
        return self.seal(payload_type, payload).to_bytes()

    def enrol(
        self, roster_id: str, roster_digest: str, claim: Claim, earlier: Self | None = None
    ) -> list[dict[str, Any]]:
        """Prove identity and enrol the key; the answer lists the owner's units by group.

        Parameters
        ----------
        earlier
            The owner's phone until now: its key agrees to be replaced.
        """
        base = f"/v1/rosters/{roster_id}"
        drawn = insist(self._http, "POST", f"{base}/challenges").json()["challenge"]
        message = enrolment.payload(drawn, roster_digest, self.spki)
        possession = self.sign(enrolment.PAYLOAD_TYPE, message)
        body: dict[str, Any] = {
            "code": claim.code,
            "id_number": claim.id_number,
            "id_type": claim.id_type,
            "name": claim.name,
            "possession": canonical.decode(possession),
            "title_no": claim.title_no,
        }
        if earlier is not None:
            body["former"] = canonical.decode(earlier.sign(enrolment.REPLACEMENT_TYPE, message))
        answer = insist(self._http, "POST", f"{base}/keys", json=body)
        answer.raise_for_status()
        groups: list[dict[str, Any]] = answer.json()["groups"]
        return groups

    def ballot(
        self, notice: Mapping[str, Any], notice_digest: str, units: Sequence[str],
        choices: dict[str, Any],
    ) -> bytes:  # fmt: skip
        """Sign a ballot for these units."""
        ballot = Ballot(
            assembly_id=notice["assembly"],
            notice_digest=notice_digest,
            roster_digest=notice["roster"]["digest"],
            capacity=OWNER,
            units=tuple(sorted(units)),
            choices=choices,
            sequence=1,
            replaces=None,
            nonce=secrets.token_hex(16),
        )
        return self.sign(PAYLOAD_TYPE, ballot.to_bytes())


def insist(
    http: httpx2.Client,
    method: str,
    path: str,
    **request: Any,  # noqa: ANN401 - the client's own
) -> httpx2.Response:
    """Send again and again until somebody answers: what a phone does when the network is gone.

    Raises
    ------
    httpx2.TransportError
        Nobody answered for three minutes.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return http.request(method, path, **request)
        except httpx2.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
