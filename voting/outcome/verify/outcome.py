"""Checks 10 and 11: result and certificate."""

from voting.kernel import canonical
from voting.outcome.evidence import Evidence
from voting.outcome.verify.finding import Problems


def result(evidence: Evidence) -> Problems:
    """Check 10: the result is the one that the log ends with."""
    digest = canonical.digest(evidence.file("result.json"))
    if evidence.entries[-1].get("result") != digest:
        yield "结果与日志最后一条所固定的摘要不符"
    result = evidence.result
    if result["assembly"] != evidence.assembly_id:
        yield "结果属于另一次业主大会"
    if (result["notice"], result["roster"]) != (
        evidence.poll.notice_digest,
        evidence.roster.digest,
    ):
        yield "结果所依据的通知或清册不是这一份"


def certificate(evidence: Evidence) -> Problems:
    """Check 11: the certificate is the one that the register names."""
    certificate = evidence.only("certificate").entry
    if certificate["assembly"] != evidence.assembly_id:
        yield "登记簿所记的凭证属于另一次业主大会"
    if certificate["certificate"] != canonical.digest(evidence.file("certificate.pdf")):
        yield "凭证 PDF 与登记簿所固定的摘要不符"
    if certificate["result"] != canonical.digest(evidence.file("result.json")):
        yield "登记簿所记凭证依据的是另一份结果"
