"""Checks 3 to 5: the log of the assembly in itself."""

from voting.assembly.entries import CORRECTION
from voting.box.entries import OBJECTION, PAPER, PHONE
from voting.kernel.clock import parse_timestamp
from voting.ledger.tiles import read_layout
from voting.ledger.tree import leaf_hash, root_of
from voting.outcome.evidence import Evidence
from voting.outcome.verify import members
from voting.outcome.verify.finding import Problems


def signature(evidence: Evidence) -> Problems:
    """Check 3: signed by the key of the log of this assembly."""
    origin = evidence.checkpoint.origin
    if origin != evidence.manifest["log"]["origin"]:
        yield "检查点与清单所写的日志名称不符"
    if not origin.endswith(f"/assemblies/{evidence.assembly_id}"):
        yield f"日志 {origin} 不是这次业主大会的日志"


def tree(evidence: Evidence) -> Problems:
    """Check 4: every tile follows from the entries, and so does the signed root."""
    leaves = [leaf_hash(entry) for entry in read_layout(evidence.tiles, evidence.checkpoint.size)]
    if root_of(leaves) != evidence.checkpoint.root:
        yield "由日志条目算出的根哈希与检查点不符"


def order(evidence: Evidence) -> Problems:
    """Check 5: the notice, ballots and corrections, the close, the result."""
    kinds = [entry["type"] for entry in evidence.entries]
    close = evidence.close_position
    if kinds[0] != "notice":
        yield "日志第 0 条须为会议通知"
    for place, kind in enumerate(kinds[1:close], start=1):
        if kind not in {PHONE, PAPER, CORRECTION, OBJECTION}:
            yield f"日志第 {place} 条是 {kind}，截止之前只能是表决票、异议或清册更正"
    if kinds[close + 1 :] != ["result"]:
        yield "截止之后须恰有一条结果记录"
    odd = False
    for place, entry in enumerate(evidence.entries):
        for problem in members.problems(entry, members.IN_LOG, f"日志第 {place} 条"):
            odd = True
            yield problem
    if not odd:
        yield from _early(evidence)


def _early(evidence: Evidence) -> Problems:
    """Find a close within the window that the notice gives to ballots, or a result before it."""
    entry, *after = evidence.entries[evidence.close_position :]
    closed = parse_timestamp(entry["at"])
    if closed < evidence.poll.closes_at:
        yield "截止记录早于会议通知所写的投票截止时间"
    if any(parse_timestamp(each["at"]) < closed for each in after):
        yield "结果记录的时间早于截止"
