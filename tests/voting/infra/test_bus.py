"""What every bus promises: whoever listens is woken; nobody else; publishing never fails."""

import asyncio
import threading
import time

import pytest
import redis

from tests.servers import free_port, valkey_server
from voting.infra import bus as buses
from voting.infra.bus import MemoryBus, RedisBus

PATIENCE = 60
"""Seconds; waited for on a busy machine only."""


@pytest.fixture(params=["memory", "redis"])
def bus(request, monkeypatch):
    if request.param == "memory":
        return MemoryBus()
    # A busy machine is no lost Redis.
    monkeypatch.setattr(buses, "_RECONNECT_SECONDS", PATIENCE)
    return RedisBus(request.getfixturevalue("redis_url"))


async def heard(changed, seconds=PATIENCE):
    await asyncio.wait_for(changed.wait(), seconds)
    changed.clear()
    return True


async def not_heard(changed):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(changed.wait(), 0.2)
    return True


def test_a_change_wakes_every_listener_of_its_topic(bus):
    async def run():
        async with bus.listen("a") as one, bus.listen("a") as two:
            bus.publish("a")
            assert await heard(one)
            assert await heard(two)

    asyncio.run(run())


def test_a_change_of_another_topic_wakes_nobody(bus):
    async def run():
        async with bus.listen("a") as changed:
            bus.publish("b")
            assert await not_heard(changed)

    asyncio.run(run())


def test_a_listener_that_clears_its_event_is_woken_again(bus):
    async def run():
        async with bus.listen("a") as changed:
            for _ in range(3):
                bus.publish("a")
                assert await heard(changed)
            assert await not_heard(changed)

    asyncio.run(run())


def test_publishing_works_from_any_thread(bus):
    async def run():
        async with bus.listen("a") as changed:
            thread = threading.Thread(target=bus.publish, args=("a",))
            thread.start()
            assert await heard(changed)
            thread.join()

    asyncio.run(run())


def test_nobody_listening_is_no_error(bus):
    bus.publish("nobody")


def test_a_listener_that_left_hears_nothing_more(bus):
    async def run():
        async with bus.listen("a") as changed:
            pass
        bus.publish("a")
        assert await not_heard(changed)

    asyncio.run(run())


def test_a_loop_that_is_gone_does_not_stop_the_others():
    """A worker thread ended with a listener still registered."""
    bus = MemoryBus()
    abandoned = asyncio.new_event_loop()
    bus._listeners["a"].add((abandoned, asyncio.Event()))
    abandoned.close()

    async def run():
        async with bus.listen("a") as changed:
            bus.publish("a")
            assert await heard(changed)

    asyncio.run(run())


def test_without_redis_publishing_does_not_raise_and_listening_starts(monkeypatch):
    monkeypatch.setattr(buses, "_RECONNECT_SECONDS", 0.1)
    bus = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
    bus.publish("a")

    async def run():
        async with bus.listen("a"):
            bus.publish("a")

    asyncio.run(run())


def test_a_redis_that_hangs_is_waited_for_once_in_a_while(monkeypatch):
    """Every batch of ballots waited two seconds for it before its receipts."""
    asked, moment = [], 1_000.0

    class Hanging:
        def publish(self, *_):
            asked.append(moment)
            raise redis.TimeoutError

    bus = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setattr(bus, "_client", Hanging())
    monkeypatch.setattr("voting.infra.rest.time.monotonic", lambda: moment)
    for _ in range(3):
        bus.publish("a")
    moment += 5
    for _ in range(2):
        bus.publish("a")
    assert asked == [1_000.0, 1_005.0]


def test_a_listener_looks_of_itself_at_what_a_resting_worker_did_not_say(redis_url, monkeypatch):
    monkeypatch.setattr(buses, "_LOOK_SECONDS", 0.1)
    resting, other = RedisBus(redis_url), RedisBus(redis_url)
    resting._rest.begin()

    async def run():
        async with other.listen("resting") as changed:
            resting.publish("resting")
            assert await heard(changed)

    asyncio.run(run())


def test_a_redis_that_is_heard_again_is_spoken_to_again(redis_url):
    bus = RedisBus(redis_url)
    bus._rest.begin()

    async def run():
        async with bus.listen("again") as changed:
            bus.publish("again")
            assert await heard(changed)

    asyncio.run(run())


def test_what_was_said_before_a_slow_redis_listened_is_looked_for(redis_url, monkeypatch):
    """It used to be lost: the listener had gone on, and nobody told it to look."""
    monkeypatch.setattr(buses, "_RECONNECT_SECONDS", 0)
    bus = RedisBus(redis_url)

    async def run():
        async with bus.listen("slow") as changed:
            bus.publish("slow")
            assert await heard(changed)

    asyncio.run(run())


def test_when_redis_returns_the_listener_is_told_to_look_and_hears_again(monkeypatch):
    monkeypatch.setattr(buses, "_RECONNECT_SECONDS", 0.1)
    port = free_port()
    bus = RedisBus(f"redis://127.0.0.1:{port}/0")

    async def run():
        with valkey_server(port):
            listening = bus.listen("a")
            changed = await listening.__aenter__()
            bus.publish("a")
            assert await heard(changed)
        try:
            # What was said meanwhile was missed, so the listener must look for itself.
            assert await heard(changed)
            bus.publish("a")
            with valkey_server(port):
                await until_subscribed()
                changed.clear()
                bus.publish("a")
                assert await heard(changed)
        finally:
            await listening.__aexit__(None, None, None)

    async def until_subscribed():
        deadline = time.monotonic() + PATIENCE
        while bus._client.pubsub_numsub("yezhu:changed:a")[0][1] == 0:
            assert time.monotonic() < deadline, "the listener did not come back"
            await asyncio.sleep(0.02)
        # Reconnecting says "look for yourself" too; let that pass before the real signal.
        await asyncio.sleep(0.1)

    asyncio.run(run())
