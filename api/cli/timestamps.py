"""Time stamps over a bundle's closing checkpoint: ask for one, attach it, say what it is worth."""

import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from api.cli.files import BAD_INPUT, OK, read_files
from voting.kernel.clock import beijing_text
from voting.kernel.refusal import Refusal
from voting.outcome import bundle
from voting.outcome.evidence import Evidence
from voting.outcome.timestamp import attach, request, stamps


def write_request(file: Path, out: Path) -> int:
    """Write the request; 2 if the bundle cannot be read."""
    contents = read_files([file])
    if contents is None:
        return BAD_INPUT
    try:
        out.write_bytes(request(Evidence(bundle.read(contents[0]))))
    except (AttributeError, KeyError, TypeError, ValueError, Refusal) as error:
        return _refuse(f"{file} 里没有截止检查点", error)
    except OSError as error:
        return _refuse(f"无法写入 {out}：{error.strerror}")
    print(f"请求已写入 {out}，发给时间戳机构（Content-Type: application/timestamp-query）")
    return OK


def attach_response(file: Path, response: Path, out: Path) -> int:
    """Write the bundle with the answer in it; 2 if either cannot be read."""
    contents = read_files([file, response])
    if contents is None:
        return BAD_INPUT
    try:
        out.write_bytes(attach(bundle.read(contents[0]), contents[1]))
    except (KeyError, TypeError, Refusal) as error:
        return _refuse(f"{file} 或 {response} 不能用", error)
    except OSError as error:
        return _refuse(f"无法写入 {out}：{error.strerror}")
    print(f"已写入 {out}；用 yezhu verify --authority 根证书 核验")
    return OK


def failed_stamps(data: bytes, roots: Sequence[Path]) -> int:
    """Print what each stamp is worth, and count what fails; a bundle without any fails once."""
    try:
        trusted = [root for each in roots for root in load_pem_x509_certificates(each.read_bytes())]
    except (OSError, ValueError):
        print("  不符：时间戳机构的根证书（PEM）无法读取")
        return 1
    try:
        found = stamps(Evidence(bundle.read(data)), trusted)
    except (AttributeError, KeyError, TypeError, ValueError, Refusal):
        print("  不符：时间戳无法核验，审计包里没有可读的截止检查点")
        return 1
    if not found:
        print("  不符：审计包里没有时间戳")
        return 1
    for each in found:
        if each.problem or each.at is None:
            print(f"  不符：{each.path}：{each.problem}")
        else:
            print(
                f"时间戳机构 {each.authority}：截止检查点最迟于 {beijing_text(each.at)}（北京时间）"
                "已经固定，此后出现的票不在其中"
            )
    return sum(bool(each.problem) for each in found)


def _refuse(words: str, error: Exception | None = None) -> int:
    detail = f"：{error.detail}" if isinstance(error, Refusal) else ""
    print(f"{words}{detail}", file=sys.stderr)
    return BAD_INPUT
