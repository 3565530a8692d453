"""The owners of every row: names, types and numbers of papers, matched one to one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from voting.roster import identity_numbers, spelling
from voting.roster.cells import SEPARATOR, Fault, entries, one_separator, spelled
from voting.roster.model import IdType, OwnerRecord

NAME, TYPE, NUMBER = "业主姓名", "证件类型", "证件号码"

NUMBER_TWO_TYPES = Fault(
    "number-two-types", "同一号码写成不同的证件类型，会被当作不同的人，请统一证件类型"
)

_MAX_NAME = 100
# Longer than the number of any other paper.
_DIGITS = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Titles:
    """What the three columns say.

    Rows count from 0. ``owners`` are those of each row, None where a fault or a damaged cell kept
    them from being read; ``faults`` are (row, column, fault) in no order; ``legacy`` are the
    (row, identity) pairs written as a 15-digit number. ``people`` are all owners under their
    identity, each as first named; ``two_names`` tells whether some identity stands under another
    name as well.
    """

    owners: list[tuple[OwnerRecord, ...] | None]
    faults: list[tuple[int, str, Fault]] = field(default_factory=list)
    legacy: list[tuple[int, str]] = field(default_factory=list)
    people: Mapping[str, OwnerRecord] = field(default_factory=dict)
    two_names: bool = False


def read_owners(
    names: Sequence[str] | None,
    types: Sequence[str] | None,
    numbers: Sequence[str] | None,
    damaged: Mapping[str, set[int]],
    rows: int,
) -> Titles:
    """Match the entries of the three columns.

    A column that is missing leaves every row unread; the numbers are checked all the same, so that
    what is wrong with them is known together with what is missing.

    Parameters
    ----------
    names, types, numbers
        Text of the columns, one entry for each row.
    damaged
        Positions of the rows whose cell was already reported, for each column.
    """
    if numbers is None:
        return Titles([None] * rows)
    if names is None or types is None:
        unread = _without_a_column(names, types, one_separator(numbers))
        faults = read_owners(*unread, numbers, damaged, rows).faults
        missing = {column for column, texts in ((NAME, names), (TYPE, types)) if texts is None}
        return Titles([None] * rows, [fault for fault in faults if fault[1] not in missing])
    reader = _OwnerReader(damaged, rows)
    reader.read(
        spelled(spelling.personal_name, one_separator(names)),
        one_separator(types),
        spelled(spelling.identity_number, one_separator(numbers)),
    )
    return Titles(reader.owners, reader.faults, reader.legacy, reader.people, reader.two_names)


def _without_a_column(
    names: Sequence[str] | None, types: Sequence[str] | None, numbers: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """Put something plain where a column of names or types is missing, for each number one."""
    papers = [entries(number) for number in numbers]
    if names is None:
        names = [SEPARATOR.join("?" for _ in written) for written in papers]
    if types is None:
        types = [SEPARATOR.join(map(_likely_type, written)) for written in papers]
    return names, types


def _likely_type(paper: str) -> IdType:
    """Tell what a number without a type is meant to be, only to say what is wrong with it."""
    proved = identity_numbers.infer_type(paper)
    if proved is not None:
        return proved
    return IdType.RESIDENT if _DIGITS.match(spelling.compact(paper)) else IdType.OTHER


class _OwnerReader:
    """Most rows have one owner with a sound resident number; the others are read one by one."""

    def __init__(self, damaged: Mapping[str, set[int]], rows: int) -> None:
        self.damaged = damaged
        self.owners: list[tuple[OwnerRecord, ...] | None] = [None] * rows
        self.faults: list[tuple[int, str, Fault]] = []
        self.legacy: list[tuple[int, str]] = []
        # One object for one owner, however many units.
        self.people: dict[str, OwnerRecord] = {}
        self.two_names = False
        self.printable = False
        self.types: dict[tuple[str, int], Sequence[IdType | None]] = {}

    def note(self, row: int, column: str, code: str, message: str) -> None:
        self.faults.append((row, column, Fault(code, message)))

    def read(self, names: list[str], types: list[str], numbers: list[str]) -> None:
        longest = max(map(len, names), default=0)
        self.printable = longest <= _MAX_NAME and all(map(str.isprintable, names))
        sound = identity_numbers.sound_residents(numbers).tolist()
        resident = IdType.RESIDENT.value
        alone: dict[str, tuple[OwnerRecord]] = {}
        others: list[int] = []
        for row, (name, kind, number) in enumerate(zip(names, types, numbers, strict=True)):
            if not sound[row] or kind != resident or not name or SEPARATOR in name:
                others.append(row)
            elif (found := alone.get(number)) is not None and found[0].name == name:
                self.owners[row] = found
            elif self.printable:
                owner = self.owner(name, IdType.RESIDENT, number)
                self.owners[row] = alone[number] = (owner,)
            else:
                others.append(row)
        self.read_others(others, names, types, numbers)

    def owner(self, name: str, id_type: IdType, number: str) -> OwnerRecord:
        owner = OwnerRecord(name, id_type, number)
        known = self.people.setdefault(owner.identity, owner)
        if known.name == name:
            return known
        self.two_names = True
        return owner

    def read_others(
        self, rows: list[int], names: list[str], types: list[str], numbers: list[str]
    ) -> None:
        papers = [entries(numbers[row]) for row in rows]
        sound = iter(identity_numbers.sound_residents(list(chain.from_iterable(papers))).tolist())
        for row, written in zip(rows, papers, strict=True):
            is_sound = [next(sound) for _ in written]
            people = entries(names[row])
            if not self.fit(row, people, written) or row in self.damaged.get(TYPE, ()):
                continue
            id_types = self.types_of(row, types[row], written, is_sound)
            if all(is_sound) and id_types.count(IdType.RESIDENT) == len(set(written)):
                pairs = zip(people, written, strict=True)
                owners = [self.owner(name, IdType.RESIDENT, number) for name, number in pairs]
                self.owners[row] = tuple(owners)
            else:
                self.match(row, people, id_types, written, is_sound)

    def fit(self, row: int, people: list[str], papers: list[str]) -> bool:
        """Tell whether there is one number for each name, and note what is wrong."""
        if not people:
            self.note(row, NAME, "empty-cell", "不能为空")
        if not papers:
            self.note(row, NUMBER, "empty-cell", "不能为空")
        if not people or not papers:
            return False
        if not self.printable and not all(map(_is_name, people)):
            message = f"姓名超过 {_MAX_NAME} 字或含有不可见字符"
            self.note(row, NAME, "unreadable-name", message)
            return False
        if len(people) != len(papers):
            message = f"有 {len(people)} 位业主，却有 {len(papers)} 个证件号码，须一一对应"
            self.note(row, NUMBER, "owner-count", message)
            return False
        return True

    def types_of(
        self, row: int, text: str, papers: list[str], is_sound: list[bool]
    ) -> Sequence[IdType | None]:
        known = self.types.get((text, len(papers)))
        if known is not None:
            return known
        id_types, fault = _types(text, papers, is_sound)
        if fault is not None:
            self.faults.append((row, TYPE, fault))
        elif text:
            self.types[text, len(papers)] = id_types
        return id_types

    def match(
        self,
        row: int,
        people: list[str],
        id_types: Sequence[IdType | None],
        papers: list[str],
        is_sound: list[bool],
    ) -> None:
        owners: list[OwnerRecord] = []
        for name, id_type, paper, sound in zip(people, id_types, papers, is_sound, strict=True):
            if id_type is None:
                continue
            number = paper
            if id_type is not IdType.RESIDENT or not sound:
                number, message = identity_numbers.read_number(id_type, paper)
                if message is not None:
                    self.note(row, NUMBER, "bad-identity-number", message)
                    continue
            owner = self.owner(name, id_type, number)
            owners.append(owner)
            if number != paper:
                self.legacy.append((row, owner.identity))
        if len(owners) > 1 and len({owner.identity for owner in owners}) < len(owners):
            self.note(row, NUMBER, "owner-repeated", "同一证件号码在本行出现两次")
        elif len(owners) == len(people):
            self.owners[row] = tuple(owners)


def _is_name(text: str) -> bool:
    return len(text) <= _MAX_NAME and text.isprintable()


def _types(
    text: str, papers: list[str], is_sound: list[bool]
) -> tuple[Sequence[IdType | None], Fault | None]:
    """Type of each number: one for all, one for each, or told by the number itself."""
    written = entries(text)
    if not written:
        types = [
            IdType.RESIDENT if sound else identity_numbers.infer_type(paper)
            for paper, sound in zip(papers, is_sound, strict=True)
        ]
        if None not in types:
            return types, None
        message = "证件类型为空，而号码不是校验无误的身份证号或统一社会信用代码"
        return types, Fault("empty-cell", message)
    if len(written) not in {1, len(papers)}:
        message = f"有 {len(papers)} 个证件号码，却有 {len(written)} 个证件类型"
        return [None] * len(papers), Fault("owner-count", message)
    read = [identity_numbers.ID_TYPES.get(spelling.compact(one)) for one in written]
    if len(read) == 1:
        read *= len(papers)
    if None not in read:
        return read, None
    return read, Fault("unknown-value", f"证件类型无法识别，应为：{'、'.join(IdType)}")
