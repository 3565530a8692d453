"""Asking for many values, and inserting many rows, at the price of one statement."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from psycopg import sql
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Dialect,
    String,
    and_,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from voting.infra.orm import Base

Value = TypeVar("Value", int, str, int | None)


class _Values(TypeDecorator[Sequence[Any]]):
    """Many values as one parameter: an array for PostgreSQL, a JSON text for SQLite."""

    impl = String
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose what this engine reads many values from."""
        return ARRAY(self.of) if dialect.name == "postgresql" else String()

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:  # noqa: ANN401 - as the engine wants it
        """Give each value once, in order."""
        wanted = sorted(set(value or ()))
        return wanted if dialect.name == "postgresql" else json.dumps(wanted)


class _Among(FunctionElement[bool]):
    """``column`` has one of the values that a parameter brings."""

    type = Boolean()
    inherit_cache = True


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - parts of the statement itself


def among(column: InstrumentedAttribute[Value], name: str) -> ColumnElement[bool]:
    """Give the condition that a column has one of the values of parameter ``name``.

    The statement is the same however many they are: it can be written once, and is compiled and
    prepared once. To write it anew for each batch would cost more than to run it.
    """
    return _Among(column, bindparam(name, type_=_Values(column.type)))


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
    names = tuple(values[0])
    convert = _converters(row, names, connection.dialect)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(row.__tablename__), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.connection.cursor().copy(statement) as copy:
        for value in values:
            fields = [value[name] for name in names]
            for place, converted in convert:
                fields[place] = converted(fields[place])
            copy.write_row(fields)


@cache
def _converters(
    row: type[Base], names: tuple[str, ...], dialect: Dialect
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Find which fields the driver gets otherwise than they were given."""
    types = (row.metadata.tables[row.__tablename__].c[name].type for name in names)
    found = (each.dialect_impl(dialect).bind_processor(dialect) for each in types)
    return [(place, convert) for place, convert in enumerate(found) if convert is not None]


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
