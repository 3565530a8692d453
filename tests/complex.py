"""A small complex and its staff, driven over HTTP against the real application in this process."""

import base64
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from unittest import mock
from uuid import uuid4

from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.demo_people import People
from api.cli.phone import Phone
from api.composition import compose
from api.deployment import Deployment
from api.settings import Settings
from api.setup import build_schema, start_register
from tally.model import Kind
from tests import c2sp
from voting.assembly.clocks import earliest_opening
from voting.identity.model import Claim
from voting.kernel import canonical
from voting.kernel.clock import timestamp
from voting.roster.model import AreaSource, Roster, TitleStatus, UnitRecord
from voting.roster.workbook import roster_workbook
from voting.staff.model import Role

COMMUNITY = "和平里小区"
VOTING_DAYS = timedelta(days=10)
DISPLAYED = timedelta(days=16)
"""Fifteen full days and the day of publication."""
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_SESSION_GOOD_FOR = timedelta(hours=7)


def small_roster(flats=8):
    """One couple, one owner of two flats and a stall, a shop, developer stock, and neighbours."""
    people = People(Random(20_260_302))

    def unit(place, owners, kind=Kind.DWELLING, status=TitleStatus.DELIVERED):
        key = "-".join(place)
        return UnitRecord(
            *place,
            kind=kind,
            area_cm2=893_725,
            area_source=AreaSource.REGISTER,
            owners=owners,
            title_status=status,
            phones=(people.phone(),) if kind is Kind.DWELLING else (),
            title_no=f"京(2021)东不动产权第{key}号" if status is TitleStatus.DELIVERED else None,
        )

    wang = (people.person("王喆"),)
    units = [
        unit(("1", "1", "101"), wang),
        unit(("1", "1", "102"), wang),
        unit(("1", "1", "201"), (people.person("李䶮"), people.person("陈静"))),
        unit(("商街", "1", "1"), (people.company(),), Kind.COMMERCIAL),
        unit(("地下车库", "B1", "001"), wang, Kind.PARKING),
        unit(("2", "1", "901"), (people.company(),), status=TitleStatus.UNSOLD),
    ]
    units += [
        unit(("2", "1", f"{100 + 100 * (number // 4) + number % 4 + 1}"), (people.person(),))
        for number in range(flats)
    ]
    return Roster.of(units)


def agenda(opens_at, closes_at, **policies):
    """One item of every form."""
    return {
        "title": "和平里小区第一次业主大会会议",
        "convener": "和平里小区业主委员会",
        "opens_at": timestamp(opens_at),
        "closes_at": timestamp(closes_at),
        "policies": policies,
        "items": [
            {"id": "1", "title": "修订管理规约", "form": "resolution", "matter": "covenant"},
            {
                "id": "2",
                "title": "选举业主委员会委员一名",
                "form": "election",
                "matter": "elect_committee",
                "seats": 1,
                "alternates": 1,
                "candidates": [{"id": "c1", "name": "王喆"}, {"id": "c2", "name": "陈静"}],
            },
            {
                "id": "3",
                "title": "选聘物业服务人",
                "form": "choose_one",
                "matter": "hire_manager",
                "options": [{"id": "a", "title": "甲公司"}, {"id": "b", "title": "乙公司"}],
            },
        ],
    }


CHOICES = {"1": "approve", "2": {"c1": "approve", "c2": "oppose"}, "3": "a"}


@dataclass(frozen=True)
class Assembly:
    """A published assembly."""

    id: str
    notice: dict
    notice_digest: str
    opens_at: datetime
    closes_at: datetime

    @property
    def path(self):
        return f"/v1/assemblies/{self.id}"


