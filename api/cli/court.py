"""What a court or its expert does: make a key, and read who the numbers of a bundle are."""

import base64
import sys
from pathlib import Path

from nacl.public import PrivateKey

from api.cli.files import BAD_INPUT, FAILED, OK, read_files, write_private
from voting.kernel import canonical
from voting.kernel.refusal import Refusal
from voting.outcome import bundle
from voting.outcome.court import people_of
from voting.outcome.verify import verify_bundle


def make_key(file: Path) -> int:
    """Write a new key where only this user can read it, and print its public half."""
    key = PrivateKey.generate()
    try:
        write_private(file, base64.b64encode(bytes(key)) + b"\n")
    except OSError as error:
        print(f"无法写入 {file}：{error.strerror}（已有的密钥不会被覆盖）", file=sys.stderr)
        return BAD_INPUT
    print(bytes(key.public_key).hex())
    return OK


def open_people(file: Path, key_file: Path, out: Path) -> int:
    """Write who the numbers are; 1 if the bundle fails a check or is sealed for another key."""
    contents = read_files([file, key_file])
    if contents is None:
        return BAD_INPUT
    data, secret = contents
    try:
        key = PrivateKey(base64.b64decode(secret))
    except (TypeError, ValueError):
        print(f"{key_file} 不是 yezhu court-key 写的密钥文件", file=sys.stderr)
        return BAD_INPUT
    if any(finding.problems for finding in verify_bundle(data)):
        print("审计包没有通过核验，先运行 yezhu verify 查看不符之处", file=sys.stderr)
        return FAILED
    try:
        people = people_of(bundle.read(data), key)
    except Refusal as refusal:
        print(refusal.detail, file=sys.stderr)
        return FAILED
    listed = [{"owner": number, **person} for number, person in sorted(people.items())]
    try:
        write_private(out, canonical.encode(listed))
    except OSError as error:
        print(f"无法写入 {out}：{error.strerror}（已有的文件不会被覆盖）", file=sys.stderr)
        return BAD_INPUT
    print(f"{len(listed)} 人，业主编号与房屋的对应见审计包的 roster.json")
    return OK
