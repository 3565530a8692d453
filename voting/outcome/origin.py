"""What the register says of a roster's origin, compared with the roster itself.

The entry of a version binds who handed the data in, the digests of the files, both totals and
the digest of what is different from the version before. The entry of the freeze names its place.
"""

from collections.abc import Iterator

from voting.outcome import mandates
from voting.outcome.bundle import ORIGIN
from voting.outcome.evidence import Evidence, ProvedEntry
from voting.outcome.pieces import DIGEST, same
from voting.roster.difference import RosterDifference, totals
from voting.roster.entries import VERSION
from voting.roster.stated import are_statements
from voting.roster.version import Supplier

_ACTS = {"import-roster", "amend-roster"}


def check(evidence: Evidence, frozen: ProvedEntry) -> Iterator[str]:
    """Compare the entry of the frozen version with roster and register, and open it.

    A freeze from before versions had entries names none; then nothing may claim to be one.
    """
    found = evidence.registered(VERSION)
    expected = [frozen.entry["entered"]] if "entered" in frozen.entry else []
    if not same([version.index for version in found], expected):
        yield "登记簿所记的清册版本与冻结所指的不是同一条"
        return
    for version in found:
        if not version.index < frozen.index:
            yield "清册版本与冻结在登记簿中的先后次序不对"
        yield from _version(evidence, version, frozen)
        if evidence.is_open:
            yield from _opened(evidence, version)
    if (ORIGIN in evidence.files) != (bool(found) and evidence.is_open):
        yield f"缺少或多出文件 {ORIGIN}"


def _version(evidence: Evidence, version: ProvedEntry, frozen: ProvedEntry) -> Iterator[str]:
    entry, roster, where = version.entry, evidence.roster, f"登记簿第 {version.index} 条"
    said = [entry["roster"], entry["digest"], entry["version"], entry.get("previous")]
    if not same(said, [frozen.entry["roster"], roster.digest, roster.version, roster.previous]):
        yield f"{where}所记的不是这一版业主清册"
    if not same(entry["totals"], totals(roster).to_object()):
        yield f"{where}所记的两种总数与业主清册不符"
    if entry["act"] not in _ACTS or entry["supplied_by"] not in set(Supplier):
        yield f"{where}没有写明清册怎样得来、由谁提供"
    digests = [entry["basis"], entry["source"]]
    digests += [entry[key] for key in ("evidence", "difference", "mandates") if key in entry]
    if not all(DIGEST.fullmatch(digest) for digest in digests):
        yield f"{where}所记的摘要写法不对"
    if "stated" in entry and not are_statements(entry["stated"]):
        yield f"{where}所记的统一写明的内容写法不对"
    if not mandates.is_bound(version, frozen):
        yield f"{where}所承诺的“谁可以表决”与冻结所签署的不同"
    if "mandates_changed" in entry and not mandates.are_counts(entry["mandates_changed"]):
        yield f"{where}所记的表决人变更套数写法不对"
    chained = {key in entry for key in ("previous", "difference", "totals_before")}
    if len(chained) != 1:
        yield f"{where}须同时写明上一版、与上一版的差异和上一版的总数"


def _opened(evidence: Evidence, version: ProvedEntry) -> Iterator[str]:
    entry, where = version.entry, f"登记簿第 {version.index} 条"
    basis, previous = evidence.origin
    if basis.commitment != entry["basis"]:
        yield f"{where}所承诺的依据与审计包中的不符"
    if (None if previous is None else previous.digest) != entry.get("previous"):
        yield f"{where}所记的上一版与审计包中的不符"
    elif previous is not None:
        difference = RosterDifference.between(previous, evidence.roster)
        if difference.digest != entry["difference"]:
            yield f"{where}所记的差异不是这两版清册的差异"
        if not same(entry["totals_before"], difference.totals[0].to_object()):
            yield f"{where}所记的上一版总数与上一版清册不符"
