"""Wrong guesses are counted per purpose and key, with and without Redis."""

import pytest
from limits.errors import StorageError

from tests.servers import free_port, valkey_server
from voting.infra.throttle import Throttle, TooManyAttempts


@pytest.fixture(params=["memory", "redis", "redis-unreachable"])
def throttle(request):
    if request.param == "memory":
        return Throttle()
    if request.param == "redis":
        return Throttle(request.getfixturevalue("redis_url"))
    return Throttle(f"redis://127.0.0.1:{free_port()}/0")


def fail(throttle, key, times, purpose="enrol"):
    for _ in range(times):
        throttle.failed(purpose, key, 3, 10)


def is_limited(throttle, key, purpose="enrol"):
    try:
        throttle.require(purpose, key, 3, 10)
    except TooManyAttempts:
        return True
    return False


def test_the_third_failure_is_the_last(throttle, tmp_path):
    key = str(tmp_path)
    fail(throttle, key, 2)
    assert not is_limited(throttle, key)
    fail(throttle, key, 1)
    assert is_limited(throttle, key)


def test_asking_is_not_failing(throttle, tmp_path):
    key = str(tmp_path)
    assert not any(is_limited(throttle, key) for _ in range(10))


def test_other_keys_and_purposes_are_not_touched(throttle, tmp_path):
    key = str(tmp_path)
    fail(throttle, key, 3)
    assert not is_limited(throttle, key + "other")
    assert not is_limited(throttle, key, "sign-in")


def test_the_refusal_says_how_long_to_wait(throttle, tmp_path):
    key = str(tmp_path)
    fail(throttle, key, 3)
    with pytest.raises(TooManyAttempts, match="10 分钟") as refused:
        throttle.require("enrol", key, 3, 10)
    assert refused.value.facts == {"retry_after_seconds": 600}


def test_failures_are_forgiven_when_the_window_has_moved_on(monkeypatch):
    throttle = Throttle()
    moment = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: moment)
    fail(throttle, "key", 3)
    assert is_limited(throttle, "key")
    moment += 601
    assert not is_limited(throttle, "key")


def test_workers_share_their_windows_through_redis(redis_url, tmp_path):
    one, other = Throttle(redis_url), Throttle(redis_url)
    fail(one, str(tmp_path), 3)
    assert is_limited(other, str(tmp_path))


def test_a_process_knows_what_failed_in_it_without_asking(throttle, tmp_path, monkeypatch):
    key = str(tmp_path)
    fail(throttle, key, 1)
    other = f"{key}/other"
    monkeypatch.setattr(throttle, "_ask", None)
    assert throttle.failed_here("enrol", key, 3, 10)
    assert not throttle.failed_here("enrol", other, 3, 10)
    assert not throttle.failed_here("sign-in", key, 3, 10)


def test_a_redis_lost_midway_leaves_each_process_counting(tmp_path):
    with valkey_server(port := free_port()):
        throttle = Throttle(f"redis://127.0.0.1:{port}/0")
        fail(throttle, str(tmp_path), 1)
    fail(throttle, str(tmp_path), 3)
    assert is_limited(throttle, str(tmp_path))


def test_a_redis_that_hangs_is_waited_for_once_in_a_while(monkeypatch):
    """Each of the questions of one enrolment waited five seconds."""
    asked, moment = [], 1_000.0

    class Hanging:
        def hit(self, *_):
            asked.append(moment)
            raise StorageError(TimeoutError())

        test = hit

    throttle = Throttle()
    monkeypatch.setattr(throttle, "_shared", Hanging())
    monkeypatch.setattr("voting.infra.rest.time.monotonic", lambda: moment)
    fail(throttle, "key", 3)
    assert is_limited(throttle, "key")
    moment += 5
    assert is_limited(throttle, "key")
    assert asked == [1_000.0, 1_005.0]


def test_a_few_times_are_a_few_times_wherever_they_are_counted(throttle, tmp_path):
    for _ in range(3):
        throttle.take("guess", str(tmp_path), 3, 10)
    with pytest.raises(TooManyAttempts) as refused:
        throttle.take("guess", str(tmp_path), 3, 10)
    assert refused.value.facts == {"retry_after_seconds": 600}


def test_without_redis_nothing_is_opened():
    assert Throttle()._shared is None
