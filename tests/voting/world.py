"""A small complex with every kind of owner, an assembly on it, and the phones of its owners.

Thirteen units; 张伟 owns two flats alone, one with 赵敏 (two heads, domain C-5) and a parking
place; 王强 and 李娜 own two flats together, in either order (one head, C-4); 刘洋 stands in the
roster under a first-generation number; one flat is unsold, one sold but not handed over (C-8).
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.cli.phone import DeviceKey
from api.composition import ServiceSigner
from voting.assembly.service import Assemblies
from voting.ballot.model import OWNER, PAYLOAD_TYPE, Ballot
from voting.box import objection
from voting.box.service import BallotBox, Contest, Scans
from voting.count.service import Counting
from voting.identity import enrolment
from voting.identity.model import Claim
from voting.identity.service import Codes, Identities, Notices, Proving
from voting.infra.bus import MemoryBus
from voting.infra.throttle import Throttle
from voting.kernel import canonical
from voting.ledger.note import Signer
from voting.ledger.origins import Origins
from voting.ledger.service import Ledger
from voting.outcome.service import Outcomes
from voting.roster.identity_numbers import credit_check, resident_check
from voting.roster.service import Rosters
from voting.roster.vault import Vault
from voting.staff.store import AccountRow

COMMUNITY = "北京市海淀区示例街道桂花园"
LOG_KEY = bytes(range(32))
ACCOUNTS = {
    "c1": ("林召集", "convener"),
    "s1": ("高监督", "supervisor"),
    "s2": ("林　召集", "supervisor"),
    "s3": ("林建国", "supervisor"),
    "s4": ("来不及登记", "supervisor"),
}
"""Who signs: two people, and one of them once more under another account, and another name."""
PERSON_OF = {"c1": b"lin", "s1": b"gao", "s2": b"lin as well", "s3": b"lin"}
"""Keyed digests of their identity numbers."""
DISPLAYED = timedelta(days=16)
"""Fifteen full days and the day of publication."""


def resident(birthday, serial):
    """Give a sound number in a district that does not exist."""
    first_17 = f"999900{birthday}{serial:03d}"
    return first_17 + resident_check(first_17)


_COMPANY_17 = "91999900MA0000017"
ZHANG = ("张伟", "身份证", resident("19700102", 11))
ZHAO = ("赵敏", "身份证", resident("19710203", 12))
LI = ("李娜", "身份证", resident("19800304", 13))
WANG = ("王强", "身份证", resident("19790405", 14))
LIU = ("刘洋", "身份证", "999900550506015")
CHEN = ("陈䶮", "身份证", resident("19900607", 16))
SHOP = ("北京示例商贸有限公司", "统一社会信用代码", _COMPANY_17 + credit_check(_COMPANY_17))
SUN = ("孙磊", "护照", "E99000017")
DEVELOPER = ("北京示例开发有限公司", "统一社会信用代码", "91350100M000100Y43")
BUYER = ("周杰", "身份证", resident("20000708", 18))

HEADER = (
    "楼栋", "单元", "房号", "用途", "专有部分面积", "面积来源", "业主姓名", "证件类型",
    "证件号码", "联系电话", "产权状态", "产权证号",
)  # fmt: skip


def title(serial):
    return f"京(2020)海不动产权第{serial:07d}号"


def _row(unit, kind, area, owners, serial, status="已交付"):
    building, entrance, room = unit.split("-")
    names, types, numbers = ("、".join(parts) for parts in zip(*owners, strict=True))
    return (
        building, entrance, room, kind, area, "登记", names, types, numbers,
        f"1540000{serial:04d}", status, title(serial),
    )  # fmt: skip


ROWS = (
    _row("1-1-101", "住宅", "89.37", [ZHANG], 1),
    _row("1-1-102", "住宅", "100.5", [WANG, LI], 2),
    _row("1-1-201", "住宅", "60.25", [LI, WANG], 3),
    _row("1-1-202", "住宅", "75", [ZHANG], 4),
    _row("1-2-101", "住宅", "120.0001", [ZHANG, ZHAO], 5),
    _row("1-2-102", "住宅", "95.5", [LIU], 6),
    _row("2-1-101", "商业", "310", [SHOP], 7),
    _row("2-1-102", "住宅", "88.8", [CHEN], 8),
    _row("2-1-201", "住宅", "88.8", [DEVELOPER], 9, "未售"),
    _row("2-1-202", "住宅", "91.2", [BUYER], 10, "已售未交付"),
    _row("B1-1-001", "车位", "12.5", [ZHANG], 11),
    _row("B1-1-002", "车位", "12.5", [CHEN], 12),
    _row("B1-1-003", "车位", "13", [SUN], 13),
)


def sheet(rows=ROWS, header=HEADER):
    """Write rows as the CSV file a clerk would upload."""
    return "\n".join(",".join(cells) for cells in (header, *rows)).encode()


AGENDA = {
    "title": "桂花园第一次业主大会会议",
    "convener": "桂花园业主委员会",
    "opens_at": "2026-03-18 00:00",
    "closes_at": "2026-03-25 18:00",
    "items": [
        {"id": "1", "title": "使用维修资金更换电梯", "form": "resolution", "matter": "use_fund"},
        {
            "id": "2",
            "title": "选举业主委员会委员",
            "form": "election",
            "matter": "elect_committee",
            "seats": 2,
            "alternates": 1,
            "candidates": [
                {"id": "c1", "name": "张伟"},
                {"id": "c2", "name": "陈䶮"},
                {"id": "c3", "name": "李娜"},
            ],
        },
        {
            "id": "3",
            "title": "选聘物业服务企业",
            "form": "choose_one",
            "matter": "hire_manager",
            "options": [{"id": "a", "title": "甲公司"}, {"id": "b", "title": "乙公司"}],
        },
        {
            "id": "4",
            "title": "二号楼外墙",
            "form": "resolution",
            "matter": "other",
            "electorate": {"buildings": ["2"]},
        },
    ],
}


def choices(first="approve", third="a", **other):
    """Answer every item of the agenda."""
    return {
        "1": first,
        "2": {"c1": "approve", "c2": "oppose", "c3": "abstain"},
        "3": third,
        "4": "oppose",
    } | other


class Handset(DeviceKey):
    """An owner's phone, as the use cases meet it: without a network between."""

    def agree(self, possession):
        """Let the key of this phone be replaced by the one that proves itself."""
        return self.seal(enrolment.REPLACEMENT_TYPE, possession.payload)

    def possession(self, challenge, roster_digest):
        """Prove that this phone holds its key."""
        return self.seal(
            enrolment.PAYLOAD_TYPE, enrolment.payload(challenge, roster_digest, self.spki)
        )


