"""Asking for many values, and inserting many rows, at the price of one statement."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from psycopg import sql
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    and_,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from voting.infra.orm import Base

Value = TypeVar("Value", int, str)


def among(
    session: Session, column: InstrumentedAttribute[Value], values: Iterable[Value]
) -> ColumnElement[bool]:
    """Give the condition that a column has one of these values.

    PostgreSQL gets them as one array: the statement stays the same however many they are, and is
    compiled and prepared once.
    """
    wanted = sorted(set(values))
    if not _is_postgresql(session):
        return column.in_(wanted)
    return column == func.any(literal(wanted, ARRAY(column.type)))


def among_pairs(
    session: Session,
    first: InstrumentedAttribute[int],
    second: InstrumentedAttribute[int],
    pairs: Iterable[tuple[int, int]],
) -> ColumnElement[bool]:
    """Give the condition that two columns have one of these pairs of values, at least one."""
    wanted = sorted(set(pairs))
    if _is_postgresql(session):
        arrays = (literal(list(each), ARRAY(BigInteger)) for each in zip(*wanted, strict=True))
        rows = func.unnest(*arrays).table_valued("first", "second").render_derived()
        return tuple_(first, second).in_(select(rows.c.first, rows.c.second))
    # Value by value: given pairs to look for, SQLite reads through the whole table.
    return or_(
        *(
            and_(first == value, second.in_([other for _, other in group]))
            for value, group in groupby(wanted, key=itemgetter(0))
        )
    )


def insert_rows(session: Session, row: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one table, each given by its columns' names, all by the same.

    SQLite takes them one by one within the process. PostgreSQL reads them as one stream: a
    statement for each row would cost more than all that is in it.
    """
    if not values:
        return
    if not _is_postgresql(session):
        session.execute(insert(row), list(values))
        return
    session.flush()  # what these rows refer to may not have been sent
    connection = session.connection()
    names = list(values[0])
    types = (row.metadata.tables[row.__tablename__].c[name].type for name in names)
    dialect = connection.dialect
    bind = [each.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for each in types]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(row.__tablename__), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.connection.cursor().copy(statement) as copy:
        for value in values:
            copy.write_row(
                [convert(value[name]) for convert, name in zip(bind, names, strict=True)]
            )


def _as_it_is(value: object) -> object:
    return value


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
