"""What owners have to be told: written with what it tells of, and sent until it has arrived."""

import secrets
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from voting.identity import store
from voting.infra.database import Database
from voting.infra.sender import Sender
from voting.kernel.clock import Clock, beijing_text
from voting.roster.service import Contacts, Rosters
from voting.roster.vault import Vault
from voting.roster.version import RosterErased

_log = structlog.get_logger()

_LOOK_SECONDS = 2.0
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_GIVEN_UP_AFTER = timedelta(days=3)
"""The box has closed on most votes by then, and a number that fails so long is no longer his."""


class Notices:
    """Tells owners that a key was replaced in their name, however often the service restarts.

    A row says who is to be told of what. Its numbers are opened when they are needed, and the
    register says so each time; nobody's number waits anywhere in clear.

    Parameters
    ----------
    sender
        ``None`` where messages cannot be sent: then nothing is written down either.
    """

    def __init__(
        self,
        database: Database,
        rosters: Rosters,
        vault: Vault,
        sender: Sender | None,
        now: Clock,
    ) -> None:
        self._database = database
        self._contacts = Contacts(rosters.custody)
        self._vault = vault
        self._sender = sender
        self._now = now

    def key_replaced(self, session: Session, roster_id: str, owner_code: int) -> None:
        """Have an owner told, at every number the roster has of him, that his key was replaced.

        In the caller's transaction: there is no replacement without its notice.
        """
        if self._sender is None:
            return
        session.add(
            store.NoticeRow(
                notice_id=secrets.token_hex(16),
                roster_id=roster_id,
                owner_code=owner_code,
                happened_at=self._now(),
                due_at=self._now(),
                attempts=0,
                reached=b"",
            )
        )

    def start(self) -> None:
        """Send what is due for as long as the process lives."""
        if self._sender is not None:
            threading.Thread(target=self._follow, name="notices", daemon=True).start()

    def send_due(self) -> None:
        """Send everything whose turn it is; whatever fails has its turn again later."""
        sender = self._sender
        while sender is not None and (taken := self._take()) is not None:
            # By its kind only: its text may hold the number.
            try:
                phones = self._numbers(taken)
            except Exception as error:  # noqa: BLE001 - one whose data cannot be read keeps nobody else waiting
                _log.error("notice-unreadable", kind=type(error).__name__)
                continue
            for digest, phone in phones.items():
                try:
                    sender.send(phone, _text(taken.happened_at))
                except Exception as error:  # noqa: BLE001 - whatever a gateway does
                    _log.warning("notice-not-sent", kind=type(error).__name__)
                else:
                    self._reached(taken, digest, phones)

    def _take(self) -> store.NoticeRow | None:
        """Take the next notice, and put its next turn off first: a crash costs only that wait."""
        now = self._now()
        with self._database.write() as session:
            row = store.due_notice(session, at=now)
            if row is not None:
                row.due_at = now + min(_FIRST_WAIT * 2 ** min(row.attempts, 10), _LONGEST_WAIT)
                row.attempts += 1
            return row

    def _numbers(self, taken: store.NoticeRow) -> dict[bytes, str]:
        """Open the numbers that do not have it yet; where there are none it is done with."""
        with self._database.write() as session:
            row = store.notice(session, taken.notice_id)
            if row is None:
                return {}
            phones: dict[bytes, str] = {}
            if self._now() - row.happened_at < _GIVEN_UP_AFTER:
                phones = self._unreached(session, row)
            else:
                _log.error("notice-given-up", attempts=row.attempts)
            if not phones:
                session.delete(row)
            return phones

    def _unreached(self, session: Session, row: store.NoticeRow) -> dict[bytes, str]:
        try:
            phones = self._contacts.mobiles(session, row.roster_id, row.owner_code)
        except RosterErased:
            return {}
        found = {self._vault.index("phone", phone): phone for phone in phones}
        return {digest: phone for digest, phone in found.items() if digest not in row.reached}

    def _reached(self, taken: store.NoticeRow, digest: bytes, phones: Iterable[bytes]) -> None:
        """Note that one number has it; the notice is done with when all of them have."""
        with self._database.write() as session:
            row = store.notice(session, taken.notice_id)
            if row is None:
                return
            row.reached += digest
            if all(each in row.reached for each in phones):
                session.delete(row)

    def _follow(self) -> None:
        while True:
            try:
                self.send_due()
            except Exception as error:  # noqa: BLE001 - a database that is away must not end it
                _log.error("notices-failed", kind=type(error).__name__)
            time.sleep(_LOOK_SECONDS)


def _text(happened_at: datetime) -> str:
    return (
        f"您在业主大会投票系统登记的签名密钥已于 {beijing_text(happened_at)} 更换，"
        "原来的手机不能再用来投票，已投的票不受影响。如非本人操作，请立即联系居民委员会。"
    )
