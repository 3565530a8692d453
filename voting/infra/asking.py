"""Statements that come with every batch of ballots: several at the price of one.

PostgreSQL answers them in one round trip, and what the ORM would do for each of them, which costs
more than to answer it, is done once. SQLite, which answers within the process, is asked as ever.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import psycopg
from sqlalchemy import Dialect, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Statement = Select[*tuple[Any, ...]]
Rows = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that was written once, with parameters, and what they are this time."""

    statement: Statement
    given: Mapping[str, Any]


def ask(session: Session, question: Question) -> Rows:
    """Answer a question, or give what was answered ahead."""
    asked, rows = session.info.pop(question.statement, (None, ()))
    if asked == question:
        return cast("Rows", rows)
    if not is_postgresql(session):
        return session.execute(question.statement, question.given).all()
    prepared = _prepare(question.statement, session.get_bind().dialect)
    with driver(session) as raw:
        cursor = raw.execute(prepared.text, prepared.parameters(question.given))
        return prepared.rows(cursor.fetchall())


def ask_ahead(session: Session, questions: Sequence[Question]) -> None:
    """Get what :func:`ask` will be asked next, each at most once.

    They are answered in this order, each with what is committed by then. One that takes a lock
    comes first: what follows holds until the transaction ends, if only who has the lock changes it.
    """
    if is_postgresql(session):
        answers = zip(questions, _send(session, questions), strict=True)
        session.info.update({each.statement: (each, rows) for each, rows in answers})


def tell(session: Session, statement: Update, given: Mapping[str, Any]) -> None:
    """Change rows by a statement that was written once."""
    if is_postgresql(session):
        prepared = _prepare(statement, session.get_bind().dialect)
        with driver(session) as raw:
            raw.execute(prepared.text, prepared.parameters(given))
    else:
        session.execute(statement, given)


@contextmanager
def in_flight(session: Session) -> Iterator[None]:
    """Go on while PostgreSQL does what it is told here; at the end, wait until all is done.

    For :func:`tell` and :func:`voting.infra.bulk.insert_rows`; the ORM would not know its answers.
    """
    if is_postgresql(session):
        with driver(session) as raw, raw.pipeline():
            yield
    else:
        yield


@contextmanager
def driver(session: Session) -> Iterator[psycopg.Connection]:
    """Speak to PostgreSQL without SQLAlchemy; what goes wrong is told as if it had been there."""
    session.flush()  # the ORM may not have sent everything yet
    connection = session.connection()
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)  # noqa: S101 - asked of PostgreSQL only
    try:
        yield raw
    except psycopg.Error as error:
        if raw.broken:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


def is_postgresql(session: Session) -> bool:
    """Whether there is a server to talk to."""
    return session.get_bind().dialect.name == "postgresql"


def _send(session: Session, questions: Sequence[Question]) -> list[Rows]:
    dialect = session.get_bind().dialect
    prepared = [_prepare(each.statement, dialect) for each in questions]
    with driver(session) as raw, raw.pipeline():
        cursors = [
            raw.execute(each.text, each.parameters(question.given))
            for each, question in zip(prepared, questions, strict=True)
        ]
        return [
            each.rows(cursor.fetchall()) for each, cursor in zip(prepared, cursors, strict=True)
        ]


class _Prepared:
    """What SQLAlchemy knows of a statement, found out once."""

    def __init__(self, statement: Statement | Update, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled).encode()
        self._bound = {
            name: each.type.dialect_impl(dialect).bind_processor(dialect)
            for name, each in compiled.binds.items()
        }
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        found = (
            each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns
        )
        self._read = [(place, read) for place, read in enumerate(found) if read is not None]

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Give the driver what it takes for these values."""
        return {
            name: given[name] if bind is None else bind(given[name])
            for name, bind in self._bound.items()
        }

    def rows(self, answered: Rows) -> Rows:
        """Give rows as the ORM would."""
        if not self._read:
            return answered
        rows = [list(row) for row in answered]
        for row in rows:
            for place, read in self._read:
                row[place] = read(row[place])
        return rows


_prepare = cache(_Prepared)
"""By statement: all of them are constants of some module."""
