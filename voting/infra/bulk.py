"""Inserting many rows at the price of one statement."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Insert, Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from voting.infra.orm import Base


def insert_rows(session: Session, row: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one table, each given by its columns' names.

    SQLite takes them one by one within the process. To PostgreSQL they go as one array for each
    column: a statement for each row would cost more than all that is in it.
    """
    if not values:
        return
    if session.get_bind().dialect.name != "postgresql":
        session.execute(insert(row), list(values))
        return
    table = row.metadata.tables[row.__tablename__]
    columns = {name: [value[name] for value in values] for name in values[0]}
    session.execute(_from_arrays(table, tuple(columns)), columns)


@lru_cache
def _from_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    arrays = (bindparam(name, type_=ARRAY(table.c[name].type)) for name in names)
    rows = func.unnest(*arrays).table_valued(*names).render_derived()
    return insert(table).from_select(names, select(*rows.c))
