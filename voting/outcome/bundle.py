"""The audit bundle: one canonical zip with everything a doubter needs.

One content has one byte sequence: names sorted, nothing compressed, no times, no attributes. A
reader writes the bundle again from what it read and compares, so not one byte is unwatched.
"""

import base64
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.kernel.refusal import Refusal
from voting.ledger.proof import LogProof

MANIFEST = "manifest.json"
CORRECTIONS = "corrections.json"
"""What was corrected in the roster while the vote ran.

For who supervises: an act names the units that changed hands. Bundles of earlier releases have it
at the public level too; there the log and the register name it by its digest, and the result keeps
both totals. Nothing hides that from somebody who lays the rosters of two votes side by side: an
owner keeps his number from one version to the next, because everybody has to be able to group the
units again.
"""
ORIGIN = "roster-origin.json"
"""What the roster rests on, and the version before it."""
PEOPLE = "people.sealed"
"""Who the numbers of the roster are, for whom holds the recipient's key: see ``outcome.court``."""
STAMPS = "timestamps/"
"""Where answers of time stamping authorities are, which anybody may attach."""
FORMATS: dict[str, frozenset[str]] = {
    "yezhu-bundle/1": frozenset(),
    "yezhu-bundle/2": frozenset({CORRECTIONS}),
    "yezhu-bundle/3": frozenset({ORIGIN}),
    "yezhu-bundle/4": frozenset({CORRECTIONS, ORIGIN}),
}
"""Each format with the files it has beyond the first."""
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# What the zip reader raises on damage: NotImplementedError for a compression it does not know,
# RuntimeError for an encrypted file, struct.error for a name too long once written in UTF-8.
_DAMAGED = (
    zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError, struct.error,
)  # fmt: skip


class BundleUnreadable(Refusal):
    """Not a zip, or not the canonical one of its contents."""

    code = "bundle-unreadable"


class Level(StrEnum):
    """Who a bundle is for."""

    PUBLIC = "public"
    """No choice and no ballot: log, notice, roster, result, certificate."""
    SUPERVISED = "supervised"
    """With the openings, so that every ballot can be checked and counted again."""
    COURT = "court"
    """Supervised, and with the people behind the numbers, sealed for one recipient."""


def manifest(
    assembly_id: str,
    level: Level,
    log: tuple[str, str],
    register: tuple[str, str],
    files: Mapping[str, bytes],
) -> bytes:
    """List every file with its SHA-256; ``log`` and ``register`` are (origin, vkey)."""
    return canonical.encode(
        {
            "assembly": assembly_id,
            "files": {path: canonical.digest(data) for path, data in files.items()},
            "format": _format(files),
            "level": level.value,
            "log": {"origin": log[0], "vkey": log[1]},
            "register": {"origin": register[0], "vkey": register[1]},
        }
    )


def _format(files: Mapping[str, bytes]) -> str:
    further = frozenset({CORRECTIONS, ORIGIN} & files.keys())
    return next(name for name, adds in FORMATS.items() if adds == further)


def register_entries(proofs: Sequence[tuple[LogProof, bytes]]) -> bytes:
    """Write the register entries the bundle leans on, by index."""
    return canonical.encode(
        [
            {
                "entry": base64.b64encode(entry).decode(),
                "index": proof.index,
                "proof": [base64.b64encode(node).decode() for node in proof.hashes],
            }
            for proof, entry in sorted(proofs, key=lambda pair: pair[0].index)
        ]
    )


def openings(
    ballots: Mapping[int, Opening],
    keys: Mapping[int, Opening],
    voters: Mapping[int, Opening],
    mandates: Mapping[int, Opening],
    objections: Mapping[int, Opening],
) -> bytes:
    """Write what opens commitments of the log (by position) and of the register (by index).

    The log's are ballots, voters and objections, the register's keys and mandates. Voters are left
    out where the log commits to none: any owner could vote for his unit. Mandates are left out
    where the register binds none, as before it did, and objections where there are none.
    """
    return canonical.encode(
        {"ballots": _openings(ballots), "keys": _openings(keys)}
        | ({"voters": _openings(voters)} if voters else {})
        | ({"mandates": _openings(mandates)} if mandates else {})
        | ({"objections": _openings(objections)} if objections else {})
    )


def stamp_path(response: bytes) -> str:
    """Say where the answer of a time stamping authority stands: under its own digest."""
    return f"{STAMPS}{canonical.digest(response)}.tsr"


def corrections(acts: Sequence[bytes]) -> bytes:
    """Write the correction acts in the order of the log."""
    return canonical.encode([canonical.decode(act) for act in acts])


def origin(basis: Opening, previous: bytes | None) -> bytes:
    """Write the words on what the roster rests, their salt, and the document of the version before.

    Only for who supervises: side by side the two documents show whose unit changed hands.
    """
    return canonical.encode(
        {
            "basis": basis.data.decode(),
            "previous": None if previous is None else canonical.decode(previous),
            "salt": base64.b64encode(basis.salt).decode(),
        }
    )


def write(files: Mapping[str, bytes]) -> bytes:
    """Write the one zip of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _NO_TIME)
            entry.create_system = _UNIX
            archive.writestr(entry, files[path])
    return target.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    """Read a bundle, refusing every byte sequence but the canonical one.

    Raises
    ------
    BundleUnreadable
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # Stored files cannot be larger than the zip, unless one place is listed many times.
            if sum(entry.file_size for entry in archive.infolist()) > len(data):
                raise BundleUnreadable("审计包中列出的内容多于文件本身")
            # Not canonical anyway, and each method fails in a way of its own on false bytes.
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise BundleUnreadable("审计包中的文件须原样存放，不得压缩")
            files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        same = write(files) == data
    except _DAMAGED as error:
        raise BundleUnreadable("文件不是可读的审计包（zip 已损坏）") from error
    if not same:
        raise BundleUnreadable("审计包的字节不是其内容的规范形式，文件被改动过")
    return files


def _openings(of: Mapping[int, Opening]) -> list[dict[str, Any]]:
    return [
        {
            "data": base64.b64encode(opening.data).decode(),
            "index": index,
            "salt": base64.b64encode(opening.salt).decode(),
        }
        for index, opening in sorted(of.items())
    ]
