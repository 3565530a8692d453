"""Where no identity provider is set, no door leads to one; and what leads there is well-formed."""

import pytest

LEAVING = {"challenge": "n" * 32, "state": "s" * 43, "code_challenge": "c" * 43}
BACK = {"code": "code", "verifier": "v" * 43}


@pytest.mark.parametrize(("door", "body"), [("sign-ins", LEAVING), ("id-tokens", BACK)])
def test_without_a_provider_both_doors_say_so(town, door, body):
    answer = town.http.post(f"/v1/rosters/{town.roster_id}/{door}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/provider-not-offered")


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("sign-ins", LEAVING | {"state": "short"}),
        ("sign-ins", LEAVING | {"challenge": "n&redirect_uri=https://elsewhere"}),
        ("sign-ins", LEAVING | {"code_challenge": "plain"}),
        ("id-tokens", BACK | {"verifier": "short"}),
        ("id-tokens", BACK | {"code": "c" * 2049}),
    ],
    ids=str,
)
def test_what_no_page_of_ours_sends_is_refused(town, door, body):
    answer = town.http.post(f"/v1/rosters/{town.roster_id}/{door}", json=body)
    assert answer.status_code == 422
