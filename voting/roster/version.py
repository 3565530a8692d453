"""A roster version: where it came from, how far it is, and what the rules say no to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voting.kernel.refusal import Refusal


class Supplier(StrEnum):
    """Who handed the data in; an office, never a person."""

    DEVELOPER = "建设单位"
    MANAGER = "物业服务人"
    REGISTRY = "不动产登记机构"
    STREET = "街道办事处或乡镇人民政府"
    COMMITTEE = "业主委员会或物业管理委员会"
    OWNER = "业主本人"
    OTHER = "其他"


@dataclass(frozen=True, slots=True)
class Provenance:
    """On what a version rests, beside the SHA-256 of its sheet.

    ``basis`` says it in words and names no person; ``evidence`` is the file that shows it, such
    as a scan, of which only the SHA-256 is kept.
    """

    supplied_by: Supplier = Supplier.OTHER
    basis: str = ""
    evidence: bytes = b""


@dataclass(frozen=True, slots=True)
class RosterSummary:
    """One roster version in figures. ``area_cm2`` in cm²; ``heads`` are owner groups.

    ``previous`` is the digest of the version before; ``corrects`` the frozen roster that this
    version was made to correct, if it was; ``stated`` what was said to stand in every row of
    columns that its sheet, or a sheet before it, did not have.
    """

    roster_id: str
    community: str
    version: int
    digest: str
    previous: str | None
    source_digest: str
    evidence_digest: str | None
    supplied_by: Supplier
    basis: str
    units: int
    heads: int
    area_cm2: int
    imported_at: datetime
    published_at: datetime | None
    objections_until: datetime | None
    freeze_proposed: bool
    frozen: bool
    corrects: str | None
    stated: Mapping[str, Sequence[str]]


class UnknownRoster(Refusal):
    """No roster has this id."""

    code = "unknown-roster"


class UnknownRosterUnit(Refusal):
    """The version to be amended has no such unit."""

    code = "unknown-roster-unit"


class NothingAmended(Refusal):
    """The amendment leaves every unit as it was."""

    code = "nothing-amended"


class EvidenceRequired(Refusal):
    """Units are to go, and no file shows why: no sheet and no evidence."""

    code = "evidence-required"


class MandatesWouldLapse(Refusal):
    """A new sheet lacks columns that the version before had, and nobody said that this is meant."""

    code = "mandates-would-lapse"


class TitlesWouldLapse(Refusal):
    """A sheet without title numbers would take from owners what they prove themselves by."""

    code = "titles-would-lapse"


class RosterNotFrozen(Refusal):
    """The roster may still change, so nothing can be built on it."""

    code = "roster-not-frozen"


class RosterAlreadyFrozen(Refusal):
    """What is frozen is not frozen again."""

    code = "roster-already-frozen"


class NewerRosterFrozen(Refusal):
    """A later version is the denominator already; an older one would undo what it put right."""

    code = "newer-roster-frozen"


class RosterNotPublished(Refusal):
    """Nobody could object to it yet (BJ art. 32: the list is published before the meeting)."""

    code = "roster-not-published"


class RosterAlreadyPublished(Refusal):
    """The list was published before; its objection period is not moved."""

    code = "roster-already-published"


class ObjectionPeriodRunning(Refusal):
    """Owners may still object."""

    code = "objection-period-running"


class ObjectionPeriodTooShort(Refusal):
    """Owners would not have the days to object that the law gives them (BJ art. 32)."""

    code = "objection-period-too-short"


class ObjectionsOpen(Refusal):
    """An objection has neither an answer nor a reasoned decision to go on without one."""

    code = "objections-open"


class ObjectionAccepted(Refusal):
    """An objection was right: a later version, in which it is put right, can be frozen."""

    code = "objection-accepted"


class FreezeNotProposed(Refusal):
    """The convener signs first, the supervisor confirms."""

    code = "freeze-not-proposed"


class SameAccount(Refusal):
    """Two people have to sign; both signatures came from one account."""

    code = "same-account"


class SignatoryUnidentified(Refusal):
    """Two people have to sign, and nobody can tell who uses one of the accounts."""

    code = "signatory-unidentified"


class SamePerson(Refusal):
    """Two people have to sign; both accounts are of one person, by number or by name."""

    code = "same-person"


class RosterErased(Refusal):
    """The personal data behind this version was erased after the retention period."""

    code = "roster-erased"
