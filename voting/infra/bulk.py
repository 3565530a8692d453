"""Asking for many values, and inserting many rows, at the price of one statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from psycopg import sql
from psycopg.adapt import PyFormat
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

from voting.infra.asking import driver, is_postgresql
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
    if is_postgresql(session):
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


def insert_rows(
    session: Session,
    row: type[Base],
    shared: Mapping[str, Any],
    columns: Mapping[str, Sequence[Any]],
) -> None:
    """Insert many rows of one table.

    SQLite takes them one by one within the process. PostgreSQL gets each column as one array: a
    statement for each row would cost more than all that is in it.

    Parameters
    ----------
    shared
        What is the same in all rows, by the names of columns.
    columns
        The values of all others, one for each row, by name; all of one length.

    Raises
    ------
    ValueError
        The columns differ in length.
    """
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1:
        raise ValueError(f"columns of {sorted(lengths)} values make no rows")
    if lengths == {0}:
        return
    if not is_postgresql(session):
        names = columns.keys()
        rows = [
            {**shared, **dict(zip(names, values, strict=True))}
            for values in zip(*columns.values(), strict=True)
        ]
        session.execute(insert(row), rows)
        return
    into = _insertion(row, tuple(shared), tuple(columns), session.get_bind().dialect)
    with driver(session) as raw:
        raw.execute(into.text, into.parameters(shared, columns))


class _Insertion:
    """An INSERT from arrays into some columns of a table."""

    def __init__(
        self, row: type[Base], shared: tuple[str, ...], columns: tuple[str, ...], dialect: Dialect
    ) -> None:
        table = row.metadata.tables[row.__tablename__]
        types = {name: table.c[name].type for name in (*shared, *columns)}
        written = {name: sql.SQL(kind.compile(dialect)) for name, kind in types.items()}
        one = [sql.SQL("{}::{}").format(sql.Placeholder(name), written[name]) for name in shared]
        # In binary, which spares both sides the writing and reading of hexadecimal digits.
        many = [
            sql.SQL("{}::{}[]").format(sql.Placeholder(name, PyFormat.BINARY), written[name])
            for name in columns
        ]
        comma = sql.SQL(", ")
        self.text = (
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS each")
            .format(
                sql.Identifier(row.__tablename__),
                comma.join(map(sql.Identifier, (*shared, *columns))),
                comma.join([*one, sql.SQL("each.*")]),
                comma.join(many),
            )
            .as_bytes()
        )
        self._bind = {
            name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()
        }

    def parameters(
        self, shared: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]
    ) -> dict[str, Any]:
        """Give the driver what it takes for these values."""
        given: dict[str, Any] = {}
        for name, value in shared.items():
            bind = self._bind[name]
            given[name] = value if bind is None else bind(value)
        for name, values in columns.items():
            bind = self._bind[name]
            given[name] = list(values) if bind is None else list(map(bind, values))
        return given


_insertion = cache(_Insertion)
"""By table and names of columns."""
