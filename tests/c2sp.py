"""A client that knows only the C2SP documents: signed-note, tlog-checkpoint, tlog-tiles.

It imports nothing of ours. It trusts one key, fetches files, and checks every byte it uses.
``python c2sp.py <prefix> <vkey> <file>`` reads a whole log, proves that it continues the checkpoint
kept in the file from last time, and keeps the new one; it ends with 1 if anything is amiss.
"""

import base64
import hashlib
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TILE = 256


class Untrue(Exception):  # noqa: N818 - a finding, as auditors say it
    """A file is not what the documents and the key say it must be."""


@dataclass(frozen=True)
class Head:
    """A verified checkpoint and the whole text that was signed."""

    origin: str
    size: int
    root: bytes
    text: bytes
    lines: tuple[tuple[str, bytes], ...]


def need(condition, what):
    if not condition:
        raise Untrue(what)


def parse_vkey(vkey, kind):
    """Name, key id and public key of a verifier key of one type."""
    name, key_id, encoded = vkey.split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    need(typed[0] == kind and len(typed) == 33, "type of key")
    computed = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    need(computed.hex() == key_id, "key id")
    return name, computed, typed[1:]


def open_checkpoint(note, vkey):
    """Check the log's line of a signed note and read the checkpoint in it."""
    name, key_id, public = parse_vkey(vkey, 1)
    cut = note.rindex(b"\n\n")
    text, tail = note[: cut + 1], note[cut + 2 :].decode()
    need(tail.endswith("\n"), "last line feed")
    lines = []
    signed = False
    for line in tail.removesuffix("\n").split("\n"):
        dash, signer, encoded = line.split(" ")
        need(dash == "\u2014", "em dash")
        blob = base64.b64decode(encoded, validate=True)
        lines.append((signer, blob))
        if (signer, blob[:4]) == (name, key_id):
            Ed25519PublicKey.from_public_bytes(public).verify(blob[4:], text)
            signed = True
    need(signed, "no line of the log")
    origin, size, root, *more = text.decode().removesuffix("\n").split("\n")
    need(origin == name and not more and str(int(size)) == size, "checkpoint text")
    root = base64.b64decode(root, validate=True)
    need(len(root) == 32, "root")
    return Head(origin, int(size), root, text, tuple(lines))


