"""The tables of a vote, loaded once into each engine that is measured."""

import atexit
import contextlib
from functools import cache

import duckdb
import polars as pl
import psycopg

from benchmarks.data import (
    COLUMNS,
    matrix_codes,
    matrix_rows,
    roster_codes,
    stream_codes,
    stream_rows,
)
from tests.servers import postgres_server

TABLES = {
    "roster": roster_codes,
    "stream_codes": stream_codes,
    "matrix_codes": matrix_codes,
    "stream_rows": stream_rows,
    "matrix_rows": matrix_rows,
}
_SQL_TYPES = {
    "seq": "integer", "unit": "integer", "building": "integer", "owner": "integer",
    "area": "bigint", "item": "smallint", "choice": "smallint",
} | dict.fromkeys(COLUMNS, "smallint")  # fmt: skip
_INDEXES = (
    "roster (unit)",
    "stream_codes (unit, item, seq DESC)",
    "matrix_codes (unit, item)",
    "stream_rows (unit, seq DESC)",
    "matrix_rows (unit)",
)

_until_the_end = contextlib.ExitStack()
"""What is closed when the interpreter leaves: connections first, then their server."""
atexit.register(_until_the_end.close)


@cache
def polars_table(vote, name):
    """Return one table as a lazy frame."""
    return pl.from_pandas(TABLES[name](vote)).lazy()


@cache
def duckdb_of(vote):
    """Return a connection to an in-memory database that holds every table."""
    connection = duckdb.connect()
    for name, rows_of in TABLES.items():
        connection.from_df(rows_of(vote)).create(name)
    return connection


@cache
def postgres_of(vote):
    """Return a connection that holds every table: indexed, analysed, in memory."""
    connection = postgres_connection()
    for name, rows_of in TABLES.items():
        rows = rows_of(vote)
        columns = ", ".join(f"{column} {_SQL_TYPES[column]}" for column in rows)
        connection.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
        with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            copy.write(rows.to_csv(sep="\t", header=False, index=False))
    for index in _INDEXES:
        connection.execute(f"CREATE INDEX ON {index}")
    connection.execute("ANALYZE")
    return connection


def postgres_connection():
    """Connect to the one server of this run, until the end."""
    return _until_the_end.enter_context(psycopg.connect(_server(), autocommit=True))


@cache
def _server():
    """Start one server for all sizes."""
    return _until_the_end.enter_context(postgres_server()).replace("+psycopg", "")
