"""Who is at a database: any number of serving processes, or one that must be alone with it.

A server holds keys in memory and accepts ballots at any moment; what seals everything anew or
erases it does not run beside it, nor beside another of its kind. The kernel or PostgreSQL lets go
of what a dead process held.
"""

import fcntl
import hashlib
import time
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, func, select

from voting.kernel.refusal import Refusal

# PostgreSQL notices a moment after a process ended that its connections are gone.
_TRIES, _SECONDS_BETWEEN = 21, 0.1


class DatabaseInUse(Refusal):
    """Somebody is at the database, and one of the two has to be alone with it."""

    code = "database-in-use"


def lock_number(purpose: str) -> int:
    """Give the number by which PostgreSQL knows a lock of ours."""
    digest = hashlib.sha256(f"yezhu/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


PRESENCE = lock_number("presence")


def in_use() -> DatabaseInUse:
    """Say so to the operator."""
    return DatabaseInUse(
        "另有服务进程或维护命令正在使用这个数据库；升级、更换密钥、删除个人信息须单独进行，请先停止另一个再试"
    )


def lock_file(database: str, *, alone: bool) -> BinaryIO:
    """Lock the file beside an SQLite database until it is closed.

    Raises
    ------
    DatabaseInUse
    """
    file = Path(f"{database}.lock").open("ab")  # noqa: SIM115 - held for as long as the database
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise in_use() from None
    return file


def share(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI object
    """Be present with a new PostgreSQL connection, for as long as it lives.

    Raises
    ------
    DatabaseInUse
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock_shared(%s)", (PRESENCE,))
        (present,) = cursor.fetchone()
    connection.commit()
    if not present:
        connection.close()
        raise in_use()


def exclude(connection: Connection) -> None:
    """Be alone at a PostgreSQL database while this connection lives, or until :func:`admit`.

    Asked for again and again instead of waiting in the queue, where it would keep the servers'
    new connections out.

    Raises
    ------
    DatabaseInUse
    """
    for waited in range(_TRIES):
        if waited:
            time.sleep(_SECONDS_BETWEEN)
        if connection.scalar(select(func.pg_try_advisory_lock(PRESENCE))):
            return
    raise in_use()


def admit(connection: Connection) -> None:
    """Let others in again."""
    connection.execute(select(func.pg_advisory_unlock(PRESENCE)))
