"""The offline check of an audit bundle: a numbered list, every failure reported, no network.

====  ================================================================  ============
no.   check                                                             level
====  ================================================================  ============
1     the bundle is complete and in its canonical form                  every
2     every file has the digest that the manifest lists                 every
3     the log's checkpoint is signed by the log's key                   every
4     every tile agrees with the entries, and they lead to the root     every
5     the log's entries stand in a lawful order                         every
6     the notice is the one the log begins with                         every
7     the roster is the one the notice pins                             every
8     the register's entries lead to its signed root                    every
9     the register knows roster, its origin, corrections, assembly,     every
      opening and close; who could vote is what two people signed       (supervised)
10    the result is the one the log pins                                every
11    the certificate is the one the register pins                      every
12    every ballot and objection is what the log committed to           supervised
13    every ballot and objection was signed, entitled and in time       supervised
14    counting again gives the very same result                         supervised
====  ================================================================  ============
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from tally.errors import TallyError
from voting.assembly.entries import CORRECTION
from voting.ballot.verify import require_open, verify
from voting.box import paper
from voting.box.entries import OBJECTION, PAPER, PHONE
from voting.count.logged import ballot_entries, open_ballots, open_objections
from voting.count.result import count_log
from voting.identity.entries import key_statement
from voting.identity.model import EnrolledKey
from voting.identity.refusals import UnknownKey
from voting.kernel import canonical, dsse
from voting.kernel.clock import parse_timestamp
from voting.kernel.refusal import Refusal
from voting.kernel.suites import load_key
from voting.ledger.checkpoint import Checkpoint, open_checkpoint
from voting.ledger.tree import leaf_hash, root_of, verify_inclusion
from voting.outcome import bundle, mandates, objections, one_voice, origin
from voting.outcome.bundle import Level
from voting.outcome.evidence import Evidence, ProvedEntry
from voting.roster.document import RosterDocument
from voting.roster.entitled import after_correction, with_voters
from voting.roster.signatories import are_two

Problems = Iterator[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. ``performed`` is false where this level holds no evidence for it."""

    number: int
    title: str
    performed: bool
    problems: tuple[str, ...]


def verify_bundle(data: bytes) -> list[Finding]:
    """Run every check on a bundle and report all that fails, not the first.

    Parameters
    ----------
    data
        The zip, byte for byte.

    Returns
    -------
    list of Finding
        One for each number of the table above.
    """
    try:
        evidence = Evidence(bundle.read(data))
        level = evidence.level
    except Refusal as refusal:
        return [Finding(1, _CHECKS[0][0], performed=True, problems=(refusal.detail,))]
    return [
        Finding(
            number,
            title,
            performed=level in levels,
            problems=tuple(_run(check, evidence)) if level in levels else (),
        )
        for number, (title, levels, check) in enumerate(_CHECKS, start=1)
    ]


def _run(check: Callable[[Evidence], Problems], evidence: Evidence) -> Problems:
    try:
        yield from check(evidence)
    except Refusal as refusal:
        yield refusal.detail
    except TallyError as error:
        yield str(error)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        # The bundle may come from an adversary: an odd shape is a finding, not a crash.
        yield f"内容的结构不对（{type(error).__name__}）"


def _complete(evidence: Evidence) -> Problems:
    for path in sorted(evidence.unexpected_files()):
        yield f"缺少或多出文件 {path}"


def _digests(evidence: Evidence) -> Problems:
    listed = evidence.manifest["files"]
    actual = {
        path: canonical.digest(data)
        for path, data in evidence.files.items()
        if path != bundle.MANIFEST
    }
    for path in sorted(listed.keys() | actual.keys()):
        if listed.get(path) != actual.get(path):
            yield f"{path} 与清单中的摘要不符"


