"""Checks 10 and 11: result and certificate."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tally.model import MixedUnits
from voting.assembly.entries import CORRECTION
from voting.box.entries import OBJECTION, PAPER, PHONE
from voting.count.result import FORMAT
from voting.kernel import canonical
from voting.ledger.tree import leaf_hash, root_of
from voting.outcome.evidence import Evidence
from voting.outcome.pieces import same
from voting.outcome.verify.finding import Problems

_ALWAYS = {
    "assembly", "ballots", "community", "decision_date", "format", "items", "log", "notice",
    "roster", "title",
}  # fmt: skip
_BALLOTS = {"paper", "phone", "superseded", "void"}
_CORRECTION = {"at", "correction", "position", "roster", "totals"}


def result(evidence: Evidence) -> Problems:
    """Check 10: the result is the one that the log ends with, of this vote and this log."""
    digest = canonical.digest(evidence.file("result.json"))
    if evidence.entries[-1].get("result") != digest:
        yield "结果与日志最后一条所固定的摘要不符"
    begun, agenda = evidence.log[: evidence.close_position + 1], evidence.notice.agenda
    known = {
        "assembly": evidence.assembly_id,
        "community": evidence.roster.community,
        "decision_date": agenda.decision_date.isoformat(),
        "format": FORMAT,
        "log": {
            "origin": evidence.checkpoint.origin,
            "root": root_of([leaf_hash(entry) for entry in begun]).hex(),
            "size": len(begun),
        },
        "notice": evidence.poll.notice_digest,
        "roster": evidence.roster.digest,
        "title": agenda.title,
    }
    for name, value in known.items():
        if not same(evidence.result[name], value):
            yield f"结果所写的 {name} 与日志、通知或清册不符"
    if any(not needed <= part.keys() <= needed | more for part, needed, more in _parts(evidence)):
        yield "结果缺少内容或含有多余内容"
    yield from _listed(evidence)


def _parts(evidence: Evidence) -> Iterator[tuple[dict[str, Any], set[str], set[str]]]:
    """Give what a result is made of, but its items: each with its members and further ones.

    What the items say beside their names only counting again tells.
    """
    result = evidence.result
    corrections, objections = result.get("corrections", []), result.get("objections", [])
    refuses = evidence.notice.agenda.policies.mixed_units is MixedUnits.REFUSE_DIFFERENT
    expected = {"corrected", "corrections"} if corrections else set()
    yield result, _ALWAYS | expected | ({"objections"} if objections else set()), set()
    yield result["ballots"], _BALLOTS | ({"refused"} if refuses else set()), set()
    for correction in corrections:
        yield correction, _CORRECTION, {"mandates", "removed"}
    for objection in objections:
        yield objection, {"at", "ballots", "position"}, set()
    if corrections:
        yield result["corrected"], {"items", "roster"}, set()


def _listed(evidence: Evidence) -> Problems:
    """Compare what anybody can list without opening a ballot."""
    result, before = evidence.result, evidence.entries[: evidence.close_position]
    kinds = Counter(entry["type"] for entry in before)
    ballots = [result["ballots"]["paper"], result["ballots"]["phone"]]
    if not same(ballots, [kinds[PAPER], kinds[PHONE]]):
        yield "结果所写的表决票张数与日志不符"
    objected = [
        [entry["at"], place] for place, entry in enumerate(before) if entry["type"] == OBJECTION
    ]
    told = [[each["at"], each["position"]] for each in result.get("objections", [])]
    if not same(told, objected):
        yield "结果所写的异议与日志所记的不同"
    agenda = [[item.id, item.form.value, item.title] for item in evidence.notice.agenda.items]
    if not same(_named(result["items"]), agenda):
        yield "结果所写的议题不是会议通知的议题"
    corrected = [entry["roster"] for entry in before if entry["type"] == CORRECTION][-1:]
    if corrected and "corrected" in result:
        # Check 9 compares the corrections themselves.
        if not same(_named(result["corrected"]["items"]), agenda):
            yield "更正后结果的议题不是会议通知的议题"
        if not same([result["corrected"]["roster"]], corrected):
            yield "更正后的结果依据的是另一份清册"


def _named(items: Iterable[dict[str, Any]]) -> list[list[Any]]:
    return [[item["id"], item["form"], item["title"]] for item in items]


def certificate(evidence: Evidence) -> Problems:
    """Check 11: the certificate is the one that the register names."""
    certificate = evidence.only("certificate").entry
    if certificate["assembly"] != evidence.assembly_id:
        yield "登记簿所记的凭证属于另一次业主大会"
    if certificate["certificate"] != canonical.digest(evidence.file("certificate.pdf")):
        yield "凭证 PDF 与登记簿所固定的摘要不符"
    if certificate["result"] != canonical.digest(evidence.file("result.json")):
        yield "登记簿所记凭证依据的是另一份结果"
