"""A signature that was checked ahead: before the lock, where it costs nobody else time."""

from voting.kernel.suites import BadSignature, VerifyingKey


class CheckedKey:
    """A key that knows already what it will say about one signature."""

    def __init__(self, key: VerifyingKey, signature: bytes, message: bytes) -> None:
        self.suite = key.suite
        self.spki = key.spki
        self._key = key
        self._checked = signature, message
        self._refusal: BadSignature | None = None
        try:
            key.verify(signature, message)
        except BadSignature as refusal:
            self._refusal = refusal

    @property
    def key_id(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, hexadecimal."""
        return self._key.key_id

    def verify(self, signature: bytes, message: bytes) -> None:
        """Give the answer found ahead; any other signature is checked now.

        Raises
        ------
        BadSignature
        """
        if (signature, message) != self._checked:
            self._key.verify(signature, message)
        elif self._refusal is not None:
            raise self._refusal
