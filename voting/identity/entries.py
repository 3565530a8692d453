"""What the register says about device keys: neither key nor person, only commitments."""

import base64
from datetime import datetime

from voting.kernel import canonical
from voting.kernel.clock import timestamp


def key_statement(owner_code: int, roster_digest: str, spki: bytes) -> bytes:
    """Write what the register commits to when a key is enrolled."""
    return canonical.encode(
        {
            "owner": owner_code,
            "roster": roster_digest,
            "spki": base64.b64encode(spki).decode(),
        }
    )


def key_entry(commitment: str, at: datetime) -> bytes:
    """Write the register entry of an enrolment: no key, no person, only a commitment."""
    return canonical.encode({"at": timestamp(at), "commitment": commitment, "type": "device-key"})


def revocation_entry(position: int, at: datetime) -> bytes:
    """Write the register entry that ends an earlier enrolment."""
    return canonical.encode(
        {"at": timestamp(at), "enrolment": position, "type": "device-key-revoked"}
    )
