"""Showing the logs' growth to witnesses, in threads of their own that no ballot waits for."""

import threading
import time

import httpx2
import structlog

from api.settings import FollowedBy
from voting.infra.database import Database
from voting.kernel.refusal import Refusal
from voting.ledger.add_checkpoint import PATH, SIZE_TYPE, Submission
from voting.ledger.note import MAX_BYTES
from voting.ledger.service import Ledger
from voting.ledger.spelling import decode_decimal

_log = structlog.get_logger()

LOOK_SECONDS = 2.0
ANSWER_SECONDS = 10.0
_FIRST_WAIT, _LONGEST_WAIT, _ASK_ANEW = 4.0, 300.0, 600.0


class Unanswered(Exception):  # noqa: N818 - says what happened
    """A witness could not be reached or gave no answer of the protocol."""


class WitnessFeed:
    """Shows one witness every log that has grown since it last signed.

    What it has signed is in the database; so after a restart, or with another server beside this
    one, the worst is that a witness is asked once too often.

    Parameters
    ----------
    http
        Follows no redirect: a request goes to the witness that was named, or nowhere.
    """

    def __init__(
        self, database: Database, ledger: Ledger, witness: FollowedBy, http: httpx2.Client
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._witness = witness
        self._http = http
        # By log, and under the empty name for the witness as a whole: failures, and when next.
        self._waiting: dict[str, tuple[int, float]] = {}

    def start(self) -> None:
        """Follow the logs for as long as the process lives."""
        name = f"witness {self._witness.key.name}"
        threading.Thread(target=self._follow, name=name, daemon=True).start()

    def look(self) -> None:
        """Submit every log that has grown, but for those whose turn has not come again."""
        if self._must_wait(""):
            return
        with self._database.read() as session:
            sizes = self._ledger.sizes(session)
            signed = self._ledger.cosigned_sizes(session, self._witness.key)
        for origin, size in sizes.items():
            old = signed.get(origin, 0)
            if size == old or self._must_wait(origin):
                continue
            try:
                self._submit(origin, old)
            except Unanswered as failure:
                # Not log by log: one that is gone would be waited for as often as there are logs.
                self._wait("", str(failure))
                return
            except Refusal as refusal:
                self._wait(origin, refusal.code)
            else:
                self._waiting.pop("", None)

    def _submit(self, origin: str, old: int) -> None:
        """Submit one log, once more where the witness says that it stands elsewhere."""
        status, answer = self._ask(origin, old)
        if status == httpx2.codes.CONFLICT:
            with self._database.read() as session:
                size = self._ledger.size(session, origin)
            if answer > size:
                # Somebody brought back a backup, or runs this log twice: a person has to look.
                _log.error("witness-saw-a-longer-log", log=origin, ours=size, witnessed=answer)
                self._wait(origin, "longer")
                return
            status, _ = self._ask(origin, answer)
        if status == httpx2.codes.NOT_FOUND:
            # Most follow the register only; one that takes up a log later is asked in time.
            self._wait(origin, "does not follow this log", _ASK_ANEW)
        elif status == httpx2.codes.OK:
            self._waiting.pop(origin, None)
        else:
            if status == httpx2.codes.UNPROCESSABLE_CONTENT:
                _log.error("witness-saw-another-log", log=origin, witness=self._witness.key.name)
            self._wait(origin, f"status {status}")

    def _ask(self, origin: str, old: int) -> tuple[int, int]:
        """Send one request and keep what was signed; answer with status and the recorded size."""
        with self._database.read() as session:
            size, submission = self._ledger.submission(session, origin, old)
        status, kind, body = self._post(submission)
        if status == httpx2.codes.OK:
            with self._database.write() as session:
                self._ledger.keep_cosignature(session, origin, size, self._witness.key, body)
        if status != httpx2.codes.CONFLICT:
            return status, 0
        try:
            recorded = decode_decimal(body.decode("ascii", "replace").removesuffix("\n"))
        except ValueError as error:
            raise Unanswered("no size in the answer") from error
        if kind.partition(";")[0] != SIZE_TYPE:
            raise Unanswered("no size in the answer")
        return status, recorded

    def _post(self, submission: Submission) -> tuple[int, str, bytes]:
        url = self._witness.url.rstrip("/") + PATH
        body = b""
        try:
            with self._http.stream("POST", url, content=submission.to_bytes()) as answer:
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise Unanswered("the answer is too long")
        except httpx2.HTTPError as error:
            raise Unanswered(type(error).__name__) from error
        return answer.status_code, answer.headers.get("content-type", ""), body

    def _must_wait(self, what: str) -> bool:
        return time.monotonic() < self._waiting.get(what, (0, 0.0))[1]

    def _wait(self, what: str, why: str, seconds: float | None = None) -> None:
        failures = self._waiting.get(what, (0, 0.0))[0] + 1
        if seconds is None:
            seconds = min(_FIRST_WAIT * 2 ** min(failures - 1, 10), _LONGEST_WAIT)
        self._waiting[what] = (failures, time.monotonic() + seconds)
        # Once: a witness that is away for a week must not fill the log.
        if failures == 1:
            name = self._witness.key.name
            _log.warning("witness-did-not-sign", witness=name, log=what, why=why)

    def _follow(self) -> None:
        while True:
            try:
                self.look()
            except Exception:  # noqa: BLE001 - it is written down, and tried again
                # A database that is away for a moment must not end the witnessing for good.
                _log.exception("witness-feed-failed", witness=self._witness.key.name)
            time.sleep(LOOK_SECONDS)
