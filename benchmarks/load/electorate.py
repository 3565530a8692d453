"""A complex whose owners have all enrolled, assemblies that are open, and ballots signed ahead."""

from datetime import timedelta
from random import Random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.cli.demo_people import People
from tally.model import Kind
from tests.complex import CHOICES, Complex, done
from tests.conftest import MovingClock
from voting.ballot.model import OWNER, PAYLOAD_TYPE, Ballot
from voting.identity.entries import key_entry, key_statement
from voting.identity.store import DeviceKeyRow
from voting.infra.bulk import insert_rows
from voting.kernel import canonical, dsse
from voting.kernel.clock import system_clock
from voting.kernel.commitment import commit
from voting.roster.model import AreaSource, Roster, TitleStatus, UnitRecord

_ECDSA = ec.ECDSA(hashes.SHA256())


class Electorate:
    """As many owners of one flat each as are asked for.

    Enrolment itself is not measured: the keys are written as ``enrol`` writes them, all at once.
    """

    def __init__(self, data, engines, owners):
        self.data, self.engines = data, engines
        self._place = Complex(data, MovingClock(), engines=engines, roster=_roster(owners))
        frozen = self._place.service.rosters.frozen(self._place.roster_id)
        self._roster_digest = frozen.digest
        flats = frozen.units
        self._units = [unit.unit_key for unit in flats]
        self._keys = [ec.generate_private_key(ec.SECP256R1()) for _ in flats]
        self.spki = {canonical.digest(spki): spki for spki in map(_spki, self._keys)}
        self._enrol([unit.owners[0] for unit in flats])

    def _enrol(self, owner_codes):
        service, now = self._place.service, self._place.clock()
        openings = [
            commit(key_statement(owner, self._roster_digest, spki))
            for owner, spki in zip(owner_codes, self.spki.values(), strict=True)
        ]
        with service.database.write() as session:
            entries = [key_entry(opening.commitment, now) for opening in openings]
            places = service.ledger.append(session, service.ledger.origins.register, entries)
            insert_rows(
                session,
                DeviceKeyRow,
                {
                    "roster_id": self._place.roster_id,
                    "enrolled_at": now,
                    "revoked_at": None,
                    "revoked_position": None,
                },
                {
                    "key_id": list(self.spki),
                    "owner_code": owner_codes,
                    "spki": list(self.spki.values()),
                    "register_position": places,
                    "salt": [opening.salt for opening in openings],
                },
            )

    def publish(self, count):
        """Publish assemblies, all to be opened on one day."""
        return [self._place.publish() for _ in range(count)]

    def open(self, assemblies):
        """Open the boxes; from here on only a server changes anything."""
        clock = self._place.clock
        clock.moment = assemblies[0].opens_at + timedelta(hours=9)
        for assembly in assemblies:
            done(self._place.staff("convener").post(f"{assembly.path}/open"))
        self.shift = clock() - system_clock()
        self._place.shut()

    def ballots(self, assembly):
        """Sign a ballot of every owner."""
        return [
            _sign(key, unit, assembly.id, assembly.notice_digest, self._roster_digest)
            for key, unit in zip(self._keys, self._units, strict=True)
        ]


def _roster(owners):
    """Give everybody a flat, a hundred to a building."""
    people = People(Random(20_261_123))
    return Roster.of(
        UnitRecord(
            f"{number // 100 + 1}", "1", f"{number % 100 + 101}",
            kind=Kind.DWELLING,
            area_cm2=893_725,
            area_source=AreaSource.REGISTER,
            owners=(people.person(),),
            title_status=TitleStatus.DELIVERED,
            phones=(people.phone(),),
            title_no=f"京(2021)东不动产权第{number:07}号",
        )
        for number in range(owners)
    )  # fmt: skip


def _sign(key, unit, assembly_id, notice_digest, roster_digest):
    nonce = canonical.digest(f"{assembly_id}/{unit}".encode())[:32]
    ballot = Ballot(
        assembly_id, notice_digest, roster_digest, OWNER, (unit,), CHOICES, 1, None, nonce
    )
    key_id = canonical.digest(_spki(key))
    payload = ballot.to_bytes()
    return dsse.seal(PAYLOAD_TYPE, payload, key_id, lambda m: key.sign(m, _ECDSA)).to_bytes()


def _spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