def _log_signature(evidence: Evidence) -> Problems:
    origin = evidence.checkpoint.origin
    if origin != evidence.manifest["log"]["origin"]:
        yield "检查点与清单所写的日志名称不符"
    if not origin.endswith(f"/assemblies/{evidence.assembly_id}"):
        yield f"日志 {origin} 不是这次业主大会的日志"


def _log_tree(evidence: Evidence) -> Problems:
    leaves = [leaf_hash(entry) for entry in evidence.log]
    if root_of(leaves) != evidence.checkpoint.root:
        yield "由日志条目算出的根哈希与检查点不符"


def _log_order(evidence: Evidence) -> Problems:
    kinds = [entry["type"] for entry in evidence.entries]
    close = evidence.close_position
    if kinds[0] != "notice":
        yield "日志第 0 条须为会议通知"
    for place, kind in enumerate(kinds[1:close], start=1):
        if kind not in {PHONE, PAPER, CORRECTION, OBJECTION}:
            yield f"日志第 {place} 条是 {kind}，截止之前只能是表决票、异议或清册更正"
    if kinds[close + 1 :] != ["result"]:
        yield "截止之后须恰有一条结果记录"
    for place, entry in enumerate(evidence.entries[1:], start=1):
        try:
            parse_timestamp(entry["at"])
        except (KeyError, TypeError, ValueError):
            yield f"日志第 {place} 条的时间无法读取"


def _notice(evidence: Evidence) -> Problems:
    first = evidence.entries[0]
    if first["notice"] != evidence.poll.notice_digest:
        yield "会议通知与日志第 0 条所固定的不符"
    if evidence.notice.assembly_id != evidence.assembly_id:
        yield "会议通知属于另一次业主大会"
    if first["roster"] != evidence.notice.roster_digest:
        yield "日志第 0 条与会议通知所固定的业主清册不同"


def _roster(evidence: Evidence) -> Problems:
    roster, notice = evidence.roster, evidence.notice
    if roster.digest != notice.roster_digest:
        yield "业主清册与会议通知所固定的摘要不符"
    if roster.community != notice.community:
        yield "业主清册属于另一个小区"
    totals = (len(roster.units), roster.heads, roster.area_cm2)
    if totals != (notice.units, notice.heads, notice.area_cm2):
        yield "业主清册的套数、人数或面积合计与会议通知不符"
    if roster.regrouped() != roster:
        yield "业主清册中的产权组合与产权人不符"
    holds = bundle.CORRECTIONS in evidence.files
    if (holds or evidence.level is Level.SUPERVISED) and bool(evidence.corrections) != holds:
        yield "审计包中的更正文件与日志所记的更正不符：有更正才应有，有更正就应有"


def _register(evidence: Evidence) -> Problems:
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


def _registered(evidence: Evidence) -> Problems:
    roster = _only(evidence, "roster")
    manifest = _only(evidence, "assembly")
    opened, closed = _only(evidence, "assembly-opened"), _only(evidence, "assembly-closed")
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
    yield from origin.check(evidence, roster)
    yield from _corrected(evidence, manifest, closed)
    if evidence.level is Level.SUPERVISED:
        yield from mandates.check(evidence, roster)
    yield from _pinned_log(evidence, opened, 1)
    yield from _pinned_log(evidence, closed, evidence.close_position + 1)
    pinned_register = open_checkpoint(
        evidence.entries[0]["register"].encode(), evidence.register_key
    )
    if not roster.index < manifest.index < pinned_register.size <= opened.index < closed.index:
        yield "清册、会议、开始与截止在登记簿中的先后次序不对"


def _corrected(evidence: Evidence, manifest: ProvedEntry, closed: ProvedEntry) -> Problems:
    """Compare the corrections of the roster with what two accounts signed in the register."""
    acts = evidence.registered("roster-correction")
    logged = [
        (place, entry["correction"], entry["roster"])
        for place, entry in enumerate(evidence.entries)
        if entry["type"] == CORRECTION
    ]
    told = evidence.result.get("corrections", [])
    if [(each["position"], each["correction"], each["roster"]) for each in told] != logged:
        yield "结果所写的清册更正与日志所记的不同"
    if evidence.level is Level.SUPERVISED or bundle.CORRECTIONS in evidence.files:
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


