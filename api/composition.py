"""The one place where the parts are put together."""

from dataclasses import dataclass

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.signing import SigningKey

from api.deployment import Deployment
from api.settings import Settings
from voting.assembly.service import Assemblies
from voting.box.service import BallotBox, Contest, Scans
from voting.count.service import Counting
from voting.identity.provider import OpenIdProvider, Trusted
from voting.identity.service import Codes, Identities, Notices, Proving, SigningIn
from voting.infra.afterwards import Afterwards
from voting.infra.bus import Bus, MemoryBus, RedisBus
from voting.infra.database import Database
from voting.infra.migrate import is_current
from voting.infra.sender import GatewaySender, InsecureConsoleSender, Sender
from voting.infra.throttle import Throttle
from voting.kernel import canonical, dsse
from voting.kernel.clock import Clock, InsecureShiftedClock, system_clock
from voting.kernel.refusal import Refusal
from voting.ledger.note import Signer
from voting.ledger.origins import Origins
from voting.ledger.published import PublishedLogs
from voting.ledger.service import Ledger
from voting.outcome.service import Outcomes
from voting.roster.service import Rosters
from voting.roster.vault import Vault
from voting.staff.service import Staff

_log = structlog.get_logger()


class SchemaOutdated(Refusal):
    """The database was made by another version of the program."""

    code = "schema-outdated"


@dataclass(frozen=True, slots=True)
class Service:
    """Every use case of the product, wired."""

    database: Database
    ledger: Ledger
    logs: PublishedLogs
    bus: Bus
    staff: Staff
    rosters: Rosters
    identities: Identities
    codes: Codes
    notices: Notices
    provider: Trusted | None
    signing_in: SigningIn
    assemblies: Assemblies
    box: BallotBox
    contest: Contest
    scans: Scans
    counting: Counting
    outcomes: Outcomes
    public_url: str


class ServiceSigner:
    """Signs receipts with the deployment's key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        # The same signatures as by `key.sign`, for less: each ballot's receipt needs one.
        self._key = SigningKey(key.private_bytes_raw())
        self._key_id = canonical.digest(spki)

    def __call__(self, payload_type: str, payload: bytes) -> dsse.Envelope:
        """Seal one payload for one purpose."""
        return dsse.seal(payload_type, payload, self._key_id, self._sign)

    def _sign(self, message: bytes) -> bytes:
        return self._key.sign(message).signature


def compose(settings: Settings) -> Service:
    """Build the service from settings and the deployment's keys.

    Raises
    ------
    NotInitialised, UnsafeSecret, SchemaOutdated
    """
    deployment = Deployment.load(settings.data)
    now = _clock(settings)
    database = Database(settings.resolved_database_url)
    if not is_current(database.engine):
        raise SchemaOutdated("数据库结构不是本版本的，请先运行 yezhu init 或 yezhu migrate")
    bus: Bus = MemoryBus() if settings.redis_url is None else RedisBus(settings.redis_url)
    throttle = Throttle(settings.redis_url)
    key = Ed25519PrivateKey.from_private_bytes(deployment.log_key)
    ledger = Ledger(Origins(deployment.name), lambda origin: Signer(origin, key))
    vault = Vault(deployment.encryption_keys, deployment.index_key)
    rosters = Rosters(database, ledger, vault, now)
    assemblies = Assemblies(database, ledger, rosters, bus, now)
    trusted = settings.provider()
    provider = None if trusted is None else OpenIdProvider(trusted)
    sender = _sender(settings)
    codes = Codes(database, rosters, vault, throttle, sender, Afterwards(), now)
    notices = Notices(database, rosters, vault, sender, now)
    identities = Identities(
        database,
        ledger,
        rosters,
        Proving(vault, throttle, codes),
        notices,
        provider,
        assemblies.decision_days,
        now,
    )
    counting = Counting(database, ledger, rosters, assemblies, now)
    return Service(
        database=database,
        ledger=ledger,
        logs=PublishedLogs(database, ledger),
        bus=bus,
        staff=Staff(database, ledger, throttle, now),
        rosters=rosters,
        identities=identities,
        codes=codes,
        notices=notices,
        provider=trusted,
        signing_in=SigningIn(provider, throttle, f"{settings.public_url}/vote", now),
        assemblies=assemblies,
        box=BallotBox(
            database,
            ledger,
            rosters,
            identities,
            assemblies,
            bus,
            throttle,
            ServiceSigner(key),
            now,
        ),
        contest=Contest(database, ledger, rosters, identities, assemblies, throttle, now),
        scans=Scans(database, ledger, assemblies, vault, now),
        counting=counting,
        outcomes=Outcomes(
            database, ledger, rosters, assemblies, counting, settings.public_url, now
        ),
        public_url=settings.public_url,
    )


def _clock(settings: Settings) -> Clock:
    if not settings.clock_shift:
        return system_clock
    _log.warning("insecure-shifted-clock", seconds=settings.insecure_clock_shift_seconds)
    return InsecureShiftedClock(settings.clock_shift)


def _sender(settings: Settings) -> Sender | None:
    by = settings.sender()
    if by is None:
        return None
    return InsecureConsoleSender() if by.gateway is None else GatewaySender(by.gateway, by.token)
