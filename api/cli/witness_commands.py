"""The commands of a witness: make its key, and serve."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import httpx2
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.cli.files import OK, write_private
from api.witness import create_witness_app
from voting.kernel.clock import system_clock
from voting.kernel.refusal import Refusal
from voting.ledger.checkpoint import open_checkpoint
from voting.ledger.cosignature import WitnessSigner
from voting.ledger.note import NoteKey
from voting.ledger.refusals import MalformedKey, UnsafeWitnessKey
from voting.ledger.witness import Witness
from voting.ledger.witness_state import WitnessState

_ANSWER_SECONDS = 5


def make_key(file: Path, name: str) -> int:
    """Make a key that nobody else can read, and print its public half.

    Raises
    ------
    MalformedKey, UnsafeWitnessKey
    """
    try:
        signer = WitnessSigner(name, Ed25519PrivateKey.generate())
    except ValueError as error:
        raise MalformedKey(f"{name!r} 不能作见证人的名称：不得有空白与加号") from error
    try:
        write_private(file, signer.to_text().encode())
    except OSError as error:
        raise UnsafeWitnessKey(f"不能新建密钥文件 {file}：{error.strerror}") from error
    print(signer.key.vkey)
    return OK


def serve(key_file: Path, state: Path, logs: Sequence[str], host: str, port: int) -> int:
    """Serve until stopped.

    Parameters
    ----------
    logs
        Each a log's vkey, and after ``=`` where its files are served.

    Raises
    ------
    MalformedKey, UnsafeWitnessKey, WitnessInUse, WitnessStateDoubtful
    """
    signer = _read_key(key_file)
    places = {NoteKey.parse(vkey): url for vkey, _, url in (log.partition("=") for log in logs)}
    with closing(WitnessState(state, key_file)) as kept:
        witness = Witness(signer, list(places), kept, system_clock)
        print(f"见证人公钥：{signer.key.vkey}")
        for log, url in places.items():
            size = witness.recorded(log.name).size
            print(f"见证日志 {log.name}，已见证到第 {size} 条。{_found(log, url, size)}")
        sys.stdout.flush()
        uvicorn.run(create_witness_app(witness), host=host, port=port, server_header=False)
    return OK


def _found(log: NoteKey, url: str, size: int) -> str:
    """Say whether the log is where its operator says: a slip is better found now than later."""
    if not url:
        return ""
    try:
        answer = httpx2.get(f"{url.rstrip('/')}/checkpoint", timeout=_ANSWER_SECONDS)
        published = open_checkpoint(answer.raise_for_status().content, log).size
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return f"注意：读不到 {url}（{type(error).__name__}），请核对网址。"
    except Refusal as refusal:
        return f"注意：{url} 不是这个日志（{refusal}），请核对公钥与网址。"
    if published < size:
        return f"注意：{url} 只有 {published} 条，少于已见证的条数，请向运营方查问。"
    return f"{url} 现有 {published} 条。"


def _read_key(file: Path) -> WitnessSigner:
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UnsafeWitnessKey(
            f"读不到密钥文件 {file}，请先运行 yezhu witness-key，或从备份恢复"
        ) from error
    if file.stat().st_mode & 0o077:
        raise UnsafeWitnessKey(f"密钥文件 {file} 可被其他用户读取，请执行 chmod 600")
    return WitnessSigner.parse(text)
