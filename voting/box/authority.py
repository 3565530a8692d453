"""In whose hand a paper ballot is, if not the owner's (domain W-10 to W-13).

A guardian signs for an owner who cannot act for himself (Civil Code art. 19 to 23). A proxy signs
by a written authority, which states agent, matters, scope and period, and which the owner has
signed (art. 165; Supreme People's Court interpretation on condominium ownership, art. 12). An
owners' representative carries what owners have signed themselves, and never signs for them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from voting.box.refusals import (
    AuthorityNotInForce,
    CarriedNotCast,
    PropertyStaff,
    TooManyPrincipals,
    UnreadableAuthority,
)
from voting.roster.agency import PROPERTY_STAFF, USUAL

OWNER, GUARDIAN, PROXY, REPRESENTATIVE = "owner", "guardian", "proxy", "representative"

EVIDENCE = {
    "household_register": "户口簿",
    "birth_certificate": "出生医学证明",
    "committee_designation": "居民委员会、村民委员会或民政部门的指定文书",
    "court_ruling": "人民法院的判决或指定文书",
    "agreement": "监护协议或公证文书",
}
"""By what a guardian shows that he is one."""

SCOPES = {"as_instructed": "按业主写明的意见表决", "full": "由代理人决定如何表决"}

_DIGEST_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Guardian:
    """A statutory guardian, and the kind of paper he has shown."""

    evidence: str

    def to_object(self) -> dict[str, Any]:
        """Write it as it stands in the text of the paper ballot."""
        return {"evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A written authority, as two clerks read it.

    Parameters
    ----------
    agent
        Keyed digest of the agent's identity number, hexadecimal; his name is on the scan.
    matters
        Ids of the items that it covers, sorted.
    scope
        One of :data:`SCOPES`.
    signed_on, valid_from, valid_until
        When the owner signed it, and its first and last day.
    property_staff
        Whether the agent works for the property company.
    exception
        The clause of the rules of procedure that lets this agent act all the same: for more
        owners than usual, or as one of the property company's people. Empty if there is none.
    """

    agent: str
    matters: tuple[str, ...]
    scope: str
    signed_on: date
    valid_from: date
    valid_until: date
    property_staff: bool = False
    exception: str = ""

    def to_object(self) -> dict[str, Any]:
        """Write it as it stands in the text of the paper ballot."""
        return {
            "agent": self.agent,
            "exception": self.exception,
            "matters": list(self.matters),
            "property_staff": self.property_staff,
            "scope": self.scope,
            "signed_on": self.signed_on.isoformat(),
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
        }


Authority = Guardian | Proxy | None
"""On what somebody else than the owner signs; nothing where it is the owner."""


def parse(said: object) -> Authority:
    """Read what ``to_object`` wrote.

    Raises
    ------
    UnreadableAuthority
    """
    match said:
        case None:
            return None
        case {"evidence": str(evidence), **more} if not more:
            return Guardian(evidence)
        case {
            "agent": str(agent),
            "exception": str(exception),
            "matters": [*matters],
            "property_staff": bool(property_staff),
            "scope": str(scope),
            "signed_on": str(signed_on),
            "valid_from": str(valid_from),
            "valid_until": str(valid_until),
            **more,
        } if not more and all(isinstance(each, str) for each in matters):
            return Proxy(
                agent,
                tuple(matters),
                scope,
                _day(signed_on),
                _day(valid_from),
                _day(valid_until),
                property_staff,
                exception,
            )
        case _:
            raise UnreadableAuthority("委托或监护的录入不完整")


def require_sound(capacity: str, authority: Authority) -> None:
    """Refuse a capacity in which nobody signs, and what is not the authority for it.

    Raises
    ------
    CarriedNotCast, UnreadableAuthority
    """
    match capacity, authority:
        case "owner", None:
            sound = True
        case "guardian", Guardian(evidence):
            sound = evidence in EVIDENCE
        case "proxy", Proxy():
            sound = (
                len(authority.agent) == _DIGEST_CHARACTERS
                and set(authority.agent) <= set("0123456789abcdef")
                and authority.scope in SCOPES
                and bool(authority.matters)
                and list(authority.matters) == sorted(set(authority.matters))
                # A blank is no clause, and would lift the cap all the same.
                and bool(authority.exception) == bool(authority.exception.strip())
            )
        case "representative", _:
            raise CarriedNotCast(
                "业主代表只能转交业主本人签名的表决票，不能代签：本人签名的按“业主本人”录入并注明转交；"
                "代为决定的须有书面委托，按“代理人”录入"
            )
        case _:
            sound = False
    if not sound:
        raise UnreadableAuthority(
            "代理人须写明其证件、委托事项、权限、期限与签署日期，监护人须写明证明文件的种类，"
            "业主本人则都不写，请对照原件补全；原件上就没有的，按“业主本人”录入并注明作废原因"
        )


def require_in_force(authority: Authority, on: date) -> None:
    """Refuse an authority outside of its days, and an agent whom the usual rules exclude.

    Parameters
    ----------
    on
        The day on which the ballot arrives, in Beijing.

    Raises
    ------
    AuthorityNotInForce, PropertyStaff
    """
    if not isinstance(authority, Proxy):
        return
    if not max(authority.signed_on, authority.valid_from) <= on <= authority.valid_until:
        raise AuthorityNotInForce(
            f"委托书于 {authority.signed_on} 签署，期限为 {authority.valid_from} 至 "
            f"{authority.valid_until}，今日不在其内；请核对原件，确不在期限内的注明作废原因后录入"
        )
    if authority.property_staff and not authority.exception:
        raise PropertyStaff(
            f"物业服务人的工作人员不得代理业主表决（{PROPERTY_STAFF}）；"
            "议事规则另有规定的，写明是哪一条，否则注明作废原因后录入"
        )


class Principals:
    """For how many owner groups each agent has signed so far, in the order of the log."""

    def __init__(self) -> None:
        self._groups: defaultdict[str, set[int | None]] = defaultdict(set)

    def count(self, agent: str, groups: Iterable[int]) -> None:
        """Count owner groups that an agent acts for otherwise than on paper."""
        self._groups[agent].update(groups)

    def take(self, authority: Authority, group: int | None) -> None:
        """Let an agent sign for one more owner group; several ballots of one are one.

        Raises
        ------
        TooManyPrincipals
        """
        if not isinstance(authority, Proxy):
            return
        groups = self._groups[authority.agent]
        if group not in groups and len(groups) >= USUAL.most and not authority.exception:
            raise TooManyPrincipals(
                f"这位代理人已代理 {len(groups)} 户，以 {USUAL.most} 户为限（{USUAL.source}）；"
                "议事规则另有规定的，写明是哪一条，否则注明作废原因后录入",
                most=USUAL.most,
            )
        groups.add(group)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableAuthority("委托的日期无法读取，应写作 2026-03-18") from error
    if day.isoformat() != text:
        raise UnreadableAuthority("委托的日期无法读取，应写作 2026-03-18")
    return day
