"""The trail: every administrative act is an entry in the register, with an id and no name."""

from datetime import datetime

from sqlalchemy.orm import Session

from voting.kernel import canonical
from voting.kernel.clock import timestamp
from voting.ledger.service import Ledger


def record(  # an act is one sentence: who did what, when, to what
    session: Session, ledger: Ledger, act: str, *, by: str, at: datetime, **facts: str | int
) -> int:
    """Write one act into the register, in the transaction that does the act; give its position.

    Parameters
    ----------
    act
        What was done, such as ``open-assembly``.
    by
        Account id of whoever did it.
    facts
        Ids and digests only: the register is public.
    """
    entry = {"act": act, "at": timestamp(at), "by": by, "type": "act", **facts}
    return ledger.append(session, ledger.origins.register, [canonical.encode(entry)])[0]
