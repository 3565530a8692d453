"""Turnout over HTTP: everybody sees totals and large parts, staff see every part."""

import asyncio
import json

import pytest

from tests.complex import done


@pytest.fixture
def voted(town):
    """Seven owners of building 2 and one of building 1 have voted."""
    assembly = town.open()
    for unit_key in ("2-1-101", "2-1-102", "2-1-103", "2-1-104", "2-1-201", "2-1-202", "2-1-203"):
        done(town.http.post(f"{assembly.path}/ballots", content=town.signed(assembly, unit_key)))
    done(town.http.post(f"{assembly.path}/ballots", content=town.signed(assembly, "1-1-201")))
    return assembly


def buildings(told):
    return {
        row["building"]: row["participating"] and row["participating"]["heads"]
        for row in told["buildings"]
    }


def test_everybody_sees_only_parts_in_which_five_took_part(town, voted):
    told = done(town.http.get(f"{voted.path}/turnout")).json()

    assert told["everybody"]["participating"]["heads"] == 8
    # One head in building 1 would follow from the total, so building 2 is withheld as well.
    assert buildings(told) == {"1": None, "商街": None, "2": None}
    assert [(row["arrived"]["heads"]) for row in told["hours"]] == [8]


def test_staff_see_every_building_in_the_stream(town, voted):
    event = asyncio.run(town.app.state.feed.snapshot(voted.id)).decode()

    told = json.loads(event.partition("data: ")[2])
    assert buildings(told) == {"1": 1, "商街": 0, "2": 7}


def test_floors_are_for_staff(town, voted):
    floors = f"{voted.path}/turnout/floors"

    assert town.http.get(floors).status_code == 401
    told = done(town.staff("supervisor").get(floors)).json()["floors"]
    heads = {(row["building"], row["floor"]): row["participating"]["heads"] for row in told}
    assert heads == {
        ("1", 1): 0,
        ("1", 2): 1,
        ("商街", None): 0,
        ("2", 1): 4,
        ("2", 2): 3,
        ("2", 9): 0,
    }
