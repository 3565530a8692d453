"""The one table from refusal to RFC 9457 problem."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.access import CrossSiteRequest
from api.composition import SchemaOutdated
from api.deployment import AlreadyInitialised, NotInitialised, UnreadableName, UnsafeSecret
from api.settings import UnfitSettings
from voting.assembly import refusals as assembly
from voting.assembly.agenda import AgendaUnreadable
from voting.ballot import refusals as ballot
from voting.box import refusals as box
from voting.box.sheet import BallotSheetUnreadable
from voting.box.verify import LogKeyNeeded, MalformedReceipt
from voting.count.logged import LogDisagrees
from voting.count.refusals import InputsUnreadable
from voting.count.service import ChoicesSealed
from voting.identity import refusals as identity
from voting.infra.occupancy import DatabaseInUse
from voting.infra.orm import UnreadableText
from voting.infra.throttle import TooManyAttempts
from voting.kernel import dsse
from voting.kernel.area import UnreadableArea
from voting.kernel.canonical import NotCanonical
from voting.kernel.refusal import Refusal
from voting.kernel.suites import BadSignature, WeakKey
from voting.ledger import refusals as ledger
from voting.outcome.bundle import BundleUnreadable
from voting.outcome.certificate import CertificateUnprintable
from voting.outcome.court import PeopleUnreadable, RecipientUnreadable
from voting.outcome.pieces import Missing
from voting.outcome.service import NotCertified
from voting.outcome.timestamp import StampUnreadable
from voting.roster import community, correction, objection
from voting.roster import version as roster
from voting.roster.refusals import RosterUnreadable
from voting.roster.stated import UnreadableStatement
from voting.roster.statistics import StatisticsUnreadable
from voting.roster.vault import KeyMissing
from voting.staff import refusals as staff

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[Refusal], int] = {
    AgendaUnreadable: 422,
    BadSignature: 403,
    CertificateUnprintable: 422,
    ChoicesSealed: 409,
    CrossSiteRequest: 403,
    DatabaseInUse: 503,
    KeyMissing: 503,
    LogDisagrees: 500,
    NotCanonical: 400,
    NotCertified: 404,
    RosterUnreadable: 422,
    RecipientUnreadable: 422,
    TooManyAttempts: 429,
    UnreadableArea: 422,
    UnreadableText: 422,
    WeakKey: 422,
    assembly.AgendaDoesNotFit: 422,
    assembly.ClockWentBackwards: 503,
    assembly.NoticeTooShort: 409,
    assembly.TooEarly: 409,
    assembly.UnknownAssembly: 404,
    assembly.WrongState: 409,
    ballot.MalformedBallot: 400,
    ballot.NotYourUnit: 403,
    ballot.PollClosed: 409,
    ballot.PollNotOpen: 409,
    ballot.TooManyTicks: 422,
    ballot.UnitRemoved: 409,
    ballot.UnknownUnit: 422,
    ballot.UnreadableChoice: 422,
    ballot.WrongAssembly: 409,
    ballot.WrongNotice: 409,
    ballot.WrongRoster: 409,
    box.AlreadyObjected: 409,
    box.AlreadyVoted: 409,
    box.AuthorityNotInForce: 409,
    box.BeyondAuthority: 409,
    box.BoxBusy: 503,
    box.CarriedNotCast: 409,
    box.DifferentChoices: 409,
    box.MalformedObjection: 400,
    box.NotCoOwned: 409,
    box.NothingToObjectTo: 409,
    box.PaperAlreadyAccepted: 409,
    box.PaperEntriesDiffer: 409,
    box.PropertyStaff: 409,
    box.SameClerk: 409,
    box.TooManyPrincipals: 409,
    box.UnknownPaper: 404,
    box.UnknownScan: 404,
    box.UnreadableAuthority: 422,
    box.UnreadablePaper: 422,
    box.UnreadableScan: 422,
    box.WrongSequence: 409,
    dsse.EnvelopeTooLarge: 413,
    dsse.MalformedEnvelope: 400,
    dsse.WrongPayloadType: 400,
    identity.ChallengeInvalid: 409,
    identity.CodesNotOffered: 409,
    identity.IdentityNotProved: 403,
    identity.KeyInUse: 409,
    identity.NotTheVoter: 403,
    identity.PossessionNotProved: 403,
    identity.ProviderNotOffered: 409,
    identity.ProviderUnreachable: 503,
    identity.StaleRequest: 403,
    identity.StrongerProofNeeded: 403,
    identity.TokenRefused: 403,
    identity.UnknownKey: 403,
    identity.UnreadableClaim: 422,
    ledger.NoSuchEntry: 404,
    ledger.NoSuchTile: 404,
    ledger.UnknownLog: 404,
    community.CommunityInDoubt: 409,
    correction.CorrectionInForce: 409,
    correction.CorrectionNotProposed: 409,
    correction.CorrectionOutdated: 409,
    correction.NoCorrection: 409,
    correction.RosterCorrected: 409,
    objection.ObjectionAnswered: 409,
    objection.ReasonRequired: 422,
    objection.UnknownObjection: 404,
    objection.UnreadableObjection: 400,
    roster.EvidenceRequired: 422,
    roster.FreezeNotProposed: 409,
    roster.MandatesWouldLapse: 409,
    roster.TitlesWouldLapse: 409,
    UnreadableStatement: 422,
    roster.NewerRosterFrozen: 409,
    roster.NothingAmended: 422,
    roster.ObjectionPeriodRunning: 409,
    roster.ObjectionPeriodTooShort: 422,
    roster.ObjectionAccepted: 409,
    roster.ObjectionsOpen: 409,
    roster.RosterAlreadyFrozen: 409,
    roster.RosterAlreadyPublished: 409,
    roster.RosterErased: 409,
    roster.RosterNotFrozen: 409,
    roster.RosterNotPublished: 409,
    roster.SameAccount: 409,
    roster.SamePerson: 409,
    roster.SignatoryUnidentified: 409,
    roster.UnknownRoster: 404,
    roster.UnknownRosterUnit: 404,
    staff.NotSignedIn: 401,
    staff.PersonKnown: 409,
    staff.PasswordChangeRequired: 403,
    staff.RoleNotAllowed: 403,
    staff.SignInFailed: 401,
    staff.UnknownAccount: 404,
    staff.UsernameTaken: 409,
    staff.WeakPassword: 422,
}

COMMANDS_ONLY: frozenset[type[Refusal]] = frozenset(
    {
        AlreadyInitialised,
        BallotSheetUnreadable,
        BundleUnreadable,
        LogKeyNeeded,
        MalformedReceipt,
        InputsUnreadable,
        Missing,
        PeopleUnreadable,
        StampUnreadable,
        NotInitialised,
        SchemaOutdated,
        StatisticsUnreadable,
        UnfitSettings,
        UnreadableName,
        UnsafeSecret,
        ledger.InconsistentLog,
        ledger.LogDoubtful,
        ledger.MalformedCheckpoint,
        ledger.MalformedKey,
        ledger.MalformedNote,
        ledger.MalformedProof,
        ledger.MalformedSubmission,
        ledger.NotInLog,
        ledger.StaleSubmission,
        ledger.TilesDisagree,
        ledger.UnknownSigner,
        ledger.UnsafeWitnessKey,
        ledger.WitnessInUse,
        ledger.WitnessStateDoubtful,
        ledger.WrongOrigin,
    }
)
"""Refusals of the commands, at start-up or over files; no request can meet them."""


_HTTP_DETAILS = {
    404: "没有这个地址，请核对网址；业主投票请打开 /vote",
    405: "这个地址不支持这种请求方式，请查看接口说明 /v1/openapi.json",
    413: "请求的内容太大，请缩小文件后再试",
}


class ProblemResponse(JSONResponse):
    """A problem document."""

    media_type = MEDIA_TYPE

    def render(self, content: Mapping[str, Any]) -> bytes:
        """Write the document; a half surrogate pair that is repeated from a request turns to ?."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
            errors="replace"
        )


