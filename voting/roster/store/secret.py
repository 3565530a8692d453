"""The two columns of a row that holds something sealed."""

from sqlalchemy.orm import Mapped

from voting.roster.vault import Sealed


class HoldsSecret:
    """What is sealed, and the version of the key it is under."""

    key_version: Mapped[int]
    sealed: Mapped[bytes]

    @property
    def secret(self) -> Sealed:
        """Both as one."""
        return Sealed(self.key_version, self.sealed)

    @secret.setter
    def secret(self, sealed: Sealed) -> None:
        self.key_version, self.sealed = sealed.key_version, sealed.data
