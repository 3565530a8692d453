"""Identity data at rest: encrypted for reading, keyed digests for looking up.

A bare hash of an identity number falls to trying all of them in seconds; an HMAC under a key
that is not in the database does not (DESIGN decision: personal data, PIPL art. 51).
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voting.kernel.refusal import Refusal

_NONCE_BYTES = 12


class KeyMissing(Refusal):
    """What was sealed under a key version that is no longer here cannot be read."""

    code = "identity-key-missing"


@dataclass(frozen=True, slots=True)
class Sealed:
    """Encrypted personal data: nonce and AES-256-GCM ciphertext, and which key opens it."""

    key_version: int
    data: bytes


class Vault:
    """Seals personal data and computes the indexes under which it is found again.

    Parameters
    ----------
    encryption_keys
        By version, at least one; the highest seals, the others only open what they sealed.
    index_key
        Never replaced: what it indexed (title numbers) is kept in no readable form.

    All keys are 32 bytes and kept outside the database.
    """

    def __init__(self, encryption_keys: Mapping[int, bytes], index_key: bytes) -> None:
        self._aead = {version: AESGCM(key) for version, key in encryption_keys.items()}
        self._index_key = index_key
        self.key_version = max(encryption_keys)

    def seal(self, data: bytes, context: bytes) -> Sealed:
        """Encrypt with AES-256-GCM, bound to where it is stored by ``context``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        encrypted = self._aead[self.key_version].encrypt(nonce, data, context)
        return Sealed(self.key_version, nonce + encrypted)

    def unseal(self, sealed: Sealed, context: bytes) -> bytes:
        """Decrypt what :meth:`seal` gave. Whoever calls this writes it into the trail.

        Raises
        ------
        KeyMissing
            Sealed under a version that was not handed in.
        cryptography.exceptions.InvalidTag
            Altered, moved to another place, or sealed under another key.
        """
        if sealed.key_version not in self._aead:
            raise KeyMissing(
                f"缺少第 {sealed.key_version} 版身份加密密钥，请从备份恢复其密钥文件并重启服务"
            )
        nonce, encrypted = sealed.data[:_NONCE_BYTES], sealed.data[_NONCE_BYTES:]
        return self._aead[sealed.key_version].decrypt(nonce, encrypted, context)

    def index(self, purpose: str, text: str) -> bytes:
        """Blind index of a value: equal values give equal indexes, within one purpose only.

        The value comes as :mod:`voting.roster.spelling` writes it, or it will not be found.
        """
        message = f"{purpose}\0{text}".encode()
        return hmac.digest(self._index_key, message, hashlib.sha256)