def cosigned_at(head, vkey):
    """When a witness cosigned a checkpoint (POSIX seconds); None if it did not."""
    name, key_id, public = parse_vkey(vkey, 4)
    for signer, blob in head.lines:
        if (signer, blob[:4]) == (name, key_id):
            time = int.from_bytes(blob[4:12])
            message = b"cosignature/v1\ntime %d\n" % time + head.text
            Ed25519PublicKey.from_public_bytes(public).verify(blob[12:], message)
            return time
    return None


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(leaves):
    """MTH of RFC 6962, by its definition."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(tree_hash(leaves[:split]), tree_hash(leaves[split:]))


def tile_name(index, width):
    """Spell <N>[.p/<W>]."""
    groups = []
    while True:
        groups.insert(0, f"{index % 1000:03d}")
        index //= 1000
        if index == 0:
            break
    spelled = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return spelled if width == TILE else f"{spelled}.p/{width}"


def row_tiles(count):
    """Index and width of the tiles of a row of ``count`` hashes."""
    for start in range(0, count, TILE):
        yield start // TILE, min(TILE, count - start)


class Client:
    """Reads one log. ``get`` answers the bytes at a path below the log's prefix."""

    def __init__(self, get, vkey):
        self._get = get
        self._vkey = vkey

    def head(self):
        return open_checkpoint(self._get("checkpoint"), self._vkey)

    def entries(self, head):
        """Every entry up to a head, with all tiles checked against them and the signed root."""
        entries = []
        for index, width in row_tiles(head.size):
            entries += self._bundle(self._get(f"tile/entries/{tile_name(index, width)}"), width)
        level, row = 0, [leaf(entry) for entry in entries]
        need(tree_hash(row) == head.root, "root")
        while row:
            above = []
            for index, width in row_tiles(len(row)):
                tile = self._get(f"tile/{level}/{tile_name(index, width)}")
                hashes = row[index * TILE : index * TILE + width]
                need(tile == b"".join(hashes), f"tile {level} {index}")
                if width == TILE:
                    above.append(tree_hash(hashes))
            level, row = level + 1, above
        return entries

    def included(self, head, index, entry):
        """Check one entry by the tiles on its way up only, as a phone would."""
        tile, width = index // TILE, min(TILE, head.size - index // TILE * TILE)
        hashes = self._hashes(0, tile, width)
        need(hashes[index % TILE] == leaf(entry), "leaf")
        need(self._root(head.size) == head.root, "root from the edge")
        level, count = 0, head.size
        while width == TILE:
            below = tree_hash(hashes)
            level, count, index = level + 1, count // TILE, tile
            tile, width = index // TILE, min(TILE, count - index // TILE * TILE)
            hashes = self._hashes(level, tile, width)
            need(hashes[index % TILE] == below, f"tile of level {level}")

    def continues(self, old, new):
        """Check that an older head is the beginning of a newer one, from the newer one's tiles."""
        need(old.size <= new.size, "a log never shrinks")
        need(self._root(new.size) == new.root, "new root")
        need(self._root(old.size, within=new.size) == old.root, "old root")

    def _root(self, size, within=None):
        """Fold the root of ``size`` leaves out of the tiles of the tree of ``within`` leaves."""
        if size == 0:
            return tree_hash([])
        folded, level, within = None, 0, within or size
        while size:
            index, width = divmod(size, TILE)
            if width:
                served = min(TILE, within - index * TILE)
                edge = self._hashes(level, index, served)[:width]
                folded = tree_hash(edge) if folded is None else _beside(edge, folded)
            size, within, level = index, within // TILE, level + 1
        return folded

    def _hashes(self, level, index, width):
        data = self._get(f"tile/{level}/{tile_name(index, width)}")
        need(len(data) == 32 * width, "length of tile")
        return [data[start : start + 32] for start in range(0, len(data), 32)]

    @staticmethod
    def _bundle(data, count):
        entries, place = [], 0
        for _ in range(count):
            length = int.from_bytes(data[place : place + 2])
            entries.append(data[place + 2 : place + 2 + length])
            place += 2 + length
        need(place == len(data), "length of bundle")
        return entries


def _beside(edge, right):
    """Hash full subtrees of equal height with an incomplete one on their right.

    The heights to the left decide where RFC 6962 splits: from the largest power of two down.
    """
    largest = 1 << len(edge).bit_length() - 1
    if largest == len(edge):
        return node(tree_hash(edge), right)
    return node(tree_hash(edge[:largest]), _beside(edge[largest:], right))


def follow(prefix, vkey, kept):
    """Read and check a log; ``kept`` is the file with the checkpoint seen last, if there is one."""
    seen = {}

    def get(path):
        if path not in seen:
            place = f"{prefix.rstrip('/')}/{path}"
            # Also file: nothing read is believed, and a mirror on a disk is as good.
            with urllib.request.urlopen(place, timeout=60) as answer:  # noqa: S310
                seen[path] = answer.read()
        return seen[path]

    client = Client(get, vkey)
    head = client.head()
    before = open_checkpoint(kept.read_bytes(), vkey) if kept.exists() else None
    if before is not None:
        client.continues(before, head)
    count = len(client.entries(head))
    kept.write_bytes(seen["checkpoint"])
    return before, count


def main(arguments):
    prefix, vkey, kept = arguments
    try:
        before, count = follow(prefix, vkey, Path(kept))
    except (InvalidSignature, OSError, Untrue, ValueError) as error:
        print(f"不符：{type(error).__name__} {error}")
        return 1
    since = "" if before is None else f"，是上次 {before.size} 条的延续"
    print(f"相符：共 {count} 条，都在所签名的根之中{since}。检查点已存入 {kept}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
