"""Asking for many values, and inserting many rows, at the price of one statement."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Insert,
    Table,
    bindparam,
    func,
    insert,
    literal,
    select,
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


def insert_rows(session: Session, row: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one table, each given by its columns' names.

    SQLite takes them one by one within the process. To PostgreSQL they go as one array for each
    column: a statement for each row would cost more than all that is in it.
    """
    if not values:
        return
    if not _is_postgresql(session):
        session.execute(insert(row), list(values))
        return
    table = row.metadata.tables[row.__tablename__]
    columns = {name: [value[name] for value in values] for name in values[0]}
    session.execute(_from_arrays(table, tuple(columns)), columns)


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


@lru_cache
def _from_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    arrays = (bindparam(name, type_=ARRAY(table.c[name].type)) for name in names)
    rows = func.unnest(*arrays).table_valued(*names).render_derived()
    return insert(table).from_select(names, select(*rows.c))
