"""All SQL about rosters: pinned documents, sealed identities beside them, objections, acts."""

from voting.roster.store.acts import (
    CorrectionRow,
    ObjectionRow,
    accepted_objections,
    correction,
    corrections,
    objection,
    objections,
    open_objections,
    unanswered,
    unconfirmed,
)
from voting.roster.store.mandates import MandatesRow, mandates
from voting.roster.store.people import (
    OwnerRow,
    TitleRow,
    forget_titles,
    holds_title,
    next_owner_code,
    owners,
    person,
    titles,
)
from voting.roster.store.phones import (
    PhoneRow,
    forget_phones,
    person_reached_at,
    with_other_phones,
)
from voting.roster.store.readings import ReadingRow, readings
from voting.roster.store.sealed import erase_people, past_retention, sealed_under_other_keys
from voting.roster.store.versions import (
    RosterRow,
    by_digest,
    communities,
    lock,
    newer_is_frozen,
    newest,
    roster,
    rosters,
)

__all__ = [
    "CorrectionRow",
    "MandatesRow",
    "ObjectionRow",
    "OwnerRow",
    "PhoneRow",
    "ReadingRow",
    "RosterRow",
    "TitleRow",
    "accepted_objections",
    "by_digest",
    "communities",
    "correction",
    "corrections",
    "erase_people",
    "forget_phones",
    "forget_titles",
    "holds_title",
    "lock",
    "mandates",
    "newer_is_frozen",
    "newest",
    "next_owner_code",
    "objection",
    "objections",
    "open_objections",
    "owners",
    "past_retention",
    "person",
    "person_reached_at",
    "readings",
    "roster",
    "rosters",
    "sealed_under_other_keys",
    "titles",
    "unanswered",
    "unconfirmed",
    "with_other_phones",
]
