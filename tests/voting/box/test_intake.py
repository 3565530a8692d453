"""Ballots wait only for the write that runs: no timer, no batch that fails for one of them."""

import asyncio
import threading

import pytest

from voting.box import intake
from voting.box.intake import Intake
from voting.box.refusals import AlreadyVoted, BoxBusy


def unchecked(assembly_id, ballots):
    return ballots


def noted_by(checks):
    """Give a check that passes every ballot once ``checks`` has noted it."""

    def check(assembly_id, ballots):
        checks(assembly_id, ballots)
        return ballots

    return check


class Writer:
    """Notes the batches it is given, and writes when it is let."""

    def __init__(self, *, held=False):
        self.batches, self.free, self.begun = [], threading.Event(), threading.Event()
        if not held:
            self.free.set()

    def __call__(self, assembly_id, ballots):
        self.batches.append((assembly_id, list(ballots)))
        self.begun.set()
        assert self.free.wait(60)
        return [ballot if isinstance(ballot, Exception) else f"in {ballot}" for ballot in ballots]


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 60))


def test_a_ballot_that_comes_alone_waits_for_nobody():
    writer = Writer()

    async def alone():
        box = Intake(unchecked, writer)
        return [await box.cast("a", ballot) for ballot in "xy"]

    assert run(alone()) == ["in x", "in y"]
    assert writer.batches == [("a", ["x"]), ("a", ["y"])]


def test_those_that_come_while_one_is_written_are_the_next_batch(monkeypatch):
    monkeypatch.setattr(intake, "_AT_ONCE", 3)
    writer = Writer(held=True)

    async def crowd():
        box = Intake(unchecked, writer)
        first = asyncio.create_task(box.cast("a", 0))
        await asyncio.to_thread(writer.begun.wait, 60)
        others = [asyncio.create_task(box.cast("a", number)) for number in range(1, 5)]
        other = asyncio.create_task(box.cast("b", 5))
        await asyncio.sleep(0)
        writer.free.set()
        return await asyncio.gather(first, *others, other)

    assert run(crowd()) == [f"in {number}" for number in range(6)]
    assert writer.batches == [("a", [0]), ("a", [1, 2, 3]), ("b", [5]), ("a", [4])]


def test_each_gets_its_own_answer_and_a_failure_is_told_to_all():
    refusal = AlreadyVoted("已经投过")

    async def mixed():
        box = Intake(unchecked, Writer())
        together = (box.cast("a", ballot) for ballot in ("x", refusal, "y"))
        return await asyncio.gather(*together, return_exceptions=True)

    assert run(mixed()) == ["in x", refusal, "in y"]
    broken = OSError("disk full")

    def fail(*_):
        raise broken

    async def failing():
        box = Intake(unchecked, fail)
        together = (box.cast("a", ballot) for ballot in "xy")
        failed = await asyncio.gather(*together, return_exceptions=True)
        box._write = Writer()
        return failed, await box.cast("a", "z")

    assert run(failing()) == ([broken, broken], "in z")


def test_who_goes_away_leaves_the_others_their_answers():
    writer = Writer(held=True)

    async def leaving():
        box = Intake(unchecked, writer)
        gone, stays = (asyncio.create_task(box.cast("a", ballot)) for ballot in "xy")
        await asyncio.to_thread(writer.begun.wait, 60)
        gone.cancel()
        writer.free.set()
        return await stays

    assert run(leaving()) == "in y"
    assert writer.batches == [("a", ["x", "y"])]


