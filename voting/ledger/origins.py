"""The names of this deployment's logs. A name once used stays for ever."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origins:
    """Log names under one host name, such as ``vote.example.org`` (no scheme, no blanks)."""

    host: str

    @property
    def register(self) -> str:
        """The deployment's register: rosters, keys, assemblies, certificates, acts."""
        return f"{self.host}/register"

    def assembly(self, assembly_id: str) -> str:
        """One assembly's own log: notice, ballots, corrections, close, result."""
        return f"{self.host}/assemblies/{assembly_id}"

    def under(self, path: str) -> str:
        """Name the log whose files are served under this path."""
        return f"{self.host}/{path}"

    def path(self, origin: str) -> str:
        """Under which path a log's files are served."""
        return origin.removeprefix(f"{self.host}/")
