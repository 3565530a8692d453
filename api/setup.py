"""What an operator does before the first start, outside the server."""

from pathlib import Path

from api.composition import compose
from api.settings import Settings
from voting.infra.database import Database
from voting.infra.migrate import upgrade
from voting.staff.model import Role

_OPERATOR = "operator"
"""Who acts on the machine itself, in the trail; every later act has an account's id."""


def build_schema(data: Path) -> None:
    """Build or upgrade the database of this deployment."""
    database = Database(Settings.read(data).resolved_database_url)
    upgrade(database.engine)
    database.close()


def start_register(data: Path) -> None:
    """Begin the deployment's register."""
    service = compose(Settings.read(data))
    with service.database.write() as session:
        service.ledger.create(session, service.ledger.origins.register)
    service.database.close()


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
