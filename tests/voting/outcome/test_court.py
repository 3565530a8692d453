"""The bundle for a court: checked like any other, and names only for who holds the key."""

import base64
import stat

import pytest
from nacl.public import PrivateKey

from api.cli.court import make_key, open_people
from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.eventful import COURT_KEY, eventful
from tests.voting.outcome.forgery import edited, zipped
from tests.voting.world import BUYER, SUN, ZHANG
from voting.kernel import canonical
from voting.outcome import bundle
from voting.outcome.bundle import Level
from voting.outcome.court import PeopleUnreadable, RecipientUnreadable, people_of, recipient


@pytest.fixture
def files():
    return dict(eventful()[0][Level.COURT])


def test_all_checks_of_a_supervised_bundle_are_performed(files):
    findings = verify_bundle(bundle.write(files))
    assert [(each.performed, each.problems) for each in findings] == [(True, ())] * 14


def test_names_are_in_it_for_the_recipient_alone(files):
    people = people_of(files, COURT_KEY)
    said = {(each["name"], each["id_type"], each["id_number"]) for each in people.values()}
    assert {ZHANG, SUN, BUYER} <= said
    assert not [word for word in (SUN[0], ZHANG[2]) if word.encode() in bundle.write(files)]
    with pytest.raises(PeopleUnreadable):
        people_of(files, PrivateKey.generate())


def test_the_people_of_another_roster_are_not_taken_for_these(files):
    def move(roster):
        roster["community"] += "二期"

    with pytest.raises(PeopleUnreadable, match="不是这份业主清册"):
        people_of(edited(files, "roster.json", move), COURT_KEY)
    with pytest.raises(PeopleUnreadable, match="没有以这把密钥加密"):
        people_of(eventful()[0][Level.SUPERVISED], COURT_KEY)


@pytest.mark.parametrize(
    "text",
    ["", "x", "公钥", "00" * 31, "00" * 32, "FF" * 32, "0 " * 32],
)
def test_what_is_no_key_of_anybody_is_refused(text):
    with pytest.raises(RecipientUnreadable, match="court-key"):
        recipient(text)


def test_the_register_says_who_had_everybody_opened(open_world):
    world = open_world
    people = world.rosters.custody.everybody(world.roster_id, by="s1")
    (act,) = [act for act in world.acts() if act.get("purpose") == "court"]
    assert (act["act"], act["by"], act["count"]) == ("open-identities", "s1", len(people))
    assert {unit for units in world.roster.units for unit in units.owners} <= people.keys()


def test_a_court_makes_its_key_and_reads_who_is_who(files, tmp_path, capsys):
    key, out, zip_file = (tmp_path / name for name in ("court.key", "people.json", "bundle.zip"))
    assert make_key(key) == 0
    public = capsys.readouterr().out.strip()
    secret = PrivateKey(base64.b64decode(key.read_text()))
    assert recipient(public) == secret.public_key
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert make_key(key) == 2
    key.write_bytes(base64.b64encode(bytes(COURT_KEY)))
    zip_file.write_bytes(bundle.write(files))
    assert open_people(zip_file, key, out) == 0
    told = canonical.decode(out.read_bytes())
    assert {each["owner"]: each["name"] for each in told} == {
        number: person["name"] for number, person in people_of(files, COURT_KEY).items()
    }
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert open_people(zip_file, key, out) == 2  # nothing is overwritten


def test_nobody_is_named_from_a_bundle_that_fails(files, tmp_path, capsys):
    key, out, zip_file = (tmp_path / name for name in ("court.key", "people.json", "bundle.zip"))
    key.write_bytes(base64.b64encode(bytes(COURT_KEY)))
    zip_file.write_bytes(zipped(files | {"roster.json": b"{}"}))
    assert open_people(zip_file, key, out) == 1
    assert "没有通过核验" in capsys.readouterr().err
    assert not out.exists()
    key.write_bytes(b"-")
    assert open_people(zip_file, key, out) == 2
    assert open_people(tmp_path / "none.zip", key, out) == 2
