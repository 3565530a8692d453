"""Objections of co-owners over HTTP: one answer for the owner, another for staff."""

import base64
import hashlib

from tests.complex import CHOICES, done
from voting.box.objection import PAYLOAD_TYPE, BallotObjection

SHARED = "1-1-201"


def objecting(town, assembly):
    """The second co-owner's phone signs an objection; the first one votes."""
    done(town.http.post(f"{assembly.path}/ballots", content=town.signed(assembly, SHARED)))
    unit = town.roster.by_key()[SHARED]
    other = unit.owners[1]
    claim = town.claim(SHARED)
    phone = type(town.phone(assembly, "2-1-101"))(town.http)
    phone.enrol(
        town.roster_id,
        assembly.notice["roster"]["digest"],
        type(claim)(other.name, other.id_type.value, other.id_number, unit.title_no),
    )
    payload = BallotObjection(assembly.id, assembly.notice_digest, (SHARED,), "0" * 32)
    return phone.sign(PAYLOAD_TYPE, payload.to_bytes())


def test_an_objection_is_answered_with_what_opens_its_entry(town):
    assembly = town.open()
    data = objecting(town, assembly)
    path = f"{assembly.path}/ballot-objections"
    said = done(town.http.post(path, content=data)).json()
    salt = base64.b64decode(said["salt"])
    assert said["commitment"] == hashlib.sha256(salt + data).hexdigest()
    assert (said["position"], said["units"]) == (2, [SHARED])
    assert done(town.http.post(path, content=data)).json() == said

    shown = done(town.staff("supervisor").get(path)).json()
    plain = {name: said[name] for name in ("position", "received_at", "units")}
    assert shown == [plain | {"ballots": [1]}]
    seen = town.staff("supervisor").get(f"{assembly.path}/supervision").json()
    assert seen["objections"] == 1


def test_only_staff_see_what_is_objected_to(town):
    assembly = town.open()
    path = f"{assembly.path}/ballot-objections"
    assert town.http.get(path).status_code == 401
    assert town.staff("clerk").get(path).status_code == 403
    assert done(town.staff("convener").get(path)).json() == []


def test_a_ballot_is_no_objection(town):
    assembly = town.open()
    phone = town.phone(assembly, "2-1-102")
    data = phone.ballot(assembly.notice, assembly.notice_digest, ["2-1-102"], CHOICES)
    answer = town.http.post(f"{assembly.path}/ballot-objections", content=data)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/wrong-payload-type")
