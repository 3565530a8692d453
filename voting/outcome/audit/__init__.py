"""Tables against logs: the logs are the record, the tables a cache of it (DESIGN 4.9)."""

from voting.outcome.audit.differences import Difference
from voting.outcome.audit.receipts import compare_receipt
from voting.outcome.audit.tables import audit

__all__ = ["Difference", "audit", "compare_receipt"]
