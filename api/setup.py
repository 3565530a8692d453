"""What an operator does before the first start, outside the server."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from api.composition import Service, compose
from api.deployment import Deployment
from api.settings import Settings
from voting.infra.database import Database
from voting.infra.migrate import upgrade
from voting.staff.model import Role

_OPERATOR = "operator"
"""Who acts on the machine itself, in the trail; every later act has an account's id."""


def build_schema(data: Path) -> None:
    """Build or upgrade the database of this deployment.

    Raises
    ------
    DatabaseInUse
        A server runs, or another command that has to be alone.
    """
    database = Database(Settings.read(data).resolved_database_url)
    try:
        with database.alone():
            upgrade(database.engine)
    finally:
        database.close()


def start_register(data: Path) -> str:
    """Begin the deployment's register, and give its public key (vkey)."""
    service = compose(Settings.read(data))
    register = service.ledger.origins.register
    with service.database.write() as session:
        service.ledger.create(session, register)
    service.database.close()
    return service.ledger.key(register).vkey


def rotate_identity_key(data: Path) -> tuple[int, int]:
    """Seal all identity data under a new key, or finish a rotation that was interrupted.

    Returns
    -------
    sealed, key_version
        How many records were sealed anew, and under which version of the key.

    Raises
    ------
    DatabaseInUse
        A server runs, or another such command.
    """
    with _alone(data) as service:
        sealed = _seal_under_newest(service)
        if not sealed:
            Deployment.add_encryption_key(data)
            renewed = compose(Settings.read(data))
            sealed = _seal_under_newest(renewed)
            renewed.database.close()
    return sealed, max(Deployment.load(data).encryption_keys)


def erase_identities(data: Path, before: datetime, keep: Collection[str]) -> int:
    """Erase people and choices of votes that ended before this moment; count their rosters.

    Raises
    ------
    DatabaseInUse
        A server runs, or another such command.
    """
    with _alone(data) as service:
        erased = service.outcomes.erase(before, keep, by=_OPERATOR)
        service.database.compact()
    return erased


@contextmanager
def _alone(data: Path) -> Iterator[Service]:
    service = compose(Settings.read(data))
    try:
        with service.database.alone():
            yield service
    finally:
        service.database.close()


def _seal_under_newest(service: Service) -> int:
    sealed = service.rosters.retention.rotate(by=_OPERATOR) + service.scans.rotate(by=_OPERATOR)
    # What the old key could open must not remain in the file either.
    service.database.compact()
    return sealed


def create_administrator(data: Path, username: str, name: str) -> str:
    """Create an administrator and give his one-time password.

    Raises
    ------
    UsernameTaken
    """
    service = compose(Settings.read(data))
    _, password = service.staff.create(username, name, Role.ADMINISTRATOR, by=_OPERATOR)
    service.database.close()
    return password
