"""Who acts for the owners of a row, and in which state they are: columns that few sheets have."""

from collections.abc import Iterator, Sequence
from functools import cache

from voting.roster import spelling
from voting.roster.cells import Fault, entries, one_separator
from voting.roster.mandate import state_of
from voting.roster.model import OwnerRecord, UnitRecord
from voting.roster.owners import NAME, NUMBER, TYPE, Titles, read_owners
from voting.roster.table import Table

VOTER, REPRESENTATIVE, STATE = "表决人", "代理人", "业主状态"
REPRESENTATIVE_TYPE, REPRESENTATIVE_NUMBER = "代理人证件类型", "代理人证件号码"

_COLUMNS = {
    NAME: REPRESENTATIVE,
    TYPE: REPRESENTATIVE_TYPE,
    NUMBER: REPRESENTATIVE_NUMBER,
}

Note = tuple[int, str, Fault]
"""Place of the row counted from 0, column, and what is wrong there."""


def represent(table: Table, units: Sequence[UnitRecord], titles: Titles) -> Iterator[Note]:
    """Put representatives and states into the units of a sheet, and tell what could not be read.

    A representative is known by his own papers, or by his name if he is an owner of the row. Any
    other has no papers here: he stays out, and votes on paper.
    """
    if not {STATE, *_COLUMNS.values()}.intersection(table.columns):
        return
    by_row = {unit.row: unit for unit in units}
    yield from _states(table, by_row)
    yield from _representatives(table, by_row, titles)


def _states(table: Table, by_row: dict[int, UnitRecord]) -> Iterator[Note]:
    """One state for all owners of a row, or one for each."""
    known = cache(state_of)
    for at, text in enumerate(one_separator(table.text.get(STATE, ()))):
        unit, words = by_row.get(table.numbers[at]), entries(text)
        states = [state for word in words if (state := known(word)) is not None]
        if len(states) < len(words):
            # What stands there is not repeated: in a sheet with shifted columns it may be a name.
            message = "不是认得的状态，应为：正常、已故、无民事行为能力；没有特别情况请留空"
            yield at, STATE, Fault("unknown-state", message)
            continue
        if unit is None or not words:
            continue
        owners = len(unit.owners)
        if len(words) not in {1, owners}:
            message = f"有 {owners} 位业主，却有 {len(words)} 个状态：请只写一个，或一一对应"
            yield at, STATE, Fault("owner-count", message)
            continue
        unit.states = tuple(states) if len(states) == owners else tuple(states * owners)


def _representatives(table: Table, by_row: dict[int, UnitRecord], titles: Titles) -> Iterator[Note]:
    blank = [""] * len(table.numbers)
    names, types, numbers = (table.text.get(column, blank) for column in _COLUMNS.values())
    for at, text in enumerate(one_separator(names)):
        unit, said = by_row.get(table.numbers[at]), entries(spelling.personal_name(text))
        if unit is not None and said:
            unit.representatives = tuple(owner for owner in unit.owners if owner.name in said)
    known = [at for at, number in enumerate(numbers) if number.strip()]
    names, types, numbers = ([text[at] for at in known] for text in (names, types, numbers))
    read = read_owners(names, types, numbers, {}, len(known))
    for place, column, fault in read.faults:
        yield known[place], _COLUMNS[column], fault
    for at, people in zip(known, read.owners, strict=True):
        if people is None:
            continue
        if any(_named_otherwise(person, titles, read) for person in people):
            message = "代理人的证件号码在另一处登记的是另一个姓名"
            yield at, REPRESENTATIVE, Fault("identity-two-names", message)
        elif (unit := by_row.get(table.numbers[at])) is not None:
            unit.representatives = people


def _named_otherwise(person: OwnerRecord, titles: Titles, others: Titles) -> bool:
    return any(
        known is not None and known.name != person.name
        for known in (titles.people.get(person.identity), others.people.get(person.identity))
    )
