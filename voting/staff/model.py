"""Who may do what on behalf of the convener, the street office and the operator."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """One role per account: whoever does two jobs has two accounts, so the trail stays plain."""

    ADMINISTRATOR = "administrator"
    """Creates accounts; sees no ballot and changes no assembly."""
    CONVENER = "convener"
    """Imports the roster, drafts, gives notice, opens, closes, announces."""
    CLERK = "clerk"
    """Keys in paper ballots, always two clerks for one ballot."""
    SUPERVISOR = "supervisor"
    """Street office or residents' committee: watches, never edits (BJ art. 8, 51)."""


@dataclass(frozen=True, slots=True)
class Account:
    """A staff account without its secret."""

    account_id: str
    username: str
    name: str
    role: Role
    must_change_password: bool
