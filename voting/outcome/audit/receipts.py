"""Receipts that owners hold against the logs: a lost ballot is shown by its receipt."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from voting.box.verify import Credited, find_key, read_file, verify_receipt
from voting.kernel.refusal import Refusal
from voting.ledger.checkpoint import open_checkpoint
from voting.ledger.errors import LedgerCorrupt
from voting.ledger.service import Ledger
from voting.outcome.audit.differences import Difference

_TABLE = "log_entries"


def compare_receipt(session: Session, ledger: Ledger, data: bytes) -> Iterator[Difference]:
    """Check a receipt with the log's own key, and find its entry where it says.

    Raises
    ------
    MalformedReceipt, NotCanonical, MalformedEnvelope
        The file is no receipt.
    """
    file = read_file(data)
    said = Credited(file.envelope.payload).said
    origin, position = ledger.origins.assembly(said["assembly"]), said["position"]
    try:
        key = find_key(file, ledger.key(origin).vkey)
    except (Refusal, ValueError):
        yield Difference(origin, position, _TABLE, "回执不属于本部署的日志")
        return
    findings, credited = verify_receipt(file, key)
    problems = [problem for finding in findings for problem in finding.problems]
    for problem in problems:
        yield Difference(origin, position, _TABLE, f"回执：{problem}")
    if problems or credited is None:
        return
    signed = open_checkpoint(credited.proof.checkpoint_note, key)
    try:
        entries = ledger.read_entries(session, origin, position, position + 1)
        present = open_checkpoint(ledger.checkpoint(session, origin, signed.size), key)
    except (LedgerCorrupt, Refusal):
        yield Difference(origin, position, _TABLE, "回执所证明的条目不在日志中")
        return
    if entries != [credited.entry_bytes]:
        yield Difference(origin, position, _TABLE, "日志的这一条不是回执所证明的条目")
    if present != signed:
        yield Difference(origin, position, _TABLE, "日志的开头与回执里签名的检查点不符")
