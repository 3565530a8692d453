"""A whole city as files: many complexes, each with the three files of a recount.

A city dataset is a directory with one sub-directory for each complex, and in it ``agenda.json``
and one sheet each called ``roster`` and ``ballots`` (xlsx, xls or CSV).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from voting.kernel import canonical
from voting.roster.model import natural_key

AGENDA = "agenda.json"
ROSTER, BALLOTS = "roster", "ballots"
SHEET_SUFFIXES = (".xlsx", ".xls", ".csv")

PART_COMPLEXES = 200
"""Complexes of one part: enough that handing it out costs nothing beside reading it."""

# About 250,000 units with their ballots as CSV: what one process holds in memory at a time.
_PART_BYTES = 48 * 1024 * 1024


class CityUnusable(Exception):  # noqa: N818 - as refusals are named; it says why in Chinese
    """The directory is no city dataset, or not the one that was listed."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file as it was listed; ``digest`` is the SHA-256 of its content, ``size`` in bytes."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Folder:
    """One complex: its roster, ballots and agenda, or what is wrong with the folder."""

    name: str
    files: tuple[InputFile, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Complexes that are counted in one go, by one process."""

    folders: tuple[Folder, ...]

    @property
    def digest(self) -> str:
        """Name the part by everything it reads: one changed byte, and it is another part."""
        return canonical.digest(
            canonical.encode(
                [
                    [
                        folder.name,
                        [[file.name, file.size, file.digest] for file in folder.files],
                        list(folder.problems),
                    ]
                    for folder in self.folders
                ]
            )
        )

    def singly(self) -> list["Part"]:
        """Return its complexes as parts of their own."""
        return [Part((folder,)) for folder in self.folders]


def city_folders(data: Path) -> tuple[Folder, ...]:
    """List the complexes of a city in the natural order of their names.

    Raises
    ------
    CityUnusable
        There is no such directory, no complex in it, or a name that cannot be written down.
    """
    try:
        found = [path for path in data.iterdir() if path.is_dir()]
    except OSError as error:
        raise CityUnusable(f"无法读取数据目录 {data}：{error.strerror}") from error
    # Archives and synchronisation leave hidden directories behind.
    complexes = [path for path in found if not path.name.startswith(".")]
    if not complexes:
        raise CityUnusable(f"数据目录 {data} 中没有小区：每个小区应有一个子目录")
    for path in complexes:
        if path.name != path.name.encode(errors="ignore").decode():
            shown = path.name.encode(errors="backslashreplace").decode()
            raise CityUnusable(f"小区目录名不是 UTF-8 文字：{shown}")
    return tuple(_folder(path) for path in sorted(complexes, key=_by_name))


def plan_parts(folders: Sequence[Folder], complexes: int = PART_COMPLEXES) -> list[Part]:
    """Cut a city into parts of at most so many complexes, and of moderate size."""
    parts: list[Part] = []
    waiting: list[Folder] = []
    size = 0
    for folder in folders:
        adding = sum(file.size for file in folder.files)
        if waiting and (len(waiting) == complexes or size + adding > _PART_BYTES):
            parts.append(Part(tuple(waiting)))
            waiting, size = [], 0
        waiting.append(folder)
        size += adding
    return [*parts, Part(tuple(waiting))] if waiting else parts


def read_files(data: Path, folder: Folder) -> Iterator[tuple[InputFile, bytes]]:
    """Read roster, ballots and agenda of a complex, in this order.

    Raises
    ------
    CityUnusable
        A file is not the one that was listed: another directory, or changed since.
    """
    for file in folder.files:
        path = data / folder.name / file.name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CityUnusable(f"计票进程读不到 {path}：{error.strerror}") from error
        if canonical.digest(content) != file.digest:
            raise CityUnusable(f"{path} 与开始时不同：计票期间被改动，或不是同一个目录")
        yield file, content


def _folder(path: Path) -> Folder:
    """Find the three files of a complex, and take their digests."""
    try:
        names = sorted(entry.name for entry in path.iterdir())
        problems: list[str] = []
        chosen: list[str] = []
        for stem in (ROSTER, BALLOTS):
            sheets = [name for name in names if _is_sheet(name, stem)]
            if len(sheets) != 1:
                wanted = f"{stem}（xlsx、xls、csv 之一）"
                problems.append(
                    f"有多个 {wanted}：{'、'.join(sheets)}" if sheets else f"缺少 {wanted}"
                )
            chosen += sheets
        if AGENDA not in names:
            problems.append(f"缺少 {AGENDA}")
        if problems:
            return Folder(path.name, problems=tuple(problems))
        return Folder(path.name, tuple(_file(path / name) for name in (*chosen, AGENDA)))
    except OSError as error:
        return Folder(path.name, problems=(f"无法读取：{error.strerror}",))


def _is_sheet(name: str, stem: str) -> bool:
    path = Path(name)
    return path.stem == stem and path.suffix.lower() in SHEET_SUFFIXES


def _file(path: Path) -> InputFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return InputFile(path.name, file.tell(), digest)


def _by_name(path: Path) -> tuple[tuple[tuple[int, str], ...], str]:
    return natural_key(path.name), path.name