class Complex:
    """A deployment with a frozen roster. Accounts are made when somebody first needs them."""

    def __init__(self, data, clock, *, engines=None, roster=None):
        self.data, self.clock = data, clock
        self.roster = small_roster() if roster is None else roster
        self._passwords, self._signed_in = {}, {}
        self.phones = {}  # enrolled last, by their owners' numbers
        Deployment.create(data, "test.yezhu.example")
        with mock.patch.dict(os.environ, engines or {}):
            build_schema(data)
            start_register(data)
            with (
                mock.patch("api.composition._clock", return_value=clock),
                # Hashing is slow on purpose; here a session ends with every leap of the clock.
                mock.patch("voting.staff.service.PasswordHasher", return_value=_QUICK),
            ):
                self.service = compose(Settings.read(data))
        self.app = create_app(self.service)
        self.http = TestClient(self.app)
        self.clock.moment -= DISPLAYED
        self.roster_id = self.freeze(roster_workbook(self.roster, "业主清册"))

    def account(self, username, role):
        """Create an account that has already replaced its one-time password."""
        password = "correct horse battery"
        account, one_time = self.service.staff.create(
            username, f"某人（{username}）", role, by="operator", identity=username.encode()
        )
        self.service.staff.change_password(account, one_time, password)
        self._passwords[username] = password

    def staff(self, username):
        """A client signed in as ``username``: a role, with a digit after it if there are two."""
        known = self._signed_in.get(username)
        if known and self.clock() - known[1] < _SESSION_GOOD_FOR:
            return known[0]
        if username not in self._passwords:
            self.account(username, Role(username.rstrip("0123456789")))
        # An address of its own: a test that guesses passwords must not lock the staff out.
        http = TestClient(self.app, client=("office", 50_000))
        body = {"username": username, "password": self._passwords[username]}
        assert http.post("/v1/session", json=body).status_code == 200
        self._signed_in[username] = (http, self.clock())
        return http

    def freeze(self, sheet):
        """Import a sheet, publish it for objections, and freeze it with two signatures."""
        http = self.staff("convener")
        answer = http.post(
            "/v1/rosters", data={"community": COMMUNITY}, files={"file": ("清册.xlsx", sheet)}
        )
        roster_id = done(answer).json()["roster"]["roster_id"]
        self.display(roster_id)
        done(self.staff("convener").post(f"/v1/rosters/{roster_id}/freeze"))
        done(self.staff("supervisor").post(f"/v1/rosters/{roster_id}/freeze/confirmation"))
        return roster_id

    def display(self, roster_id):
        """Publish a version for objections and let the days pass that owners have for them."""
        until = self.clock() + DISPLAYED
        body = {"objections_until": timestamp(until)}
        done(self.staff("convener").post(f"/v1/rosters/{roster_id}/publication", json=body))
        self.clock.moment = until

    def publish(self, **policies):
        """Draft an assembly and give notice; the vote begins on the first day allowed."""
        opens_at = earliest_opening(self.clock()).astimezone(UTC)
        closes_at = opens_at + VOTING_DAYS
        http = self.staff("convener")
        body = {"roster_id": self.roster_id, "agenda": agenda(opens_at, closes_at, **policies)}
        assembly_id = done(http.post("/v1/assemblies", json=body)).json()["id"]
        done(http.post(f"/v1/assemblies/{assembly_id}/notice"))
        raw = done(http.get(f"/v1/assemblies/{assembly_id}/notice")).content
        return Assembly(assembly_id, json.loads(raw), canonical.digest(raw), opens_at, closes_at)

    def open(self, **policies):
        """Publish an assembly, let the fifteen days pass, and open the ballot box."""
        assembly = self.publish(**policies)
        self.clock.moment = assembly.opens_at + timedelta(hours=9)
        done(self.staff("convener").post(f"{assembly.path}/open"))
        return assembly

    def close(self, assembly):
        """Let the voting days pass and close the ballot box."""
        self.clock.moment = assembly.closes_at + timedelta(hours=1)
        done(self.staff("convener").post(f"{assembly.path}/close"))

    def claim(self, unit_key):
        """What the first owner on a unit's title types to prove who he is."""
        unit = self.roster.by_key()[unit_key]
        owner = unit.owners[0]
        return Claim(owner.name, owner.id_type.value, owner.id_number, unit.title_no)

    def phone(self, assembly, unit_key, http=None):
        """The enrolled phone of a unit's first owner."""
        phone, claim = Phone(self.http if http is None else http), self.claim(unit_key)
        digest = assembly.notice["roster"]["digest"]
        phone.enrol(self.roster_id, digest, claim, self.phones.get(claim.id_number))
        self.phones[claim.id_number] = phone
        return phone

    def owners_units(self, unit_key):
        """Every unit of whoever holds this one, parking included, in ballot order."""
        owners = self.roster.by_key()[unit_key].identities
        return sorted(unit.unit_key for unit in self.roster if unit.identities == owners)

    def signed(self, assembly, unit_key, http=None):
        """A ballot for all units of this unit's owner, signed on a phone just enrolled."""
        phone = self.phone(assembly, unit_key, http)
        units = self.owners_units(unit_key)
        return phone.ballot(assembly.notice, assembly.notice_digest, units, CHOICES)

    def shut(self):
        """Give the database back, as a stopped server does."""
        self.service.database.close()


class Log:
    """A log of arbitrary bytes beside those of the complex, and who reads it."""

    def __init__(self, place):
        self.place = place
        self.path = f"assemblies/{uuid4().hex}"
        ledger = place.service.ledger
        self.origin = ledger.origins.under(self.path)
        with place.service.database.write() as session:
            ledger.create(session, self.origin)
        self.vkey = ledger.key(self.origin).vkey

    def append(self, entries):
        with self.place.service.database.write() as session:
            self.place.service.ledger.append(session, self.origin, entries)

    def get(self, path, **headers):
        return self.place.http.get(f"/log/{self.path}/{path}", headers=headers)

    def client(self):
        return c2sp.Client(lambda path: done(self.get(path)).content, self.vkey)

    def proved(self, kind, **query):
        answer = self.place.http.get(f"/v1/logs/{self.path}/{kind}", params=query)
        return [base64.b64decode(each) for each in done(answer).json()["hashes"]]


def done(answer):
    """The answer, if it was not refused."""
    assert answer.status_code < 300, (answer.status_code, answer.text)
    return answer
