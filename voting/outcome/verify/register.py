"""Checks 8 and 9: the entries of the register, and what they say."""

from voting.assembly.entries import CORRECTION
from voting.kernel.clock import parse_timestamp
from voting.ledger.checkpoint import Checkpoint, open_checkpoint
from voting.ledger.tree import leaf_hash, root_of, verify_inclusion
from voting.outcome import bundle, mandates, origin
from voting.outcome.evidence import Evidence, ProvedEntry
from voting.outcome.pieces import integer, same
from voting.outcome.verify import members
from voting.outcome.verify.finding import Problems
from voting.roster.signatories import are_two


def included(evidence: Evidence) -> Problems:
    """Check 8: every entry enclosed is in the register that was signed."""
    checkpoint = evidence.register_checkpoint
    if checkpoint.origin != evidence.manifest["register"]["origin"]:
        yield "检查点与清单所写的登记簿名称不符"
    indexes = [proved.index for proved in evidence.register]
    if indexes != sorted(set(indexes)):
        yield "登记簿条目须按编号排列且不重复"
    for proved in evidence.register:
        leaf = leaf_hash(proved.data)
        if not verify_inclusion(
            leaf, proved.index, checkpoint.size, proved.hashes, checkpoint.root
        ):
            yield f"登记簿第 {proved.index} 条不能证明在登记簿之中"


def registered(evidence: Evidence) -> Problems:
    """Check 9: roster, assembly, opening, corrections and close, as the register has them."""
    for proved in evidence.register:
        where = f"登记簿第 {proved.index} 条"
        yield from members.problems(proved.entry, members.IN_REGISTER, where)
    roster = evidence.only("roster")
    manifest = evidence.only("assembly")
    opened, closed = evidence.only("assembly-opened"), evidence.only("assembly-closed")
    if roster.entry["digest"] != evidence.roster.digest:
        yield "登记簿所记的业主清册不是这一份"
    if not are_two(roster.entry):
        yield f"登记簿第 {roster.index} 条的清册冻结须由两个账号签署，并且是两个人"
    pinned = (evidence.assembly_id, evidence.poll.notice_digest, evidence.roster.digest)
    entry = manifest.entry
    if (entry["assembly"], entry["notice"], entry["roster"]) != pinned:
        yield "登记簿所记的会议与通知、清册不符"
    if entry["origin"] != evidence.checkpoint.origin:
        yield "登记簿所记的会议日志是另一个"
    for event in (opened, closed):
        if event.entry["assembly"] != evidence.assembly_id:
            yield f"登记簿第 {event.index} 条属于另一次业主大会"
    yield from _dated(evidence, opened, closed)
    yield from _ended(evidence)
    yield from origin.check(evidence, roster)
    yield from _corrected(evidence, manifest, closed)
    if evidence.is_open:
        yield from mandates.check(evidence, roster)
    yield from _pinned_log(evidence, opened, 1)
    yield from _pinned_log(evidence, closed, evidence.close_position + 1)
    pinned_register = open_checkpoint(
        evidence.entries[0]["register"].encode(), evidence.register_key
    )
    if not roster.index < manifest.index < pinned_register.size <= opened.index < closed.index:
        yield "清册、会议、开始与截止在登记簿中的先后次序不对"


def _dated(evidence: Evidence, opened: ProvedEntry, closed: ProvedEntry) -> Problems:
    """Find a box opened or closed before the notice lets it be.

    It may have been opened late, after the window even: somebody has to do it.
    """
    opening, closing = (parse_timestamp(event.entry["at"]) for event in (opened, closed))
    if opening < evidence.poll.opens_at:
        yield f"登记簿第 {opened.index} 条的开始早于会议通知所写的投票开始时间"
    if closing < max(opening, evidence.poll.closes_at):
        yield f"登记簿第 {closed.index} 条的截止早于开始，或早于会议通知所写的投票截止时间"


def _ended(evidence: Evidence) -> Problems:
    """Find the end of a key that is not enclosed: nobody could say what it ended."""
    enrolled = [proved.index for proved in evidence.registered("device-key")]
    for end in evidence.registered("device-key-revoked"):
        if integer(end.entry["enrolment"]) not in [at for at in enrolled if at < end.index]:
            yield f"登记簿第 {end.index} 条所终止的密钥登记不在它之前"


def _corrected(evidence: Evidence, manifest: ProvedEntry, closed: ProvedEntry) -> Problems:
    """Compare the corrections of the roster with what two accounts signed in the register."""
    acts = evidence.registered("roster-correction")
    logged = [
        [place, entry["correction"], entry["roster"]]
        for place, entry in enumerate(evidence.entries)
        if entry["type"] == CORRECTION
    ]
    told = evidence.result.get("corrections", [])
    if not same([[each["position"], each["correction"], each["roster"]] for each in told], logged):
        yield "结果所写的清册更正与日志所记的不同"
    if evidence.is_open or bundle.CORRECTIONS in evidence.files:
        # What is enclosed has to be what the log names.
        expected = [(each.act.digest, each.corrected.digest) for each in evidence.corrections]
    else:
        expected = [(correction, corrected) for _, correction, corrected in logged]
    if [(act.entry["correction"], act.entry["digest"]) for act in acts] != expected:
        yield "登记簿所记的清册更正与日志所记的不同"
    for act in acts:
        if not are_two(act.entry):
            yield f"登记簿第 {act.index} 条的清册更正须由两个账号签署，并且是两个人"
        if not manifest.index < act.index < closed.index:
            yield f"登记簿第 {act.index} 条的清册更正不在表决期间"


def _pinned_log(evidence: Evidence, event: ProvedEntry, size: int) -> Problems:
    """Compare a checkpoint kept in the register with the log's beginning."""
    pinned = open_checkpoint(event.entry["checkpoint"].encode(), evidence.log_key)
    root = root_of([leaf_hash(entry) for entry in evidence.log[:size]])
    if pinned != Checkpoint(evidence.checkpoint.origin, size, root):
        yield f"登记簿第 {event.index} 条所固定的日志检查点与日志不符"
