"""The same count by others, from a row for each ballot, unit and item, as tables often have it.

They know nothing of void ballots, mixed units or other policies. Each function returns what runs
one count and gives its :class:`~benchmarks.answer.Answer`; tables are loaded before. ``job`` is
``stream`` (the last ballot of each unit has to be found) or ``matrix`` (it has been).
"""

import numpy as np
import polars as pl

from benchmarks.answer import counted, judged, placed
from benchmarks.data import (
    matrix_codes,
    roster_codes,
    roster_table,
    spelled_out,
    stream_codes,
)
from benchmarks.databases import duckdb_of, polars_table, postgres_of

_CODES = {"stream": stream_codes, "matrix": matrix_codes}
_WORDS = {"同意": 1, "反对": 2, "弃权": 3}
_COUNT = """
    SELECT item, choice, count(DISTINCT owner), sum(area)::bigint FROM {ballots} JOIN roster
    USING (unit) WHERE choice > 0 GROUP BY item, choice
"""
_DUCKDB_LAST = """
    (SELECT unit, item, arg_max(choice, seq) AS choice FROM stream_codes GROUP BY unit, item)
"""
_POSTGRES_LAST = """
    (SELECT DISTINCT ON (unit, item) unit, item, choice FROM stream_codes
     ORDER BY unit, item, seq DESC) AS standing
"""


def pandas_script(vote, job):
    """Count as a spreadsheet-minded script does: strings, merge, groupby, nunique."""
    roster, ballots = roster_table(vote), spelled_out(vote, _CODES[job])

    def count():
        standing = ballots
        if job == "stream":
            standing = ballots.drop_duplicates(["房号", "议题"], keep="last")
        joined = standing[standing["选择"] != ""].merge(roster, on="房号")
        table = joined.groupby(["议题", "选择"]).agg(人数=("业主", "nunique"), 面积=("面积", "sum"))
        item = table.index.get_level_values(0).astype(np.int64) - 1
        choice = table.index.get_level_values(1).map(_WORDS)
        return counted(vote, item, choice, table["人数"], table["面积"])

    return count


def in_pandas(vote, job):
    """Count the same way, but on integer codes."""
    roster, ballots = roster_codes(vote)[["unit", "owner", "area"]], _CODES[job](vote)

    def count():
        standing = ballots
        if job == "stream":
            standing = ballots.drop_duplicates(["unit", "item"], keep="last")
        joined = standing[standing["choice"] > 0].merge(roster, on="unit")
        table = joined.groupby(["item", "choice"]).agg(
            heads=("owner", "nunique"), area=("area", "sum")
        )
        item, choice = (table.index.get_level_values(level) for level in (0, 1))
        return counted(vote, item, choice, table["heads"], table["area"])

    return count


def pandas_by_building(vote):
    """Break the matrix down by building: one groupby over all rows."""
    buildings = len(vote.roster.buildings)
    roster, ballots = roster_codes(vote), matrix_codes(vote)
    everybody = roster.groupby("building").agg(heads=("owner", "nunique"), area=("area", "sum"))
    electorate = everybody.to_numpy()

    def count():
        joined = ballots[ballots["choice"] > 0].merge(roster, on="unit")
        table = joined.groupby(["building", "item", "choice"]).agg(
            heads=("owner", "nunique"), area=("area", "sum")
        )
        keys = (table.index.get_level_values(level) for level in range(3))
        return judged(placed((*keys, table["heads"], table["area"]), buildings), electorate)

    return count


def in_polars(vote, job):
    """Count by a lazy query."""
    roster = polars_table(vote, "roster").select("unit", "owner", "area")
    ballots = polars_table(vote, f"{job}_codes")
    if job == "stream":
        ballots = ballots.group_by("unit", "item").agg(pl.col("choice").last())
    query = (
        ballots.filter(pl.col("choice") > 0)
        .join(roster, on="unit")
        .group_by("item", "choice")
        .agg(pl.col("owner").n_unique(), pl.col("area").sum())
    )

    def count():
        table = query.collect()
        return counted(vote, *(table[name] for name in ("item", "choice", "owner", "area")))

    return count


def in_duckdb(vote, job):
    """Count by SQL in DuckDB."""
    connection = duckdb_of(vote)
    query = _COUNT.format(ballots=_DUCKDB_LAST if job == "stream" else "matrix_codes")

    def count():
        return counted(vote, *connection.sql(query).fetchnumpy().values())

    return count


def in_postgres(vote, job):
    """Count by SQL in PostgreSQL: DISTINCT ON and GROUP BY."""
    connection = postgres_of(vote)
    query = _COUNT.format(ballots=_POSTGRES_LAST if job == "stream" else "matrix_codes")

    def count():
        rows = connection.execute(query).fetchall()
        return counted(vote, *(np.array(column) for column in zip(*rows, strict=True)))

    return count
