"""The same count by others, from a row for each ballot and unit with a column for each item.

That is how ballots are stored here, and on large votes with repeats it is the quicker way; see
:mod:`benchmarks.peers_by_item` for the other, and for what the functions have in common.
"""

import numpy as np
import polars as pl

from benchmarks.answer import counted
from benchmarks.data import COLUMNS, ITEMS, matrix_rows, roster_codes, stream_rows
from benchmarks.databases import duckdb_of, polars_table, postgres_of

_ROWS = {"stream": stream_rows, "matrix": matrix_rows}
_CHOICES = ", ".join(COLUMNS)
_DUCKDB = """
    WITH standing AS ({ballots}),
    voted AS (SELECT owner, area, {choices} FROM standing JOIN roster USING (unit)),
    mark AS (UNPIVOT voted ON {choices} INTO NAME item VALUE choice),
    head AS (SELECT item, choice, owner, sum(area) AS area FROM mark WHERE choice > 0 GROUP BY ALL)
    SELECT item[2:]::integer, choice, count(*), sum(area)::bigint FROM head GROUP BY ALL
"""
_DUCKDB_LAST = """
    SELECT stream_rows.* FROM stream_rows
    JOIN (SELECT unit, max(seq) AS seq FROM stream_rows GROUP BY unit) USING (unit, seq)
"""
_POSTGRES = """
    SELECT item - 1, choice, count(DISTINCT owner), sum(area)::bigint
    FROM ({ballots}) AS standing JOIN roster USING (unit),
    unnest(ARRAY[{choices}]) WITH ORDINALITY AS mark (choice, item)
    WHERE choice > 0 GROUP BY item, choice
"""
_POSTGRES_LAST = "SELECT DISTINCT ON (unit) * FROM stream_rows ORDER BY unit, seq DESC"


def in_pandas(vote, job):
    """Count item by item on integer codes."""
    roster, ballots = roster_codes(vote), _ROWS[job](vote)

    def count():
        standing = ballots
        if job == "stream":
            standing = ballots.drop_duplicates("unit", keep="last")
        joined = standing.merge(roster, on="unit")
        rows = []
        for item, column in enumerate(COLUMNS):
            marked = joined[joined[column] > 0].groupby(column)
            table = marked.agg(heads=("owner", "nunique"), area=("area", "sum"))
            rows.extend((item, *row) for row in table.itertuples())
        return counted(vote, *(np.array(column) for column in zip(*rows, strict=True)))

    return count


def in_polars(vote, job):
    """Count by a lazy query."""
    roster = polars_table(vote, "roster").select("unit", "owner", "area")
    ballots = polars_table(vote, f"{job}_rows")
    if job == "stream":
        ballots = ballots.group_by("unit").agg(pl.col(column).last() for column in COLUMNS)
    items = pl.Series(COLUMNS).to_frame("item").with_columns(number=pl.Series(range(ITEMS)))
    query = (
        ballots.join(roster, on="unit")
        .unpivot(COLUMNS, index=["owner", "area"], variable_name="item", value_name="choice")
        .filter(pl.col("choice") > 0)
        .group_by("item", "choice")
        .agg(pl.col("owner").n_unique(), pl.col("area").sum())
        .join(items.lazy(), on="item")
    )

    def count():
        table = query.collect()
        return counted(vote, *(table[name] for name in ("number", "choice", "owner", "area")))

    return count


def in_duckdb(vote, job):
    """Count by SQL in DuckDB."""
    connection = duckdb_of(vote)
    ballots = _DUCKDB_LAST if job == "stream" else "FROM matrix_rows"
    query = _DUCKDB.format(ballots=ballots, choices=_CHOICES)

    def count():
        return counted(vote, *connection.sql(query).fetchnumpy().values())

    return count


def in_postgres(vote, job):
    """Count by SQL in PostgreSQL: DISTINCT ON and GROUP BY."""
    connection = postgres_of(vote)
    ballots = _POSTGRES_LAST if job == "stream" else "SELECT * FROM matrix_rows"
    query = _POSTGRES.format(ballots=ballots, choices=_CHOICES)

    def count():
        rows = connection.execute(query).fetchall()
        return counted(vote, *(np.array(column) for column in zip(*rows, strict=True)))

    return count
