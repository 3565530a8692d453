"""What must never happen to a log that only this program writes."""


class LedgerCorrupt(Exception):  # noqa: N818 - a finding about the stored log, as auditors say it
    """The stored log contradicts itself; nobody outside can cause this by a request."""
