"""The short way of ballots answers as every other door does."""

import pytest
from fastapi.testclient import TestClient

from api.problems import MEDIA_TYPE
from voting.box.refusals import BoxBusy

PATH = "/v1/assemblies/a/ballots"


def broken(error):
    async def cast(*_):
        raise error

    return cast


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (BoxBusy("请稍等", retry_after_seconds=2), 503, "2"),
        (ZeroDivisionError("a mistake of ours"), 500, None),
    ],
)
def test_what_goes_wrong_is_told_as_everywhere(town, monkeypatch, error, status, retry):
    monkeypatch.setattr(town.app.state.intake, "cast", broken(error))
    answer = TestClient(town.app, raise_server_exceptions=False).post(PATH, content=b"x")
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert answer.headers.get("retry-after") == retry
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "mistake" not in answer.text


def test_only_a_ballot_that_is_posted_takes_it(town, monkeypatch):
    no_ballot = broken(AssertionError("not a ballot"))
    monkeypatch.setattr(town.app.state.intake, "cast", no_ballot)
    assert town.http.get(PATH).status_code == 405
    for path in (f"{PATH}/", "/v1/assemblies/a/b/ballots", "/v1/assemblies//ballots"):
        assert town.http.post(path, content=b"x", follow_redirects=False).status_code in {307, 404}
