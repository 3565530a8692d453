"""The same count of a city by others: the same columns, grouped by complex, item by item.

Heads are given as a flag, so all that is asked of them are sums. Each function returns what runs
one count and gives its :class:`~benchmarks.answer.Answer`.
"""

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from benchmarks.answer import judged, placed
from benchmarks.data import COLUMNS
from benchmarks.databases import postgres_connection
from tally.slots import SILENT

_GROUPED = """
    SELECT complex, {item} AS item, {column} AS choice, sum(head)::bigint AS heads,
    sum(area)::bigint AS area FROM city WHERE {column} > 0 AND {column} < {silent}
    GROUP BY complex, {column}
"""

_SQL_TYPES = {np.dtype(np.uint8): "smallint", np.dtype(np.int32): "integer"}
_SQL_TYPES[np.dtype(np.uint32)] = "integer"
_COPY_SIZES = {column: 2 if name == "smallint" else 4 for column, name in _SQL_TYPES.items()}
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_ROWS = 500_000


def in_pandas(city):
    """One groupby for each item over the whole frame."""
    frame = pd.DataFrame(_columns(city))
    electorates = city.electorates

    def count():
        figures = []
        for item, column in enumerate(COLUMNS):
            marked = (frame[column] > 0) & (frame[column] < SILENT)
            groups = frame[marked].groupby(["complex", column])
            table = groups[["head", "area"]].sum()
            complex_, choice = (table.index.get_level_values(level) for level in (0, 1))
            rows = complex_, np.full(len(table), item), choice, table["head"], table["area"]
            figures.append(placed(rows, city.complexes))
        return judged(sum(figures), electorates)

    return count


def in_polars(city):
    """Sum lazily, all items in one go."""
    frame = pl.DataFrame(_columns(city)).lazy()
    electorates = city.electorates
    queries = [
        frame.filter((pl.col(column) > 0) & (pl.col(column) < SILENT))
        .group_by("complex", column)
        .agg(pl.col("head").cast(pl.Int64).sum(), pl.col("area").cast(pl.Int64).sum())
        .select(
            "complex", pl.lit(item).alias("item"), pl.col(column).alias("choice"), "head", "area"
        )
        for item, column in enumerate(COLUMNS)
    ]

    def count():
        table = pl.concat(pl.collect_all(queries))
        return judged(placed(table.get_columns(), city.complexes), electorates)

    return count


def in_duckdb(city):
    """Group by SQL, straight from the mapped arrays."""
    connection = duckdb.connect()
    connection.register("city", _columns(city))
    electorates = city.electorates
    query = _grouped()

    def count():
        table = connection.sql(query).fetchnumpy()
        return judged(placed(table.values(), city.complexes), electorates)

    return count


def in_postgres(city):
    """Group by the same SQL in PostgreSQL, from a table that its workers may share."""
    connection = postgres_connection()
    columns = _columns(city)
    connection.execute("DROP TABLE IF EXISTS city")
    types = ", ".join(f"{name} {_SQL_TYPES[column.dtype]}" for name, column in columns.items())
    connection.execute(f"CREATE UNLOGGED TABLE city ({types})")
    with connection.cursor().copy("COPY city FROM STDIN (FORMAT binary)") as copy:
        copy.write(_COPY_HEADER)
        for first in range(0, len(city), _COPY_ROWS):
            copy.write(_copied(columns, slice(first, first + _COPY_ROWS)))
    connection.execute("ANALYZE city")
    electorates = city.electorates
    query = _grouped()

    def count():
        rows = connection.execute(query).fetchall()
        return judged(placed(zip(*rows, strict=True), city.complexes), electorates)

    return count


def read_once(city):
    """Read the same bytes once, folded word by word: no count can be quicker than memory."""
    words = [column.reshape(-1).view(np.uint64) for column in (city.answers, city.area, city.head)]

    def read():
        return [int(np.bitwise_xor.reduce(word)) for word in words]

    return read


def _grouped():
    return " UNION ALL ".join(
        _GROUPED.format(item=item, column=column, silent=SILENT)
        for item, column in enumerate(COLUMNS)
    )


def _copied(columns, rows):
    """Write rows as PostgreSQL's binary COPY takes them: each field with its length before it."""
    fields = [("fields", ">i2")]
    for name, column in columns.items():
        size = _COPY_SIZES[column.dtype]
        fields += [(f"{name} length", ">i4"), (name, f">i{size}")]
    written = np.empty(len(columns["complex"][rows]), dtype=fields)
    written["fields"] = len(columns)
    for name, column in columns.items():
        written[name] = column[rows]
        written[f"{name} length"] = _COPY_SIZES[column.dtype]
    return written.tobytes()


def _columns(city):
    complex_of = np.repeat(np.arange(city.complexes, dtype=np.int32), np.diff(city.offsets))
    choices = dict(zip(COLUMNS, map(np.asarray, city.votes), strict=True))
    return {"complex": complex_of, "head": np.asarray(city.head), "area": np.asarray(city.area)} | (
        choices
    )
