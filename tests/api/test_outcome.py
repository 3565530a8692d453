"""From the close to the certificate over HTTP: sealed before, public and checkable after."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from api.access import Anyone, require_declared_access
from api.pages import STATIC
from tests.addresses import of_log
from tests.complex import done
from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.eventful import COURT_KEY
from voting.count.recount import recount
from voting.outcome import bundle
from voting.outcome.court import people_of
from voting.roster.workbook import roster_workbook

AFTER_THE_CLOSE = ("result", "ballots.csv")
AFTER_THE_CERTIFICATE = ("certificate", "bundle", "supervised-bundle")


@pytest.fixture(params=["town", "city"])
def place(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def assembly(place):
    assembly = place.open()
    for unit in ("1-1-101", "2-1-101", "2-1-102"):
        done(place.http.post(f"{assembly.path}/ballots", content=place.signed(assembly, unit)))
    return assembly


def get(place, assembly, path):
    return place.staff("supervisor").get(f"{assembly.path}/{path}")


def refusal(answer):
    return answer.status_code, answer.json()["type"]


def test_before_the_close_nobody_sees_a_choice(place, assembly):
    for path in AFTER_THE_CLOSE:
        assert refusal(get(place, assembly, path)) == (409, "/problems/choices-sealed")
    for path in AFTER_THE_CERTIFICATE:
        assert refusal(get(place, assembly, path)) == (404, "/problems/not-certified")
    convener = place.staff("convener")
    certify = convener.post(f"{assembly.path}/certificate")
    assert refusal(certify) == (409, "/problems/choices-sealed")
    assert refusal(convener.post(f"{assembly.path}/close")) == (409, "/problems/too-early")


def test_after_the_published_time_no_ballot_enters_whether_closed_or_not(place, assembly):
    late = place.signed(assembly, "2-1-103")
    place.clock.moment = assembly.closes_at + timedelta(seconds=1)

    answer = place.http.post(f"{assembly.path}/ballots", content=late)

    assert refusal(answer) == (409, "/problems/poll-closed")


def test_the_result_can_be_recomputed_from_what_is_served(place, assembly):
    place.close(assembly)
    raw = done(place.http.get(f"{assembly.path}/result"))
    sheet = done(get(place, assembly, "ballots.csv"))
    again = recount(
        roster_workbook(place.roster), "r.xlsx", sheet.content, "b.csv",
        json.dumps(assembly.notice["agenda"]).encode(), "a.json",
    )  # fmt: skip

    assert raw.headers["content-type"] == "application/json"
    assert again["items"] == raw.json()["items"]
    assert raw.json()["items"][0]["approve"] == {"heads": 3, "area_cm2": 4 * 893_725}


def test_the_certificate_is_a_pdf_and_the_bundles_verify(place, assembly):
    place.close(assembly)
    counted = place.http.get(f"{assembly.path}/result").json()
    number = done(place.staff("convener").post(f"{assembly.path}/certificate")).json()["number"]

    assert number.startswith("YZ-")
    certificate = done(place.http.get(f"{assembly.path}/certificate"))
    assert certificate.headers["content-type"] == "application/pdf"
    assert certificate.content.startswith(b"%PDF-1.7")
    assert place.http.get(f"{assembly.path}/result").json() == counted
    for path in ("bundle", "supervised-bundle"):
        findings = verify_bundle(done(get(place, assembly, path)).content)
        assert [finding.problems for finding in findings if finding.problems] == []
    court = f"court-bundle?recipient={bytes(COURT_KEY.public_key).hex()}"
    assert place.staff("convener").get(f"{assembly.path}/{court}").status_code == 403
    sealed = done(get(place, assembly, court)).content
    assert [finding.problems for finding in verify_bundle(sealed) if finding.problems] == []
    assert people_of(bundle.read(sealed), COURT_KEY)
    spoiled = get(place, assembly, "court-bundle?recipient=x")
    assert refusal(spoiled) == (422, "/problems/recipient-unreadable")
    states = place.http.get("/v1/assemblies").json()["assemblies"]
    assert {"certified"} == {found["state"] for found in states if found["id"] == assembly.id}
    twice = place.staff("convener").post(f"{assembly.path}/certificate")
    assert refusal(twice) == (409, "/problems/wrong-state")


def unpacked(data):
    """The bytes themselves, or what is inside if they are a zip archive."""
    if not data.startswith(b"PK"):
        return data
    archive = zipfile.ZipFile(io.BytesIO(data))
    return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())


def test_nothing_public_names_an_owner_or_opens_a_ballot(town):
    """Every address that needs no session, after a whole assembly, searched for everybody."""
    assembly = town.open()
    done(town.http.post(f"{assembly.path}/ballots", content=town.signed(assembly, "2-1-104")))
    town.close(assembly)
    done(town.staff("convener").post(f"{assembly.path}/certificate"))
    public = [
        route.path
        for route in require_declared_access(town.app, {STATIC})
        if isinstance(route.access, Anyone) and "GET" in route.methods
    ]
    assert len(public) > 8
    private = {owner.id_number for unit in town.roster for owner in unit.owners}
    private |= {phone for unit in town.roster for phone in unit.phones}
    private |= {unit.title_no for unit in town.roster if unit.title_no}
    candidates = {"王喆", "陈静"}
    private |= {owner.name for unit in town.roster for owner in unit.owners} - candidates

    logs = town.http.get("/v1/logs").json()["logs"]
    addresses = [
        address
        for path in public
        for address in (
            [
                each
                for log in logs
                for each in of_log(path, log["path"].removeprefix("/log/"), log["size"])
            ]
            if "{log" in path
            else [path.format(assembly_id=assembly.id, roster_id=town.roster_id)]
        )
    ]
    assert sum("/tile/entries/" in address for address in addresses) >= 2
    for path in addresses:
        answer = town.http.get(path)
        assert answer.status_code < 400, path
        text = unpacked(answer.content).decode(errors="replace")
        assert {secret for secret in private if secret in text} == set(), path
        assert "openings.json" not in text, path
    supervised = unpacked(get(town, assembly, "supervised-bundle").content)
    assert b"openings.json" in supervised  # what the search above would have found


def draft(town, title, *, days):
    """An assembly that would open in so many days; its id."""
    opens_at = town.clock() + timedelta(days=days)
    agenda = {
        "title": title,
        "opens_at": opens_at.isoformat(),
        "closes_at": (opens_at + timedelta(days=1)).isoformat(),
        "items": [{"id": "1", "title": "甲", "form": "resolution", "matter": "other"}],
    }
    body = {"roster_id": town.roster_id, "agenda": agenda}
    return done(town.staff("convener").post("/v1/assemblies", json=body)).json()["id"]


def test_an_assembly_that_is_only_drafted_is_not_public(town):
    drafted = draft(town, "尚未通知的大会", days=30)
    for path in ("notice", "turnout", "checkpoint", "result"):
        answer = town.http.get(f"/v1/assemblies/{drafted}/{path}")
        assert refusal(answer) == (404, "/problems/unknown-assembly")
    assert "尚未通知的大会" not in town.http.get("/v1/assemblies").text


def test_notice_shorter_than_fifteen_days_is_refused_with_the_first_lawful_moment(town):
    drafted = draft(town, "太急的大会", days=14)
    answer = town.staff("convener").post(f"/v1/assemblies/{drafted}/notice")

    assert refusal(answer) == (409, "/problems/notice-too-short")
    assert answer.json()["earliest_opening"]
