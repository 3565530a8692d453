"""Engines and transactions: SQLite by default, PostgreSQL when it is outgrown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.orm import Session

from voting.infra import occupancy


class Database:
    """One database and the two kinds of transaction the product knows.

    Parameters
    ----------
    url
        SQLAlchemy URL, such as ``sqlite:////var/lib/yezhu/yezhu.db`` or
        ``postgresql+psycopg://user@host/yezhu``.
    """

    def __init__(self, url: str) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _engine(url)
        options = (
            {}
            if self.is_sqlite
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._presence: BinaryIO | None = None
        self._reading = self.engine.execution_options(read_only=True, **options)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that is durable when the block has ended, or did not happen."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent snapshot; nothing is written."""
        with Session(self._reading, autoflush=False, expire_on_commit=False) as session:
            yield session
            if not self.is_sqlite:
                # Nothing to commit; but after a rollback the driver forgets every statement it
                # has prepared on this connection, and the server plans all of them anew.
                session.commit()

    def serve(self) -> None:
        """Keep whoever has to be alone with the data out, for as long as this is open.

        Raises
        ------
        DatabaseInUse
            Somebody is alone with it now.
        """
        if self.is_sqlite:
            self._presence = occupancy.lock_file(str(self.engine.url.database), alone=False)
            return
        # Each connection for itself: one that is lost takes its lock along, the next takes it anew.
        event.listen(self.engine, "connect", occupancy.share)
        self.engine.dispose()
        self.engine.connect().close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Work on the data while no server and no other such work does.

        Raises
        ------
        DatabaseInUse
        """
        if self.is_sqlite:
            with occupancy.lock_file(str(self.engine.url.database), alone=True):
                yield
            return
        plain = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with plain.connect() as connection:
            occupancy.exclude(connection)
            try:
                yield
            finally:
                occupancy.admit(connection)

    def queue(self, session: Session, purpose: str) -> None:
        """Let the transactions of one purpose wait for each other, from here to their end.

        For what no row can be locked for, because it is not there yet.
        """
        if self.is_sqlite:
            session.connection()  # BEGIN IMMEDIATE, which lets only one write
        else:
            session.execute(select(func.pg_advisory_xact_lock(occupancy.lock_number(purpose))))

    def compact(self) -> None:
        """Write the tables anew, so that nothing deleted or replaced remains in their files."""
        if not self.is_sqlite:
            plain = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            with plain.connect() as connection:
                connection.exec_driver_sql("VACUUM FULL")
            return
        # Below SQLAlchemy, which would begin a transaction; VACUUM runs in none.
        raw = self.engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
        if self._presence is not None:
            self._presence.close()


def _engine(url: str) -> Engine:
    # What fails is logged, with its statement; in the values are names, and how people vote.
    return create_engine(url, hide_parameters=True)


def _sqlite_engine(url: str) -> Engine:
    engine = _engine(url)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI object
        # The driver's own implicit BEGIN would come too late to take the write lock.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: an acknowledged ballot survives a power cut, not only a crashed process.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE: two writers queue here instead of failing halfway through.
        reading = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
