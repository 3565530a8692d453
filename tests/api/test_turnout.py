"""Turnout over HTTP: everybody sees totals in steps of five, staff see every part at once."""

import asyncio
import json
import unittest.mock

import pytest
from starlette.requests import Request

from api.feed import TurnoutFeed
from api.routes.results import stream
from tests.complex import done
from voting.infra.bus import MemoryBus


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


def seen_by_everybody(town, assembly):
    told = done(town.http.get(f"{assembly.path}/turnout")).json()
    del told["as_of"]
    return told


def test_two_looks_around_one_ballot_are_the_same_or_five_owners_apart(town, voted):
    """The difference of two totals was once exactly the flat of whoever voted in between."""
    looks = [seen_by_everybody(town, voted)]
    for unit_key in ("2-1-204", "1-1-101", "商街-1-1"):
        done(town.http.post(f"{voted.path}/ballots", content=town.signed(voted, unit_key)))
        looks.append(seen_by_everybody(town, voted))

    heads = [look["everybody"]["participating"]["heads"] for look in looks]
    assert heads == [5, 5, 10, 10]
    assert [look["log_size"] for look in looks] == [6, 6, 11, 11]
    assert looks[0] == looks[1]
    assert looks[2] == looks[3]
    assert [row["arrived"]["heads"] for row in looks[3]["hours"]] == [10]


def test_everybody_sees_buildings_in_which_five_took_part_after_the_close(town, voted):
    assert buildings(seen_by_everybody(town, voted)) == {"1": None, "商街": None, "2": None}
    done(town.http.post(f"{voted.path}/ballots", content=town.signed(voted, "2-1-204")))
    town.close(voted)

    told = seen_by_everybody(town, voted)
    assert told["everybody"]["participating"]["heads"] == 9
    # One head in building 1 would follow from the total, so building 2 is withheld as well.
    assert buildings(told) == {"1": None, "商街": None, "2": None}
    assert told["log_size"] == 11


def test_staff_see_every_building_in_the_stream(town, voted):
    event = asyncio.run(town.app.state.feed.snapshot(voted.id)).decode()

    told = json.loads(event.partition("data: ")[2])
    assert buildings(told) == {"1": 1, "商街": 0, "2": 7}


def test_the_stream_ends_with_the_session(town, voted):
    watcher = town.staff("supervisor9")
    cookie = "; ".join(f"{name}={value}" for name, value in watcher.cookies.items())
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "headers": [(b"cookie", cookie.encode())],
            "app": town.app,
        }
    )

    async def watch():
        answer = await stream(voted.id, request, None)
        events = answer.body_iterator
        seen = [await anext(events), await anext(events)]
        assert watcher.delete("/v1/session").status_code == 204
        seen += [event async for event in events]
        return seen

    with unittest.mock.patch("api.feed._KEEP_ALIVE_SECONDS", 0.05):
        seen = asyncio.run(asyncio.wait_for(watch(), 30))
    assert [event.startswith(b"event: turnout") for event in seen] == [True, True]


def test_what_changed_just_before_somebody_listened_is_told_to_him():
    """He was given the snapshot of a moment ago once more, and nothing until the next ballot."""

    class Counting:
        ballots = 0

        def turnout_for_staff(self, _assembly_id):
            return {"ballots": self.ballots}

    async def watch():
        counting = Counting()
        feed = TurnoutFeed(counting, MemoryBus())
        await feed.snapshot("a")
        counting.ballots = 1
        return await anext(feed.changes("a"))

    assert b'{"ballots":1}' in asyncio.run(asyncio.wait_for(watch(), 30))


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
