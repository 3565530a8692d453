"""How an owner is reached: by the telephone that the roster has of him."""

from sqlalchemy.orm import Session

from voting.roster import store
from voting.roster.service.custody import Custody
from voting.roster.service.person import mobiles

_SERVICE = "service"


class Contacts:
    """Opens the numbers of people who have proved themselves, and nobody else's."""

    def __init__(self, custody: Custody) -> None:
        self._custody = custody

    def mobiles(self, session: Session, roster_id: str, owner_code: int) -> list[str]:
        """Open the mobile numbers of one owner, to tell him what was done in his name.

        Raises
        ------
        RosterErased
        """
        rows = store.owners(session, roster_id, [owner_code])
        purpose = "tell-owner"
        opened = self._custody.open(session, rows, purpose, by=_SERVICE, roster_id=roster_id)
        return [phone for data in opened for phone in mobiles(data)]
