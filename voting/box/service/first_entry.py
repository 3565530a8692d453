"""The first clerk's reading of a paper ballot, while the second is missing."""

from datetime import datetime

from sqlalchemy.orm import Session

from voting.box import store
from voting.box.refusals import PaperAlreadyAccepted, SameClerk, UnknownPaper


def keep(
    session: Session,
    assembly_id: str,
    serial: str,
    content: bytes,
    earlier: store.PaperEntryRow | None,
    by: str,
    at: datetime,
) -> None:
    """Keep a first reading, or its correction by the same clerk.

    Raises
    ------
    PaperAlreadyAccepted, SameClerk
    """
    if earlier is None:
        session.add(
            store.PaperEntryRow(
                assembly_id=assembly_id,
                serial=serial,
                entered_by=by,
                entered_at=at,
                content=content,
                accepted_position=None,
            )
        )
        return
    _require_alone(earlier)
    if earlier.content == content:
        raise SameClerk(f"编号 {serial} 的第二次录入须由另一位录入员完成")
    # Until somebody else has read the paper, a slip of the pen is simply corrected.
    earlier.content, earlier.entered_at = content, at


def withdraw(session: Session, assembly_id: str, serial: str) -> str:
    """Drop a first reading, so that its number is free again; give the account that entered it.

    Raises
    ------
    UnknownPaper, PaperAlreadyAccepted
    """
    entry = store.paper_entry(session, assembly_id, serial)
    if entry is None:
        raise UnknownPaper(f"没有编号 {serial} 的录入，请核对编号；已撤回的可以重新录入")
    _require_alone(entry)
    session.delete(entry)
    return entry.entered_by


def _require_alone(entry: store.PaperEntryRow) -> None:
    if entry.accepted_position is not None:
        raise PaperAlreadyAccepted(f"编号 {entry.serial} 的纸质表决票已经录入完毕")
