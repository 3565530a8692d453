"""Use cases of the roster: versions, objections to them, corrections, sealed names."""

from voting.roster.service.contacts import Contacts
from voting.roster.service.corrections import Corrections
from voting.roster.service.custody import Custody, Identity
from voting.roster.service.mandates import MandateBook
from voting.roster.service.objections import Objections
from voting.roster.service.origins import Origins
from voting.roster.service.retention import Retention
from voting.roster.service.rosters import Rosters

__all__ = [
    "Contacts",
    "Corrections",
    "Custody",
    "Identity",
    "MandateBook",
    "Objections",
    "Origins",
    "Retention",
    "Rosters",
]
