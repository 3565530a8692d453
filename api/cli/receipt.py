"""``yezhu receipt``: what an owner's receipt proves, checked without the service."""

import sys
from pathlib import Path
from typing import Any

from api.cli.files import BAD_INPUT, FAILED, OK, read_files
from voting.box.verify import Credited, find_key, read_file, verify_receipt
from voting.kernel.area import square_metres
from voting.kernel.clock import beijing_text, parse_timestamp
from voting.kernel.refusal import Refusal

_WORDS = {
    "approve": "同意",
    "oppose": "反对",
    "abstain": "弃权",
    "none_of_these": "均不选",
}


def check_receipt(path: Path, log_key: str | None) -> int:
    """Check a receipt and print what was credited; 1 if anything fails, 2 if it is none."""
    contents = read_files([path])
    if contents is None:
        return BAD_INPUT
    try:
        file = read_file(contents[0])
        key = find_key(file, log_key)
    except Refusal as refusal:
        print(f"无法核验（{refusal.code}）：{refusal.detail}", file=sys.stderr)
        return BAD_INPUT
    findings, credited = verify_receipt(file, key)
    for finding in findings:
        print(f"{finding.number:>3}. [{'不符' if finding.problems else '通过'}] {finding.title}")
        for problem in finding.problems:
            print(f"       - {problem}")
    failed = sum(bool(finding.problems) for finding in findings)
    if credited is None or failed:
        print(f"核验未通过：{failed} 项不符。请保存这份文件，并联系召集人或街道办事处核查。")
        return FAILED
    _print_credit(credited)
    print(f"日志公钥：{key.vkey}")
    if log_key is None:
        print("  这把公钥取自回执文件；请与审计包或别人的回执比对，或用 --log-key 给出再核验。")
    print("核验通过：这张表决票在日志中，内容与签名时相同。")
    return OK


def _print_credit(credited: Credited) -> None:
    said = credited.said
    print(f"房屋：{'、'.join(said['units'])}")
    print(f"面积：{square_metres(said['area_cm2'])} ㎡　人数：{said['heads']} 人")
    print(f"日志位置：第 {said['position']} 条（当时共 {said['log_size']} 条）")
    print(f"收到时间：{beijing_text(parse_timestamp(said['received_at']))}（北京时间）")
    print(f"票的指纹：{said['ballot_digest']}")
    print("所作的选择（回执里有，不要随意转发）：")
    for item, answer in credited.ballot.choices.items():
        print(f"  议题 {item}：{_answer(answer)}")


def _answer(answer: Any) -> str:  # noqa: ANN401 - whatever the owner signed
    if isinstance(answer, dict):
        return "，".join(f"{name} {_answer(choice)}" for name, choice in answer.items())
    return _WORDS.get(answer, str(answer)) if isinstance(answer, str) else str(answer)
