"""The two people who sign what counts, each with his name: officials acting in public."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from voting.roster import spelling
from voting.roster.version import SameAccount, SamePerson, SignatoryUnidentified

CONVENER, SUPERVISOR = "convener", "supervisor"


@dataclass(frozen=True, slots=True)
class Signatory:
    """One signature: by which account, and who stands behind it."""

    account_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Signatories:
    """The convener, who signs first, and the supervisor, who confirms."""

    convener: Signatory
    supervisor: Signatory

    @classmethod
    def of(
        cls,
        names: Mapping[str, str],
        identities: Mapping[str, bytes | None],
        convener: str,
        supervisor: str,
    ) -> Self:
        """Put two signatures together.

        Parameters
        ----------
        names, identities
            Names of people by account, and keyed digests of their identity numbers.
        convener, supervisor
            Accounts.

        Raises
        ------
        SameAccount, SignatoryUnidentified, SamePerson
        """
        if convener == supervisor:
            raise SameAccount("召集人与监督单位须由两个账号分别签署")
        for role, account in (("召集人", convener), ("监督单位", supervisor)):
            if identities[account] is None:
                raise SignatoryUnidentified(
                    f"{role}的账号没有登记证件号码，无法确认签署的是两个人；请管理员先为这个账号登记"
                )
        one_number = identities[convener] == identities[supervisor]
        # One name also where the numbers differ: whoever reads the certificate sees only names.
        if one_number or _person(names[convener]) == _person(names[supervisor]):
            raise SamePerson(
                "召集人与监督单位的两个账号登记的是同一个人，须由两个人分别签署；"
                "请由监督单位指派的另一人以自己的账号确认"
            )
        return cls(Signatory(convener, names[convener]), Signatory(supervisor, names[supervisor]))

    def to_object(self) -> dict[str, Any]:
        """Write the signatures as they stand in a register entry."""
        return {
            "by": self.convener.account_id,
            "confirmed_by": self.supervisor.account_id,
            "names": {CONVENER: self.convener.name, SUPERVISOR: self.supervisor.name},
        }


def are_two(entry: Mapping[str, Any]) -> bool:
    """Whether a register entry is signed by two accounts and two people.

    Entries from before names were signed name accounts only; from before two accounts were, one.

    Raises
    ------
    AttributeError, KeyError, TypeError
        The entry has another shape.
    """
    if entry["by"] == entry.get("confirmed_by"):
        return False
    if "names" not in entry:
        return True
    names = [_person(entry["names"][role]) for role in (CONVENER, SUPERVISOR)]
    return names[0] != names[1] and all(names)


def _person(name: str) -> str:
    """Reduce a name to what tells people apart: no blank, no case."""
    return spelling.compact(name).casefold()