def problem(_request: Request, refusal: Exception) -> JSONResponse:
    """Answer with the problem document of a refusal."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for refusals only
    status = STATUS[type(refusal)]
    body = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.code.replace("-", " ").capitalize(),
        "status": status,
        "detail": refusal.detail,
    }
    headers = {}
    if "retry_after_seconds" in refusal.facts:
        headers["Retry-After"] = str(refusal.facts["retry_after_seconds"])
    return ProblemResponse(refusal.facts | body, status, headers)


def invalid_request(_request: Request, error: Exception) -> JSONResponse:
    """Answer a request of the wrong shape; what was sent is never echoed."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these only
    places = [
        {"place": ".".join(map(str, found["loc"])), "message": found["msg"]}
        for found in error.errors()
    ]
    body = {
        "type": "/problems/invalid-request",
        "title": "Invalid request",
        "status": 422,
        "detail": "请求的内容不完整或格式不对，请核对所填的各项后再试",
        "problems": places,
    }
    return ProblemResponse(body, 422)


def http_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer an unknown path or method in the same form as everything else."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these only
    body = {
        "type": "about:blank",
        "title": error.detail,
        "status": error.status_code,
        "detail": _HTTP_DETAILS.get(error.status_code, "请求的内容无法读取，请核对后再试"),
    }
    return ProblemResponse(body, error.status_code, error.headers)


def fault(_request: Request, _error: Exception) -> JSONResponse:
    """Answer when the program itself failed; what happened stands in the log, never here."""
    body = {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "服务器内部出错，已记入日志，请稍后再试",
    }
    return ProblemResponse(body, 500)
