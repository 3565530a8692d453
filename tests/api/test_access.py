"""Who may call what: every door declares it, and no door opens to anybody else."""

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient

from api import pages
from api.access import (
    COOKIE,
    AccessNotDeclared,
    Anyone,
    EnrolledOwner,
    StaffOnly,
    require_declared_access,
    router,
)
from api.app import create_app
from api.cli.phone import Phone
from tests.voting.roster.sheets import resident
from voting.identity import request
from voting.identity.service import SHARE
from voting.staff.model import Role
from voting.staff.store import account_by_username

OPEN_WITH_ONE_TIME_PASSWORD = {("DELETE", "/v1/session"), ("POST", "/v1/session/password")}


@pytest.fixture(scope="module")
def doors(town):
    """Every declared route as (method, path, access)."""
    return [
        (method, route.path, route.access)
        for route in require_declared_access(town.app, {pages.STATIC})
        for method in sorted(route.methods)
    ]


def knock(http, method, path, **options):
    return http.request(
        method,
        path.format(assembly_id="a", roster_id="r", objection_id="o", digest="0" * 64),
        **options,
    )


def problem(answer):
    return answer.status_code, answer.json()["type"]


def test_every_route_of_the_application_is_declared(doors):
    assert len(doors) > 25
    assert {type(access) for _, _, access in doors} == {Anyone, EnrolledOwner, StaffOnly}


def test_everything_that_changes_something_is_for_staff_owners_or_the_door_itself(doors):
    open_to_all = {
        (method, path)
        for method, path, access in doors
        if isinstance(access, Anyone) and method not in {"GET", "HEAD"}
    }

    assert open_to_all == {
        ("POST", "/v1/session"),
        ("POST", "/v1/rosters/{roster_id}/challenges"),
        ("POST", "/v1/rosters/{roster_id}/codes"),
        ("POST", "/v1/rosters/{roster_id}/id-tokens"),
        ("POST", "/v1/rosters/{roster_id}/keys"),
        ("POST", "/v1/rosters/{roster_id}/vouched-keys"),
        ("POST", "/v1/rosters/{roster_id}/objections"),
        ("POST", "/v1/rosters/{roster_id}/share"),
        ("POST", "/v1/rosters/{roster_id}/sign-ins"),
    }


def test_without_a_session_no_staff_door_opens(town, doors):
    http = TestClient(town.app)
    for method, path, access in doors:
        if isinstance(access, StaffOnly):
            answer = knock(http, method, path)
            assert problem(answer) == (401, "/problems/not-signed-in"), (method, path)


def test_no_owners_door_opens_to_what_no_enrolled_key_has_signed(town, doors):
    """Their declaration lets everything pass: it is the use case that looks at the signature."""
    assembly, stranger = town.open(), Phone(town.http)
    owners = {path for _, path, access in doors if isinstance(access, EnrolledOwner)}
    assert {path.rpartition("/")[2] for path in owners} == {
        "ballots", "ballot-objections", "correction-requests", "my-share", "receipts",
    }  # fmt: skip
    for path in owners:
        place = path.format(assembly_id=assembly.id, roster_id=town.roster_id)
        for action, subject in ((SHARE, town.roster_id), ("receipts", assembly.id)):
            asked = request.payload(action, subject, town.clock())
            for body in (b"", b"{}", asked, stranger.sign(request.PAYLOAD_TYPE, asked)):
                assert town.http.post(place, content=body).status_code in {400, 403}, (path, body)


def test_an_invented_or_ended_session_opens_nothing(town):
    ended = town.staff("administrator").cookies[COOKIE]
    del town._signed_in["administrator"]
    old = TestClient(town.app, cookies={COOKIE: ended})
    assert old.delete("/v1/session").status_code == 204

    for token in (ended, "x" * 43, ""):
        answer = TestClient(town.app, cookies={COOKIE: token}).get("/v1/rosters")
        assert problem(answer) == (401, "/problems/not-signed-in")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_refused_at_the_doors_of_others(town, doors, role):
    http = town.staff(role)
    for method, path, access in doors:
        if isinstance(access, StaffOnly) and role not in access.roles:
            answer = knock(http, method, path)
            assert problem(answer) == (403, "/problems/role-not-allowed"), (method, path)


