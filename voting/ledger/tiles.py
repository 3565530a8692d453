"""A log as static files (C2SP tlog-tiles v0.1.0): hash tiles and entry bundles.

An audit bundle holds the files of one size; over HTTP each file can be had by itself.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

from voting.ledger.refusals import NoSuchTile, TilesDisagree
from voting.ledger.spelling import MAX_SIZE
from voting.ledger.tree import leaf_hash, root_of

WIDTH = 256
"""Hashes in a full tile, and entries in a full bundle."""

MAX_ENTRY_BYTES = 65_535
"""Longest entry a bundle has a length field for."""

# A bundle from outside may lack everything; the first few names say enough.
_NAMED_AT_MOST = 20

_LENGTH = struct.Struct(">H")
_ENTRIES = "entries"
_HEIGHT = 8
_MAX_LEVEL = 63
_PATH = re.compile(
    r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile or entry bundle.

    Attributes
    ----------
    level
        0 to 63; ``None`` for an entry bundle.
    index
        Which of that level, from 0.
    width
        Hashes or entries in it, 1 to 256.
    """

    level: int | None
    index: int
    width: int

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read what stands behind ``tile/`` in a path.

        Raises
        ------
        NoSuchTile
            Any spelling that :func:`tile_path` would not write.
        """
        match = _PATH.fullmatch(path)
        if match is None:
            raise _no_such_tile(path)
        level, groups, width = match.groups()
        index = int(groups.replace("x", "").replace("/", ""))
        tile = cls(
            None if level == _ENTRIES else int(level), index, WIDTH if width is None else int(width)
        )
        fits = (tile.level or 0) <= _MAX_LEVEL and index <= MAX_SIZE and tile.width <= WIDTH
        # Also refuses x000/001, and 256 written as a partial width.
        if not fits or tile.path != f"tile/{path}":
            raise _no_such_tile(path)
        return tile

    @property
    def path(self) -> str:
        """Its name below the log's prefix."""
        return tile_path(_ENTRIES if self.level is None else self.level, self.index, self.width)

    @property
    def tree_level(self) -> int:
        """Level of its hashes in the tree, where 0 are the leaves."""
        return _HEIGHT * (self.level or 0)

    def range_within(self, size: int) -> range:
        """Positions of its hashes in their level, or of its entries, in a log of ``size``.

        Raises
        ------
        NoSuchTile
            A log of that size does not reach so far.
        """
        start = self.index * WIDTH
        if start + self.width > size >> self.tree_level:
            raise _no_such_tile(self.path.removeprefix("tile/"))
        return range(start, start + self.width)


def _no_such_tile(path: str) -> NoSuchTile:
    return NoSuchTile("日志没有这个分片文件：写法有误，或日志还没有这么长", tile=path)


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Name a tile's file.

    Parameters
    ----------
    level
        0 to 63, or ``"entries"`` for an entry bundle.
    index
        Which tile of that level, from 0.
    width
        Hashes in it; anything below 256 is a partial tile.

    Examples
    --------
    >>> tile_path(0, 273, 112), tile_path("entries", 1234067)
    ('tile/0/273.p/112', 'tile/entries/x001/x234/067')
    """
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def layout(entries: Sequence[bytes]) -> dict[str, bytes]:
    """Write all tiles and bundles of a log that holds exactly ``entries``.

    Returns
    -------
    dict
        File contents by path, bundles first, then tiles level by level. Empty for no entries.

    Raises
    ------
    ValueError
        An entry is longer than 65535 bytes.
    """
    files = {}
    for index, chunk in _chunks(entries):
        files[tile_path(_ENTRIES, index, len(chunk))] = write_bundle(chunk)
    level, hashes = 0, [leaf_hash(entry) for entry in entries]
    while hashes:
        above = []
        for index, tile in _chunks(hashes):
            files[tile_path(level, index, len(tile))] = b"".join(tile)
            # Only full tiles are hashed into the level above.
            if len(tile) == WIDTH:
                above.append(root_of(tile))
        level, hashes = level + 1, above
    return files


def read_layout(files: Mapping[str, bytes], size: int) -> list[bytes]:
    """Read the entries of a log and check every file of it.

    Parameters
    ----------
    files
        Contents by path, without the ``checkpoint``.
    size
        Number of entries, from a verified checkpoint. The caller compares the root.

    Raises
    ------
    TilesDisagree
        A file is missing, superfluous, malformed or too long, or a tile is not what the entries
        make it. Names every file found so; tiles are compared once all bundles can be read.
    """
    _require_present(_paths(size), files)
    superfluous = sorted(files.keys() - set(_paths(size)))
    if superfluous:
        raise TilesDisagree("日志中有多余的文件", superfluous)

    entries = read_entries(files, size)
    different = [path for path, content in layout(entries).items() if files[path] != content]
    if different:
        raise TilesDisagree("日志哈希与条目不符", different)
    return entries


def read_entries(files: Mapping[str, bytes], size: int) -> list[bytes]:
    """Read the entries of a log without a look at its hashes: nothing is proved by them.

    Parameters
    ----------
    files
        Contents by path.
    size
        Number of entries.

    Raises
    ------
    TilesDisagree
        A bundle of entries is missing, malformed or too long. Names every file found so.
    """
    bundles = (tile_path(_ENTRIES, index, width) for index, width in _tiles(size))
    _require_present(bundles, files)
    entries: list[bytes] = []
    malformed = []
    for index, width in _tiles(size):
        path = tile_path(_ENTRIES, index, width)
        try:
            entries += _unbundle(files[path], width)
        except ValueError:
            malformed.append(path)
    if malformed:
        raise TilesDisagree("日志条目文件格式有误", malformed)
    return entries


def _require_present(paths: Iterable[str], files: Mapping[str, bytes]) -> None:
    # Lazily: a size that nobody could store must not be counted through.
    missing = list(islice((path for path in paths if path not in files), _NAMED_AT_MOST))
    if missing:
        raise TilesDisagree("日志文件缺失", missing)


def _paths(size: int) -> Iterator[str]:
    """Name all files of a log of ``size`` entries, in the order of :func:`layout`."""
    for index, width in _tiles(size):
        yield tile_path(_ENTRIES, index, width)
    level = 0
    while size:
        for index, width in _tiles(size):
            yield tile_path(level, index, width)
        size, level = size // WIDTH, level + 1


def _tiles(count: int) -> Iterator[tuple[int, int]]:
    """Cut a row of ``count`` hashes or entries into tiles: index and width of each."""
    full, rest = divmod(count, WIDTH)
    for index in range(full):
        yield index, WIDTH
    if rest:
        yield full, rest


def _chunks(row: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    for index, width in _tiles(len(row)):
        yield index, row[index * WIDTH : index * WIDTH + width]


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Write entries one after the other, each behind its length in two bytes.

    Raises
    ------
    ValueError
        An entry is longer than 65535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise ValueError(f"an entry has at most {MAX_ENTRY_BYTES} bytes, got {len(entry)}")
        parts += [_LENGTH.pack(len(entry)), entry]
    return b"".join(parts)


def _unbundle(data: bytes, width: int) -> list[bytes]:
    """Cut a bundle into exactly ``width`` entries with nothing left over."""
    entries = []
    position = 0
    for _ in range(width):
        if position + _LENGTH.size > len(data):
            raise ValueError("the bundle ends before its last entry")
        (length,) = _LENGTH.unpack_from(data, position)
        position += _LENGTH.size
        entries.append(data[position : position + length])
        position += length
    # Also past the end: the last entry was cut short.
    if position != len(data):
        raise ValueError(f"the entries end at {position}, the bundle at {len(data)}")
    return entries
