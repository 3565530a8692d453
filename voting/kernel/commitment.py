"""Salted commitments: what a public log says about something it must not show."""

import hashlib
import secrets
from dataclasses import dataclass

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """The salt and the data behind a commitment; whoever holds it can prove what was logged."""

    salt: bytes
    data: bytes

    @property
    def commitment(self) -> str:
        """Hexadecimal SHA-256 of salt and data: this alone is public."""
        return hashlib.sha256(self.salt + self.data).hexdigest()


def commit(data: bytes) -> Opening:
    """Choose a fresh salt, so that equal data cannot be recognised by their commitments."""
    return Opening(secrets.token_bytes(SALT_BYTES), data)