def _result(evidence: Evidence) -> Problems:
    digest = canonical.digest(evidence.file("result.json"))
    if evidence.entries[-1].get("result") != digest:
        yield "结果与日志最后一条所固定的摘要不符"
    result = evidence.result
    if result["assembly"] != evidence.assembly_id:
        yield "结果属于另一次业主大会"
    pinned = (evidence.poll.notice_digest, evidence.roster.digest)
    if (result["notice"], result["roster"]) != pinned:
        yield "结果所依据的通知或清册不是这一份"


def _certificate(evidence: Evidence) -> Problems:
    certificate = _only(evidence, "certificate").entry
    if certificate["assembly"] != evidence.assembly_id:
        yield "登记簿所记的凭证属于另一次业主大会"
    if certificate["certificate"] != canonical.digest(evidence.file("certificate.pdf")):
        yield "凭证 PDF 与登记簿所固定的摘要不符"
    if certificate["result"] != canonical.digest(evidence.file("result.json")):
        yield "登记簿所记凭证依据的是另一份结果"


def _commitments(evidence: Evidence) -> Problems:
    logged = dict(ballot_entries(evidence.log))
    openings = evidence.ballot_openings
    for position in sorted(logged.keys() ^ openings.keys()):
        yield f"日志第 {position} 条缺少开启值，或开启值没有对应的表决票"
    for position in sorted(logged.keys() & openings.keys()):
        if openings[position].commitment != logged[position]["commitment"]:
            yield f"日志第 {position} 条的表决票与其承诺不符"
    yield from objections.check_commitments(evidence)


def _ballots(evidence: Evidence) -> Problems:
    keys = _Keys(evidence)
    poll = evidence.poll
    electors = dict(_electors(evidence))
    used: set[str] = set()
    for position, entry in ballot_entries(evidence.log):
        data, at = evidence.ballot_openings[position].data, parse_timestamp(entry["at"])
        roster = electors[max(place for place in electors if place < position)]
        try:
            if entry["type"] == PHONE:
                ballot = verify(data, poll, roster, keys.at(position), at=at)
                used.add(ballot.key_id)
            else:
                require_open(poll, at)
                paper.read(paper.parse(data), poll.agenda, roster)
        except Refusal as refusal:
            yield f"日志第 {position} 条的表决票不合格：{refusal.detail}"
    yield from objections.check(evidence, electors, keys.at, used)
    for index in keys.indexes_without(used):
        yield f"登记簿第 {index} 条的密钥没有用到，不应在审计包中"
    yield from one_voice.check(evidence)


def _electors(evidence: Evidence) -> Iterator[tuple[int, RosterDocument]]:
    """Say from which log position on who may use which slot: the notice, then each correction."""
    voters = evidence.voters.get(0, {})
    yield 0, with_voters(evidence.roster, voters)
    for correction in evidence.corrections:
        voters = evidence.voters.get(correction.position, voters)
        owned = after_correction(evidence.roster, correction.corrected)
        yield correction.position, with_voters(owned, voters)


def _recount(evidence: Evidence) -> Problems:
    entries = evidence.log[: evidence.close_position + 1]
    agenda = evidence.notice.agenda
    counted = count_log(
        assembly_id=evidence.assembly_id,
        notice_digest=evidence.poll.notice_digest,
        agenda=agenda,
        roster=evidence.roster,
        origin=evidence.checkpoint.origin,
        entries=entries,
        opened=open_ballots(entries, evidence.ballot_openings, agenda),
        corrections=evidence.corrections,
        objections=open_objections(entries, evidence.objection_openings),
    )
    for key in sorted(counted.keys() | evidence.result.keys()):
        if counted.get(key) != evidence.result.get(key):
            yield f"重新计票与公布的结果不同：{key}"