def test_who_comes_when_too_many_wait_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(intake, "_WAITING", 2)
    writer = Writer(held=True)

    async def crowd():
        box = Intake(unchecked, writer)
        waiting = [asyncio.create_task(box.cast("a", 0))]
        await asyncio.to_thread(writer.begun.wait, 60)  # being written, it waits no more
        waiting += [asyncio.create_task(box.cast("a", number)) for number in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(BoxBusy) as refused:
            await box.cast("a", 3)
        writer.free.set()
        return refused.value.facts, await asyncio.gather(*waiting), await box.cast("a", 3)

    assert run(crowd()) == ({"retry_after_seconds": 2}, ["in 0", "in 1", "in 2"], "in 3")


def test_those_that_come_while_one_is_checked_are_written_with_it():
    """The first to come after a batch would otherwise be a batch of its own, as dear as all."""
    writer, checks = Writer(), Writer(held=True)

    async def crowd():
        box = Intake(noted_by(checks), writer)
        first = asyncio.create_task(box.cast("a", 0))
        await asyncio.to_thread(checks.begun.wait, 60)
        others = [asyncio.create_task(box.cast("a", number)) for number in (1, 2)]
        await asyncio.sleep(0)
        checks.free.set()
        return await asyncio.gather(first, *others)

    assert run(crowd()) == ["in 0", "in 1", "in 2"]
    assert (checks.batches, writer.batches) == ([("a", [0]), ("a", [1, 2])], [("a", [0, 1, 2])])


def test_many_ballots_are_checked_while_others_are_written(monkeypatch):
    monkeypatch.setattr(intake, "_AHEAD", 1)
    writer, checks = Writer(held=True), Writer()

    async def crowd():
        box = Intake(noted_by(checks), writer)
        first = asyncio.create_task(box.cast("a", 0))
        await asyncio.to_thread(writer.begun.wait, 60)
        checks.begun.clear()
        second = asyncio.create_task(box.cast("a", 1))
        await asyncio.to_thread(checks.begun.wait, 60)
        assert not first.done()
        writer.free.set()
        return await asyncio.gather(first, second)

    assert run(crowd()) == ["in 0", "in 1"]
    assert (checks.batches, writer.batches) == ([("a", [0]), ("a", [1])],) * 2


def test_few_ballots_wait_for_the_write_and_join_those_that_were_checked(monkeypatch):
    """Checked one by one they would hinder it, and cost as much as all of them together."""
    monkeypatch.setattr(intake, "_AHEAD", 3)
    writer, checks = Writer(held=True), Writer()

    async def crowd():
        box = Intake(noted_by(checks), writer)
        asked = [asyncio.create_task(box.cast("a", 0))]
        await asyncio.to_thread(writer.begun.wait, 60)
        asked += [asyncio.create_task(box.cast("a", number)) for number in (1, 2)]
        await asyncio.sleep(0)
        assert box._checking is None
        asked.append(asyncio.create_task(box.cast("a", 3)))
        await asyncio.sleep(0)
        await box._checking
        asked.append(asyncio.create_task(box.cast("a", 4)))
        await asyncio.sleep(0)
        assert box._checking is None
        writer.free.set()
        return await asyncio.gather(*asked)

    assert run(crowd()) == [f"in {number}" for number in range(5)]
    assert checks.batches == [("a", [0]), ("a", [1, 2, 3]), ("a", [4])]
    assert writer.batches == [("a", [0]), ("a", [1, 2, 3, 4])]


def test_a_check_that_fails_is_told_to_all_and_the_next_are_checked_again():
    broken = OSError("database gone")
    results = iter([broken])

    def check(assembly_id, ballots):
        for error in results:
            raise error
        return ballots

    async def failing():
        box = Intake(check, Writer())
        together = (box.cast("a", ballot) for ballot in "xy")
        failed = await asyncio.gather(*together, return_exceptions=True)
        return failed, await box.cast("a", "z"), box._count

    assert run(failing()) == ([broken, broken], "in z", 0)


def test_nobody_waits_for_more_than_one_check_after_his_own():
    """However many come, one after the other: the first do not wait until nobody comes."""
    writer, checks = Writer(), []

    async def crowd():
        arriving = asyncio.get_running_loop()
        asked, all_asked = [], asyncio.Event()

        def check(assembly_id, ballots):
            checks.append(list(ballots))
            if len(checks) < 4:  # the next has come before this one is checked
                asyncio.run_coroutine_threadsafe(come(len(checks)), arriving).result(60)
            return ballots

        box = Intake(check, writer)

        async def come(number):
            asked.append(asyncio.create_task(box.cast("a", number)))
            await asyncio.sleep(0)
            if len(asked) == 4:
                all_asked.set()

        await come(0)
        await all_asked.wait()
        return await asyncio.gather(*asked)

    assert run(crowd()) == ["in 0", "in 1", "in 2", "in 3"]
    assert checks == [[0], [1], [2], [3]]
    assert writer.batches[0] == ("a", [0, 1])
