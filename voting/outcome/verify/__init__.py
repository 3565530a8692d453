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
13    every ballot, objection: signed, entitled, in time, in turn       supervised
14    counting again gives the very same result                         supervised
====  ================================================================  ============
"""

from collections.abc import Callable

from tally.errors import TallyError
from voting.kernel.refusal import Refusal
from voting.outcome import bundle
from voting.outcome.bundle import Level
from voting.outcome.evidence import Evidence
from voting.outcome.verify import ballots, documents, files, log, outcome, register
from voting.outcome.verify.finding import Finding, Problems


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


_EVERY = tuple(Level)
_SUPERVISED = (Level.SUPERVISED, Level.COURT)
_CHECKS: tuple[tuple[str, tuple[Level, ...], Callable[[Evidence], Problems]], ...] = (
    ("审计包完整且为规范形式", _EVERY, files.complete),
    ("每个文件与清单中的摘要一致", _EVERY, files.digests),
    ("日志检查点签名有效", _EVERY, log.signature),
    ("日志分片与条目一致并通向检查点的根", _EVERY, log.tree),
    ("日志条目的次序合规", _EVERY, log.order),
    ("会议通知就是日志开头所固定的那一份", _EVERY, documents.notice),
    ("业主清册就是通知所固定的那一份", _EVERY, documents.roster),
    ("登记簿条目都在其签名的根之中", _EVERY, register.included),
    ("登记簿记有清册及其来历与更正、会议、开始与截止", _EVERY, register.registered),
    ("结果就是日志所固定的那一份", _EVERY, outcome.result),
    ("凭证就是登记簿所固定的那一份", _EVERY, outcome.certificate),
    ("每张表决票与日志的承诺一致", _SUPERVISED, ballots.commitments),
    ("每张表决票签名有效、有权表决且未逾期", _SUPERVISED, ballots.ballots),
    ("重新计票得出完全相同的结果", _SUPERVISED, ballots.recount),
)
