"""Checks 10 and 11: result and certificate."""

from voting.kernel import canonical
from voting.ledger.tree import leaf_hash, root_of
from voting.outcome.evidence import Evidence
from voting.outcome.pieces import same
from voting.outcome.verify.finding import Problems


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


def certificate(evidence: Evidence) -> Problems:
    """Check 11: the certificate is the one that the register names."""
    certificate = evidence.only("certificate").entry
    if certificate["assembly"] != evidence.assembly_id:
        yield "登记簿所记的凭证属于另一次业主大会"
    if certificate["certificate"] != canonical.digest(evidence.file("certificate.pdf")):
        yield "凭证 PDF 与登记簿所固定的摘要不符"
    if certificate["result"] != canonical.digest(evidence.file("result.json")):
        yield "登记簿所记凭证依据的是另一份结果"
