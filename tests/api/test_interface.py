"""The published description, the headers on every answer, and the two pages."""

import re

import pytest
from fastapi.testclient import TestClient

from api.pages import STATIC
from api.problems import MEDIA_TYPE
from tests.complex import CHOICES

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def description(town):
    return town.http.get("/v1/openapi.json").json()


@pytest.fixture(scope="module")
def operations(description):
    return {
        (method, path): operation
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def test_every_operation_says_what_it_does_in_chinese_and_who_may_call_it(operations):
    assert len(operations) > 25
    for place, operation in operations.items():
        assert operation["summary"], place
        assert re.search(r"[\u4e00-\u9fff]", operation["description"]), place
        assert operation["x-access"].startswith(("公开：", "业主：", "工作人员：")), place
        assert operation["tags"], place


def test_operation_ids_differ(operations):
    ids = [operation["operationId"] for operation in operations.values()]

    assert len(ids) == len(set(ids))


def test_everything_that_is_sent_has_a_schema(operations):
    for place, operation in operations.items():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert media["schema"], place


def test_answers_carry_the_policy_whatever_they_are(town):
    http = TestClient(town.app, follow_redirects=False)
    answers = [
        http.get(path)
        for path in (
            "/", "/vote", "/receipt", "/board", f"{STATIC}/vote.js", f"{STATIC}/base.css",
            f"{STATIC}/none", "/v1/health", "/v1/assemblies", "/v1/rosters", "/v1/session", "/none",
        )
    ]  # fmt: skip
    answers += [http.put("/v1/health"), http.post("/v1/session", json={})]
    assert {answer.status_code for answer in answers} == {200, 204, 307, 401, 404, 405, 422}
    for answer in answers:
        headers = answer.headers
        assert headers["content-security-policy"].startswith("default-src 'none'; ")
        assert "'unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("length_is_told", [True, False])
def test_nobody_can_make_the_server_read_more_than_an_agenda(town, length_is_told):
    """Only the import of a roster takes more; what is sent in chunks is counted as it comes."""
    body = b" " * (4 * 1024 * 1024 + 1)
    for path in ("/v1/session", "/v1/assemblies/none/paper-ballots", "/v1/assemblies"):
        answer = town.http.post(
            path,
            content=body if length_is_told else iter([body[:1000], body[1000:]]),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == answer.json()["status"] == 413
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert "请缩小" in answer.json()["detail"]
        assert "content-security-policy" in answer.headers


def test_answers_with_data_are_not_kept_by_browsers(town):
    assert town.http.get("/v1/assemblies").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/vote", "/receipt", "/board", f"{STATIC}/vote.js", "/none"])
def test_a_page_is_never_half_of_one_version_and_half_of_another(town, path):
    """Browsers guessed how long a script was good, and could keep it over an upgrade."""
    answer = TestClient(town.app, follow_redirects=False).get(path)
    assert answer.headers["cache-control"] == "no-cache"


def test_what_has_not_changed_is_not_sent_again(town):
    tag = town.http.get(f"{STATIC}/vote.js").headers["etag"]
    again = town.http.get(f"{STATIC}/vote.js", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("page", ["/vote", "/board", "/receipt"])
def test_pages_hold_nothing_that_the_policy_would_block(town, page):
    html = town.http.get(page).text
    linked = re.findall(r'(?:src|href)="([^"#]+)"', html)

    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]+src=)", html)
    for address in linked:
        if address != "data:,":
            assert town.http.get(address).status_code == 200, address


def test_modules_import_only_each_other(town):
    seen, waiting = set(), ["vote.js", "board.js"]
    while waiting:
        name = waiting.pop()
        answer = town.http.get(f"{STATIC}/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["content-type"].startswith("text/javascript")
        seen.add(name)
        waiting += set(re.findall(r'from "\./([a-z]+\.js)"', answer.text)) - seen
        assert not re.search(r'from "(?!\./)|https?://(?!www\.w3\.org/2000/svg)', answer.text), name
    assert len(seen) > 10


def test_the_bare_address_leads_to_the_voting_page(town):
    answer = TestClient(town.app, follow_redirects=False).get("/")

    assert (answer.status_code, answer.headers["location"]) == (307, "/vote")


def test_files_outside_the_static_folder_are_not_served(town):
    for path in ("../pages.py", "..%2fpages.py", "%2e%2e/app.py", "/etc/passwd", ""):
        assert town.http.get(f"{STATIC}/{path}").status_code == 404


def test_the_agenda_schema_is_public_and_describes_what_is_accepted(town):
    schema = town.http.get("/v1/schemas/agenda").json()

    assert set(schema["required"]) == {"title", "items"}
    assert CHOICES.keys() == {item["id"] for item in town.publish().notice["agenda"]["items"]}
