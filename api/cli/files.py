"""What the commands without a server have in common: files in, a file out, and how they end."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from voting.count.refusals import InputsUnreadable

OK, FAILED, BAD_INPUT = 0, 1, 2
"""Exit codes: done, done with the answer no, not done."""


def read_files(paths: Iterable[Path]) -> list[bytes] | None:
    """Read every file; print which cannot be read, and return nothing then."""
    contents = []
    readable = True
    for path in paths:
        try:
            contents.append(path.read_bytes())
        except OSError as error:
            print(f"无法读取 {path}：{error.strerror}", file=sys.stderr)
            readable = False
    return contents if readable else None


def print_refusal(refusal: InputsUnreadable) -> int:
    """List every problem of the files; the exit code."""
    print(f"{refusal.detail}：", file=sys.stderr)
    for line in refusal.lines:
        print(f"  {line}", file=sys.stderr)
    return BAD_INPUT


def write_private(file: Path, data: bytes) -> None:
    """Write a new file that nobody else can read, down to the disk.

    Raises
    ------
    OSError
        Also if there is such a file already.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())


def write_json(document: Mapping[str, object], out: Path) -> None:
    """Write a result for people and machines alike."""
    out.write_text(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