def test_supervisors_and_administrators_change_no_assembly(doors):
    """A supervisor watches and never edits; who makes accounts sees no ballot."""
    writing = {
        (path, role)
        for method, path, access in doors
        if isinstance(access, StaffOnly) and method != "GET" and "assembl" in path
        for role in access.roles
    }
    ballots = {
        role
        for _, path, access in doors
        if isinstance(access, StaffOnly) and path.endswith(("supervised-bundle", "ballots.csv"))
        for role in access.roles
    }

    assert {role for _, role in writing} == {Role.CONVENER, Role.CLERK}
    assert ballots == {Role.CONVENER, Role.SUPERVISOR}


def test_a_one_time_password_opens_only_its_own_change(town, doors):
    _, one_time = town.service.staff.create("fresh", "新人", Role.CONVENER, by="operator")
    http = TestClient(town.app)
    signed_in = http.post("/v1/session", json={"username": "fresh", "password": one_time})
    assert signed_in.json()["must_change_password"]

    for method, path, access in doors:
        if isinstance(access, StaffOnly) and (method, path) not in OPEN_WITH_ONE_TIME_PASSWORD:
            answer = knock(http, method, path)
            assert problem(answer) == (403, "/problems/password-change-required"), (method, path)
    assert http.get("/v1/session").json()["must_change_password"]
    changed = http.post(
        "/v1/session/password", json={"old": one_time, "new": "long enough to be good"}
    )
    assert changed.status_code == 204
    assert http.get("/v1/session").status_code == 204  # every session of the account has ended


def test_another_website_cannot_use_a_session(town, doors):
    for method, path, access in doors:
        if isinstance(access, StaffOnly) and method != "GET":
            http = town.staff(min(access.roles))
            for site in ("cross-site", "same-site"):
                answer = knock(http, method, path, headers={"Sec-Fetch-Site": site})
                assert problem(answer) == (403, "/problems/cross-site-request"), (method, path)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(town):
    town.staff("clerk")
    body = {"username": "clerk", "password": town._passwords["clerk"]}
    cookie = TestClient(town.app).post("/v1/session", json=body).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age=28800" in cookie


def test_a_route_without_a_declaration_cannot_be_made():
    routes = router()

    with pytest.raises(AccessNotDeclared, match="need one"):
        routes.get("/v1/forgotten")(lambda: None)
    with pytest.raises(AccessNotDeclared, match="2 access declarations"):
        routes.get("/v1/both", dependencies=[Depends(Anyone("一")), Depends(EnrolledOwner())])(
            lambda: None
        )


def test_the_application_does_not_start_with_an_undeclared_door(town, monkeypatch):
    def with_plain_router(app):
        plain = APIRouter()
        plain.get("/v1/backdoor")(lambda: None)
        app.include_router(plain)

    def with_plain_route(app):
        app.get("/v1/backdoor")(lambda: None)

    def with_router_inside_a_router(app):
        inner, outer = APIRouter(), router()
        inner.get("/v1/backdoor")(lambda: None)
        outer.include_router(inner)
        app.include_router(outer)

    def with_mounted_application(app):
        app.mount("/other", FastAPI())

    create_app(town.service)
    mount_static = pages.mount_static
    for add in (
        with_plain_router,
        with_plain_route,
        with_router_inside_a_router,
        with_mounted_application,
    ):

        def mount(app, add=add):
            mount_static(app)
            add(app)

        monkeypatch.setattr(pages, "mount_static", mount)
        with pytest.raises(AccessNotDeclared):
            create_app(town.service)


def test_the_number_behind_an_account_is_checked_and_never_kept(town):
    """Only its keyed digest: enough to tell two people from one with two names."""
    admin, number = town.staff("administrator"), resident(77)
    account = {"username": "gao", "name": "高监督", "role": "supervisor", "id_type": "身份证"}
    slip = number[:-1] + ("1" if number[-1] == "0" else "0")
    refused = admin.post("/v1/staff", json=account | {"id_number": slip})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/unreadable-claim")
    assert slip not in refused.text
    created = admin.post("/v1/staff", json=account | {"id_number": number})
    assert created.status_code == 201
    again = account | {"username": "lin", "name": "林召集", "id_number": number.lower()}
    assert admin.post("/v1/staff", json=again).json()["type"] == "/problems/person-known"
    same = admin.post(
        "/v1/staff/identity",
        json={"username": "gao", "id_type": "居民身份证", "id_number": number},
    )
    assert same.status_code == 204
    with town.service.database.read() as session:
        row = account_by_username(session, "gao")
        assert number.encode() not in row.identity_index
