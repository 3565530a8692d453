"""What of turnout everybody may see: nothing that points at who has voted."""

from typing import Any

FEWEST_HEADS = 5
"""Fewer participants than this are not shown by themselves.

Heads and area of one or two owners are the owners: neighbours know whose flat has 89.37 m². Who
took part is personal information, of which no more is published than the purpose needs (Personal
Information Protection Law, art. 6 and 25); five is the usual floor of published statistics.
"""

Row = dict[str, Any]


def disclosed_while_open(report: dict[str, Any]) -> dict[str, Any]:
    """Make of a batched report the one for everybody: no building and no kind takes part yet.

    Their batches and those of the whole are not the same, so one less the other would be an owner.
    """
    return {
        **report,
        "buildings": [{**row, "participating": None} for row in report["buildings"]],
        "kinds": [{**row, "participating": None} for row in report["kinds"]],
        "hours": _joined(report["hours"]),
    }


def disclosed(report: dict[str, Any]) -> dict[str, Any]:
    """Make of the last report for staff the one for everybody; the items stay as the law needs.

    A withheld building or kind has ``participating`` ``None``. Hours are joined until enough
    owners came, and the last ones wait for more.
    """
    return {
        **report,
        "buildings": _withheld(report["buildings"]),
        "kinds": _withheld(report["kinds"]),
        "hours": _joined(report["hours"]),
    }


def _withheld(rows: list[Row]) -> list[Row]:
    hidden: set[int] = set()
    heads = 0
    for place in sorted(range(len(rows)), key=lambda place: _heads(rows[place])):
        # One withheld row, or a few of hardly anybody, would follow from the total by subtraction.
        if _heads(rows[place]) >= FEWEST_HEADS and (not hidden or heads >= FEWEST_HEADS):
            break
        hidden.add(place)
        heads += _heads(rows[place])
    return [
        {**row, "participating": None} if place in hidden else row for place, row in enumerate(rows)
    ]


def _heads(row: Row) -> int:
    heads: int = row["participating"]["heads"]
    return heads


def _joined(hours: list[Row]) -> list[Row]:
    joined: list[Row] = []
    begin, heads, area_cm2 = None, 0, 0
    for hour in hours:
        begin = begin or hour["from"]
        heads += hour["arrived"]["heads"]
        area_cm2 += hour["arrived"]["area_cm2"]
        if heads >= FEWEST_HEADS:
            arrived = {"heads": heads, "area_cm2": area_cm2}
            joined.append({**hour, "from": begin, "arrived": arrived})
            begin, heads, area_cm2 = None, 0, 0
    return joined
