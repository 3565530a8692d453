"""``yezhu audit``: the tables of a deployment against its logs."""

from collections.abc import Sequence
from pathlib import Path

from api.cli.files import BAD_INPUT, FAILED, OK, read_files
from api.composition import compose
from api.settings import Settings
from voting.outcome.audit import audit, compare_receipt


def audit_tables(data: Path, receipts: Sequence[Path] = ()) -> int:
    """Print every difference between tables, logs and receipts; 1 if any, 2 for no receipt."""
    contents = read_files(receipts)
    if contents is None:
        return BAD_INPUT
    service = compose(Settings.read(data))
    try:
        with service.database.read() as session:
            found = audit(session, service.ledger, service.rosters.custody.basis)
            for receipt in contents:
                found += compare_receipt(session, service.ledger, receipt)
    finally:
        service.database.close()
    for difference in found:
        where = "" if difference.position is None else f"第 {difference.position} 条　"
        print(f"[不符] {difference.log}　{where}表 {difference.table}：{difference.text}")
    print("表与日志一致。" if not found else f"表与日志不一致：{len(found)} 处。以日志为准。")
    return FAILED if found else OK
