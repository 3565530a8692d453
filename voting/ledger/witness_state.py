"""What a witness has cosigned so far, on disk: one file for each log, replaced whole.

A witness that forgets can be shown another history. So a key belongs to one state for ever: both
carry the same mark, and where one of them has it and the other has not, the witness stays shut.
"""

import fcntl
import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from voting.ledger.refusals import WitnessInUse, WitnessStateDoubtful

_PRIVATE = 0o600


class WitnessState:
    """The state of one witness, held by one process at a time.

    Parameters
    ----------
    directory
        Made at the first start.
    key_file
        Beside it the mark is kept, as ``<key file>.state``.

    Raises
    ------
    WitnessInUse
        Another process holds it.
    WitnessStateDoubtful
        The key has been used with another state.
    """

    def __init__(self, directory: Path, key_file: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = self._hold()
        try:
            self._require_same(directory / "mark", key_file.with_name(f"{key_file.name}.state"))
        except WitnessStateDoubtful:
            self.close()
            raise

    def read(self, origin: str) -> bytes | None:
        """Give the checkpoint last cosigned for a log."""
        return self.read_hashed(hashlib.sha256(origin.encode()).hexdigest())

    def read_hashed(self, origin_hash: str) -> bytes | None:
        """Give the same by the SHA-256 of the log's name, in lower hexadecimal."""
        try:
            return (self._directory / f"{origin_hash}.checkpoint").read_bytes()
        except FileNotFoundError:
            return None

    def write(self, origin: str, note: bytes) -> None:
        """Replace it; durable when this returns, and never half written."""
        name = hashlib.sha256(origin.encode()).hexdigest()
        _replace(self._directory / f"{name}.checkpoint", note)

    def keep_evidence(self, request: bytes, cosigned: bytes) -> None:
        """Keep a request beside what was cosigned: two histories that one log has signed."""
        folder = self._directory / "evidence"
        folder.mkdir(mode=0o700, exist_ok=True)
        name = hashlib.sha256(request).hexdigest()
        _replace(folder / f"{name}.cosigned", cosigned)
        _replace(folder / f"{name}.request", request)

    def close(self) -> None:
        """Let another process have it."""
        self._lock.close()

    def _hold(self) -> BinaryIO:
        file = (self._directory / "lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise WitnessInUse(f"另一个见证进程正在使用 {self._directory}，请先停止它") from None
        return file

    def _require_same(self, here: Path, beside_key: Path) -> None:
        known = beside_key.read_bytes() if beside_key.exists() else None
        mark = here.read_bytes() if here.exists() else None
        if mark is None and known is None:
            mark = secrets.token_hex(16).encode()
            _replace(here, mark)
        # A crash between the two leaves a state without checkpoints and a key never used.
        if known is None and not any(self._directory.glob("*.checkpoint")):
            _replace(beside_key, mark or b"")
        elif mark != known:
            raise WitnessStateDoubtful(
                f"此密钥用过的见证状态不是 {self._directory}：请恢复原来的状态目录；"
                "找不回来的，停用此密钥，另建一个新的见证人"
            )


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