class _Keys:
    """The device keys that the register proves, each with the time it was good for."""

    def __init__(self, evidence: Evidence) -> None:
        enrolled = {proved.index: proved.entry for proved in evidence.registered("device-key")}
        revoked = {
            proved.entry["enrolment"]: parse_timestamp(proved.entry["at"])
            for proved in evidence.registered("device-key-revoked")
        }
        if enrolled.keys() != evidence.key_openings.keys():
            raise UnknownKey("密钥的开启值与登记簿条目不一一对应")
        self._log = evidence.entries
        self._known: dict[str, tuple[int, EnrolledKey, datetime, datetime | None]] = {}
        for index, opening in evidence.key_openings.items():
            if opening.commitment != enrolled[index]["commitment"]:
                raise UnknownKey(f"登记簿第 {index} 条的密钥与其承诺不符")
            key = _statement(opening.data, evidence.roster)
            self._known[key.key.key_id] = (
                index,
                key,
                parse_timestamp(enrolled[index]["at"]),
                revoked.get(index),
            )

    def at(self, position: int) -> Callable[[str], EnrolledKey]:
        """Look keys up as they were good when the ballot at this log position arrived."""
        return partial(self._holder, parse_timestamp(self._log[position]["at"]))

    def _holder(self, at: datetime, key_id: str) -> EnrolledKey:
        if key_id not in self._known:
            raise UnknownKey("签名的密钥没有登记")
        _, key, enrolled_at, revoked_at = self._known[key_id]
        if at < enrolled_at:
            raise UnknownKey("签名的密钥当时尚未登记")
        if revoked_at is not None and at > revoked_at:
            raise UnknownKey("签名的密钥当时已被更换")
        return key

    def indexes_without(self, used: set[str]) -> list[int]:
        """Register indexes of keys that signed nothing here."""
        return sorted(known[0] for key_id, known in self._known.items() if key_id not in used)


def _statement(data: bytes, roster: RosterDocument) -> EnrolledKey:
    statement = canonical.decode(data)
    key = load_key(dsse.strict_base64(statement["spki"]))
    if data != key_statement(statement["owner"], roster.digest, key.spki):
        raise UnknownKey("密钥登记的内容不对，或不是为这份业主清册登记")
    return EnrolledKey(key, statement["owner"])


def _only(evidence: Evidence, kind: str) -> ProvedEntry:
    found = evidence.registered(kind)
    if len(found) != 1:
        raise bundle.BundleUnreadable(f"登记簿中 {kind} 须恰有一条，实有 {len(found)} 条")
    return found[0]


_EVERY = (Level.PUBLIC, Level.SUPERVISED)
_SUPERVISED = (Level.SUPERVISED,)
_CHECKS: tuple[tuple[str, tuple[Level, ...], Callable[[Evidence], Problems]], ...] = (
    ("审计包完整且为规范形式", _EVERY, _complete),
    ("每个文件与清单中的摘要一致", _EVERY, _digests),
    ("日志检查点签名有效", _EVERY, _log_signature),
    ("日志分片与条目一致并通向检查点的根", _EVERY, _log_tree),
    ("日志条目的次序合规", _EVERY, _log_order),
    ("会议通知就是日志开头所固定的那一份", _EVERY, _notice),
    ("业主清册就是通知所固定的那一份", _EVERY, _roster),
    ("登记簿条目都在其签名的根之中", _EVERY, _register),
    ("登记簿记有清册及其来历与更正、会议、开始与截止", _EVERY, _registered),
    ("结果就是日志所固定的那一份", _EVERY, _result),
    ("凭证就是登记簿所固定的那一份", _EVERY, _certificate),
    ("每张表决票与日志的承诺一致", _SUPERVISED, _commitments),
    ("每张表决票签名有效、有权表决且未逾期", _SUPERVISED, _ballots),
    ("重新计票得出完全相同的结果", _SUPERVISED, _recount),
)
