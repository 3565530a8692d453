"""Rosters: import, amend, publish, freeze. Two roles sign what counts."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, File, Form, UploadFile
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.access import Anyone, Convener, ConvenerOrSupervisor, Supervisor, router, staff
from api.context import ONE_LINE, InService, UnitKey
from api.holding import UnitOut, units_out
from voting.roster import difference_report
from voting.roster.difference import totals
from voting.roster.sheet import MAX_BYTES as MAX_SHEET_BYTES
from voting.roster.stated import STATABLE, parse, statement_lines
from voting.roster.version import Provenance, RosterSummary, Supplier
from voting.staff.model import Account, Role

routes = router(prefix="/v1/rosters", tags=["业主清册"])

_FORM_OVERHEAD = 64 * 1024
_LONGEST_BASIS = 500
_MOST_REMOVED = 10_000

_SuppliedBy = Annotated[Supplier, Form(description="资料由谁提供")]
_Evidence = Annotated[
    UploadFile | None,
    File(description="依据文件（如扫描件）：只保存其 SHA-256，请自行保管原件；只删除房屋时必附"),
]
_Basis = Annotated[
    str,
    Form(
        max_length=_LONGEST_BASIS,
        pattern=ONE_LINE,
        description="依据，如“不动产登记簿查询结果”；不要写个人姓名与号码",
    ),
]
_Stated = Annotated[
    list[str] | None,
    Form(
        max_length=len(STATABLE),
        description="表中没有的列，每一行都相同的，统一写明，如“用途=住宅”；"
        f"可以写明的列：{'、'.join(STATABLE)}。写明了什么，记入登记簿，随公示列出",
    ),
]


class RosterOut(BaseModel):
    """One roster version. `area_cm2` 为平方厘米，`heads` 为全部房屋的产权组合数。"""

    model_config = ConfigDict(from_attributes=True)

    roster_id: str
    community: str
    version: int
    digest: str
    previous: str | None = Field(description="上一版的摘要")
    source_digest: str = Field(description="所依据文件的 SHA-256")
    evidence_digest: str | None = Field(description="另附的依据文件的 SHA-256")
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
    corrects: str | None = Field(description="由哪一份冻结的清册修改而来")
    stated: dict[str, list[str]] = Field(description="清册没有、由导入人统一写明的列")


class Imported(BaseModel):
    """What was imported: figures, what is different from the version before, what is doubtful."""

    roster: RosterOut
    reconciliation: dict[str, Any]
    difference: dict[str, Any] | None
    findings: list[dict[str, Any]]


class Amended(BaseModel):
    """The new version, what is different in it, what is doubtful."""

    roster: RosterOut
    difference: dict[str, Any] | None
    findings: list[dict[str, Any]]


class PublicationIn(BaseModel):
    """Until when owners have time to object before the roster can be frozen."""

    objections_until: AwareDatetime


class PublicRoster(BaseModel):
    """The list for objections: units, areas and totals; nothing of who owns which of them."""

    community: str
    version: int
    digest: str
    published_at: datetime | None
    objections_until: datetime | None
    frozen: bool
    stated: list[str] = Field(description="清册没有、由导入人统一写明的列，逐列一句")
    totals: dict[str, Any]
    units: list[UnitOut]
    difference: dict[str, Any] | None
    objections: int
    unanswered: int


@routes.get("")
def listing(
    service: InService,
    _account: Annotated[
        Account, Depends(staff(Role.CONVENER, Role.SUPERVISOR, Role.ADMINISTRATOR))
    ],
) -> list[RosterOut]:
    """列出各版业主清册。"""
    return [_roster(summary) for summary in service.rosters.summaries()]


@routes.post("", status_code=201, max_body_size=MAX_SHEET_BYTES + _FORM_OVERHEAD)
def import_sheet(
    service: InService,
    account: Convener,
    *,
    community: Annotated[str, Form(min_length=1, max_length=128, pattern=ONE_LINE)],
    file: Annotated[UploadFile, File(description="业主清册：xlsx、xls 或 CSV")],
    supplied_by: _SuppliedBy = Supplier.OTHER,
    basis: _Basis = "",
    evidence: _Evidence = None,
    stated: _Stated = None,
    another_community: Annotated[
        bool, Form(description="名称与已有小区相近，但确为另一个小区")
    ] = False,
    mandates_lapse: Annotated[
        bool, Form(description="上一版登记的表决人、代理人与业主状态，表中没有相应列的，不再有效")
    ] = False,
    titles_lapse: Annotated[
        bool, Form(description="上一版登记的产权证号，表中没有这一列的，不再有效")
    ] = False,
) -> Imported:
    """导入一份业主清册作为新版本；有任何问题则逐条列出，什么也不导入。"""
    shown = b"" if evidence is None else evidence.file.read()
    summary, reconciliation = service.rosters.import_sheet(
        file.file.read(),
        file.filename or "",
        community,
        by=account.account_id,
        provenance=Provenance(supplied_by, basis, shown),
        stated=parse(stated or ()),
        another_community=another_community,
        mandates_lapse=mandates_lapse,
        titles_lapse=titles_lapse,
    )
    return Imported(
        roster=_roster(summary),
        reconciliation=asdict(reconciliation),
        difference=_difference(service, summary.roster_id, account),
        findings=service.rosters.findings(summary.roster_id),
    )


@routes.post("/check", max_body_size=MAX_SHEET_BYTES + _FORM_OVERHEAD)
def check(
    service: InService,
    _account: Convener,
    file: Annotated[UploadFile, File(description="业主清册：xlsx、xls 或 CSV")],
    stated: _Stated = None,
) -> dict[str, Any]:
    """导入之前先看：表是怎样读的、统一写明了什么、每个问题、产权组合与各种总数；什么也不保存。"""
    return service.rosters.check(file.file.read(), file.filename or "", parse(stated or ()))


@routes.post(
    "/{roster_id}/amendments", status_code=201, max_body_size=MAX_SHEET_BYTES + _FORM_OVERHEAD
)
def amend(
    roster_id: str,
    service: InService,
    account: Convener,
    file: Annotated[
        UploadFile | None, File(description="清册格式的表格，只列新增或有变化的房屋")
    ] = None,
    removed: Annotated[list[UnitKey] | None, Form(max_length=_MOST_REMOVED)] = None,
    supplied_by: _SuppliedBy = Supplier.OTHER,
    basis: _Basis = "",
    evidence: _Evidence = None,
    stated: _Stated = None,
) -> Amended:
    """在一版清册上修改若干房屋，成为新版本；原来那一版不变。"""
    shown = b"" if evidence is None else evidence.file.read()
    summary = service.rosters.amend(
        roster_id,
        None if file is None else file.file.read(),
        "" if file is None else file.filename or "",
        frozenset(removed or ()),
        by=account.account_id,
        provenance=Provenance(supplied_by, basis, shown),
        stated=parse(stated or ()),
    )
    return Amended(
        roster=_roster(summary),
        difference=_difference(service, summary.roster_id, account),
        findings=service.rosters.findings(summary.roster_id),
    )


@routes.get("/{roster_id}/findings")
def findings(
    roster_id: str,
    service: InService,
    _account: ConvenerOrSupervisor,
) -> list[dict[str, Any]]:
    """导入时记下的警告与提示：它们不妨碍导入，冻结之前应当逐条看过。"""
    return service.rosters.findings(roster_id)


@routes.post("/{roster_id}/publication")
def publish(
    roster_id: str, body: PublicationIn, service: InService, account: Convener
) -> RosterOut:
    """公示这一版清册，接受业主异议；异议期满以前不能冻结。"""
    until = body.objections_until.replace(microsecond=0)
    return _roster(service.rosters.freezing.publish(roster_id, until, by=account.account_id))


@routes.get(
    "/{roster_id}",
    dependencies=[Depends(Anyone("公示的清册：只有房号、面积、用途与总数"))],
)
def published(roster_id: str, service: InService) -> PublicRoster:
    """公示或冻结的清册，与上一版的差异，异议件数。"""
    summary, document = service.rosters.published(roster_id)
    objections = service.rosters.objections.states(roster_id)
    difference = service.rosters.difference(roster_id)
    return PublicRoster(
        community=summary.community,
        version=summary.version,
        digest=summary.digest,
        published_at=summary.published_at,
        objections_until=summary.objections_until,
        frozen=summary.frozen,
        stated=statement_lines(summary.stated),
        totals=totals(document).to_object(),
        units=units_out(document.units),
        difference=None
        if difference is None
        else difference_report.published(difference, service.rosters.mandates_changed(roster_id)),
        objections=len(objections),
        unanswered=sum(objection.outcome is None for objection in objections),
    )


@routes.get("/{roster_id}/difference")
def difference_in_full(
    roster_id: str,
    service: InService,
    account: ConvenerOrSupervisor,
) -> dict[str, Any] | None:
    """与上一版的全部差异，逐套写明业主、产权组合、售出交付与谁可以表决的变更：签署之前应当看过。"""
    return _difference(service, roster_id, account)


@routes.post("/{roster_id}/freeze")
def propose_freeze(roster_id: str, service: InService, account: Convener) -> RosterOut:
    """召集人签署冻结；须再经监督单位确认，才成为表决的分母。"""
    return _roster(service.rosters.freezing.propose(roster_id, by=account.account_id))


@routes.post("/{roster_id}/freeze/confirmation")
def confirm_freeze(roster_id: str, service: InService, account: Supervisor) -> RosterOut:
    """监督单位确认冻结。"""
    return _roster(service.rosters.freezing.confirm(roster_id, by=account.account_id))


def _roster(summary: RosterSummary) -> RosterOut:
    return RosterOut.model_validate(summary)


def _difference(service: InService, roster_id: str, account: Account) -> dict[str, Any] | None:
    difference = service.rosters.difference(roster_id)
    if difference is None:
        return None
    mandates = service.rosters.mandate_changes(roster_id, by=account.account_id)
    stated = statement_lines(service.rosters.stated(roster_id))
    return difference_report.in_full(difference, mandates) | {"stated": stated}
