"""The commands that need no server: recount three files, verify a bundle."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.cli.files import BAD_INPUT, FAILED, OK, print_refusal, read_files, write_json
from api.cli.timestamps import failed_stamps
from voting.count.recount import recount
from voting.count.refusals import InputsUnreadable
from voting.kernel.clock import beijing_text
from voting.kernel.refusal import Refusal
from voting.ledger.cosignature import WitnessKey
from voting.outcome.bundle import read
from voting.outcome.chinese import NEEDS_DECISION, verdict_text
from voting.outcome.evidence import Evidence
from voting.outcome.verify import verify_bundle
from voting.outcome.witnessed import witnessed


def recount_files(
    roster: Path,
    ballots: Path,
    agenda: Path,
    out: Path,
    exclude: Path | None = None,
    delivered: Path | None = None,
    objected: Path | None = None,
) -> int:
    """Count three files and write the result; 2 with every problem listed if they have any.

    ``exclude`` lists rows of the ballot sheet to be struck, ``delivered`` units with proof of
    delivery, ``objected`` units to whose ballot a co-owner objected.
    """
    lists = {"exclude": exclude, "delivered": delivered, "objected": objected}
    given = {name: path for name, path in lists.items() if path is not None}
    contents = read_files((roster, ballots, agenda, *given.values()))
    if contents is None:
        return BAD_INPUT
    more: dict[str, Any] = {}
    for (name, path), data in zip(given.items(), contents[3:], strict=True):
        more |= {f"{name}_bytes": data, f"{name}_name": path.name}
    try:
        result = recount(
            contents[0],
            roster.name,
            contents[1],
            ballots.name,
            contents[2],
            agenda.name,
            **more,
        )
    except InputsUnreadable as refusal:
        return print_refusal(refusal)
    write_json(result, out)
    for item in result["items"]:
        print(f"议题 {item['id']}　{item['title']}：{verdict_text(item)[1]}")
        for why in item.get("needs_decision", ()):
            print(f"  尚待决定：{NEEDS_DECISION[why]}")
    print(f"结果已写入 {out}")
    return OK


def verify_file(
    bundle: Path,
    log_key: str | None,
    witnesses: Sequence[str] = (),
    quorum: int = 1,
    authorities: Sequence[Path] = (),
) -> int:
    """Verify a bundle and print every check; 1 if anything fails, 2 if there is no file.

    Parameters
    ----------
    witnesses
        Their vkeys, had from themselves.
    quorum
        How many of them must cover the closing checkpoint; not asked for if none is named.
    authorities
        Root certificates (PEM) of time stamping authorities; stamps are not asked for without.

    Raises
    ------
    MalformedKey
    """
    keys = [WitnessKey.parse(vkey) for vkey in dict.fromkeys(witnesses)]
    contents = read_files([bundle])
    if contents is None:
        return BAD_INPUT
    (data,) = contents
    findings = verify_bundle(data)
    for finding in findings:
        mark = "不含" if not finding.performed else "不符" if finding.problems else "通过"
        print(f"{finding.number:>3}. [{mark}] {finding.title}")
        for problem in finding.problems:
            print(f"       - {problem}")
    failed = sum(bool(finding.problems) for finding in findings)
    failed += _foreign_key(data, log_key)
    if keys:
        failed += _too_few(data, keys, quorum)
    if authorities:
        failed += failed_stamps(data, authorities)
    print("核验通过。" if not failed else f"核验未通过：{failed} 项不符。")
    return FAILED if failed else OK


def _too_few(data: bytes, keys: Sequence[WitnessKey], quorum: int) -> int:
    """Print who vouches for the closing checkpoint; count it as a failure if too few do."""
    try:
        found = witnessed(Evidence(read(data)), keys)
    except Refusal as refusal:
        print(f"  不符：见证签名无法核验：{refusal.detail}")
        return 1
    for each in found:
        if each.seen_at is None:
            print(f"见证人 {each.witness}：没有见证截止检查点")
            continue
        through = "会议日志" if each.seen_at == each.log else "登记簿"
        print(f"见证人 {each.witness}：{beijing_text(each.seen_at)}（北京时间）见证，经由{through}")
    covering = sum(each.seen_at is not None for each in found)
    print(f"{len(found)} 个见证人中有 {covering} 个的签名覆盖截止检查点（至少须 {quorum} 个）。")
    return int(covering < quorum)


def _foreign_key(data: bytes, log_key: str | None) -> int:
    """Print whose key vouches for the log; count a difference from the one expected."""
    try:
        vkey = Evidence(read(data)).log_key.vkey
    except Refusal:
        return 0  # a check has said so already
    print(f"日志公钥：{vkey}")
    if log_key is None or log_key == vkey:
        return 0
    print(f"  不符：另行取得的日志公钥是 {log_key}")
    return 1