def claim(owner, serial, **other):
    name, id_type, id_number = owner
    return replace(Claim(name, id_type, id_number, title(serial)), **other)


CLAIMS = {
    "zhang": claim(ZHANG, 1),
    "li": claim(LI, 2),
    "wang": claim(WANG, 3),
    "zhao": claim(ZHAO, 5),
    "liu": claim(LIU, 6),
    "shop": claim(SHOP, 7),
    "chen": claim(CHEN, 8),
    "sun": claim(SUN, 13),
}


@dataclass
class World:
    """Every service on one database, wired as the composition root does it."""

    database: object
    clock: object
    throttle: Throttle = field(default_factory=Throttle)
    roster_id: str = ""
    assembly_id: str = ""
    phones: dict = field(default_factory=dict)
    sender: object = None
    provider: object = None

    def __post_init__(self):
        key = Ed25519PrivateKey.from_private_bytes(LOG_KEY)
        self.log_key = key
        self.bus = MemoryBus()
        self.vault = Vault({1: b"e" * 32}, b"i" * 32)
        self.ledger = Ledger(Origins("vote.example.org"), lambda origin: Signer(origin, key))
        self.rosters = Rosters(self.database, self.ledger, self.vault, self.clock)
        self.assemblies = Assemblies(self.database, self.ledger, self.rosters, self.bus, self.clock)
        self.codes = Codes(
            self.database,
            self.rosters,
            self.vault,
            self.throttle,
            self.sender,
            lambda act: act(),
            self.clock,
        )
        self.notices = Notices(self.database, self.rosters, self.vault, self.sender, self.clock)
        self.identities = Identities(
            self.database,
            self.ledger,
            self.rosters,
            Proving(self.vault, self.throttle, self.codes),
            self.notices,
            self.provider,
            self.assemblies.decision_days,
            self.clock,
        )
        self.box = BallotBox(
            self.database,
            self.ledger,
            self.rosters,
            self.identities,
            self.assemblies,
            self.bus,
            self.throttle,
            ServiceSigner(key),
            self.clock,
        )
        self.contest = Contest(
            self.database,
            self.ledger,
            self.rosters,
            self.identities,
            self.assemblies,
            self.throttle,
            self.clock,
        )
        self.scans = Scans(self.database, self.ledger, self.assemblies, self.vault, self.clock)
        self.counting = Counting(
            self.database, self.ledger, self.rosters, self.assemblies, self.clock
        )
        self.outcomes = Outcomes(
            self.database,
            self.ledger,
            self.rosters,
            self.assemblies,
            self.counting,
            "https://vote.example.org",
            self.clock,
        )

    def begin(self):
        """Start the register, as ``yezhu init`` does."""
        with self.database.write() as session:
            self.ledger.create(session, self.register)
            for account_id, (name, role) in ACCOUNTS.items():
                session.add(
                    AccountRow(
                        account_id=account_id, username=account_id, name=name, role=role,
                        password_hash="", must_change_password=False, created_at=self.clock(),
                        identity_index=PERSON_OF.get(account_id),
                    )
                )  # fmt: skip
        return self

    def freeze(self, rows=ROWS, header=HEADER):
        """Import a sheet, publish it until now, and freeze it with two signatures."""
        self.clock.moment -= DISPLAYED
        file = sheet(rows, header)
        summary, _ = self.rosters.import_sheet(file, "清册.csv", COMMUNITY, by="c1")
        self.roster_id = summary.roster_id
        self.display(self.roster_id)
        return self.sign(self.roster_id)

    def display(self, roster_id):
        """Publish a version for objections and let the days pass that owners have for them."""
        until = self.clock.moment + DISPLAYED
        self.rosters.freezing.publish(roster_id, until, by="c1")
        self.clock.moment = until

    def sign(self, roster_id):
        """Freeze a published version: the convener signs, the supervisor confirms."""
        self.rosters.freezing.propose(roster_id, by="c1")
        self.rosters.freezing.confirm(roster_id, by="s1")
        return self

    def draft(self, **other):
        """Draft the agenda, with other values at its top level."""
        file = canonical.encode(AGENDA | other)
        self.assembly_id = self.assemblies.draft(self.roster_id, file, by="c1")
        return self

    def publish(self):
        self.assemblies.publish(self.assembly_id, by="c1")
        return self

    def open(self):
        """Let the notice period pass and open the box."""
        self.clock.moment = self.poll.opens_at
        self.assemblies.open(self.assembly_id, by="c1")
        return self

    def close(self):
        """Let the window pass and close the box."""
        self.clock.moment = self.poll.closes_at
        self.clock.advance(seconds=1)
        self.assemblies.close(self.assembly_id, by="c1")
        return self

    def enrol(self, name, phone=None, *, said=None):
        """Enrol a phone for one of the owners in :data:`CLAIMS`; his earlier phone agrees."""
        phone, earlier = phone or Handset(), self.phones.get(name)
        drawn, _ = self.identities.challenge(self.roster_id)
        possession = phone.possession(drawn, self.roster.digest)
        self.identities.enrol(
            self.roster_id,
            said or CLAIMS[name],
            possession,
            address="203.0.113.7",
            former=None if earlier is None else earlier.agree(possession),
        )
        self.phones[name] = phone
        return phone

    def ballot(self, name, units, said=None, **other):
        """Sign a ballot on an enrolled phone, with other values where a test wants them."""
        values = {
            "assembly_id": self.assembly_id,
            "notice_digest": self.poll.notice_digest,
            "roster_digest": self.roster.digest,
            "capacity": OWNER,
            "units": tuple(units),
            "choices": choices() if said is None else said,
            "sequence": 1,
            "replaces": None,
            "nonce": secrets.token_hex(16),
        }
        payload = Ballot(**(values | other)).to_bytes()
        return self.phones[name].seal(PAYLOAD_TYPE, payload).to_bytes()

    def object(self, name, units, **other):
        """Sign an objection to the ballot that stands for these units, and hand it in."""
        values = {
            "assembly_id": self.assembly_id,
            "notice_digest": self.poll.notice_digest,
            "units": tuple(units),
            "nonce": secrets.token_hex(16),
        }
        payload = objection.BallotObjection(**(values | other)).to_bytes()
        data = self.phones[name].seal(objection.PAYLOAD_TYPE, payload).to_bytes()
        return self.contest.object(self.assembly_id, data, address="203.0.113.7")

    def cast(self, name, units, said=None, **other):
        """Sign and cast a ballot."""
        data = self.ballot(name, units, said, **other)
        return self.box.cast(self.assembly_id, data, address="203.0.113.7")

    @property
    def register(self):
        return self.ledger.origins.register

    @property
    def origin(self):
        return self.ledger.origins.assembly(self.assembly_id)

    @property
    def roster(self):
        return self.rosters.frozen(self.roster_id)

    @property
    def poll(self):
        with self.database.read() as session:
            return self.assemblies.poll(session, self.assembly_id)

    def log(self, origin=None):
        """Read all entries of a log, the assembly's own by default."""
        origin = origin or self.origin
        with self.database.read() as session:
            return self.ledger.read_entries(session, origin, 0, self.ledger.size(session, origin))

    def acts(self):
        """Read the register as objects."""
        return [canonical.decode(entry) for entry in self.log(self.register)]

    def check_logs(self):
        """Recompute both logs from their entries."""
        with self.database.read() as session:
            for origin in (self.register, self.origin):
                self.ledger.check(session, origin)
