"""One part of a city, counted in one process: the same result wherever that is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tally.batch import count_batch
from tally.columns import BallotColumns, RosterColumns
from tally.errors import TallyError
from tally.model import Agenda, Item
from tally.side_by_side import side_by_side
from voting.assembly.agenda import parse_agenda
from voting.box.sheet import read_ballot_sheet
from voting.count.city import AGENDA, Folder, InputFile, Part, read_files
from voting.count.recount import recount
from voting.count.refusals import InputsUnreadable
from voting.roster.grouping import roster_columns
from voting.roster.refusals import FileUnreadable
from voting.roster.verify import read_roster

Record = dict[str, Any]
"""What becomes of one complex: ``complex`` with ``items``, or with ``problems``."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """One complex, ready to be counted: U units and B ballots."""

    folder: Folder
    agenda: Agenda
    roster: RosterColumns
    ballots: BallotColumns


_Contents = tuple[tuple[InputFile, bytes], ...]


def count_part(data: str, part: Part) -> list[Record]:
    """Count the complexes of one part; one that cannot be counted says why, and harms no other.

    Parameters
    ----------
    data
        The city's directory, as this process sees it.
    part
        Complexes of it.

    Returns
    -------
    list of dict
        One record for each complex, in the order given. A counted one has ``items`` as
        :func:`~voting.count.recount.recount` gives them, without the doubts, and the number of
        ``units``; any other has ``problems``, Chinese lines.

    Raises
    ------
    CityUnusable
        A file is not the one that was listed: another directory, or changed since.
    """
    records: dict[str, Record] = {}
    alike: defaultdict[Agenda, list[_Columns]] = defaultdict(list)
    for folder in part.folders:
        if folder.problems:
            records[folder.name] = {"problems": list(folder.problems)}
            continue
        contents = tuple(read_files(Path(data), folder))
        try:
            columns = _read(folder, contents)
        except (FileUnreadable, TallyError):
            records[folder.name] = {"problems": _problems(contents)}
        else:
            alike[wordless(columns.agenda)].append(columns)
    for agenda, together in alike.items():
        for columns, items in zip(together, _count_alike(agenda, together), strict=True):
            folder = columns.folder
            if items is None:
                contents = tuple(read_files(Path(data), folder))
                records[folder.name] = {"problems": _problems(contents)}
            else:
                records[folder.name] = _counted(columns, items)
    return [{"complex": folder.name} | records[folder.name] for folder in part.folders]


def wordless(agenda: Agenda) -> Agenda:
    """Reduce an agenda to what the count reads: rules and forms and ids, no wording, no window.

    Assemblies whose agendas are equal in this are counted in one call. The window has done its
    work when the ballot sheet was read.
    """
    return replace(
        agenda,
        title="",
        convener="",
        opens_at=None,
        closes_at=None,
        items=tuple(_wordless_item(item) for item in agenda.items),
    )


def _wordless_item(item: Item) -> Item:
    return replace(
        item,
        title="",
        candidates=tuple(replace(candidate, name="") for candidate in item.candidates),
        options=tuple(replace(option, title="") for option in item.options),
    )


def _counted(columns: _Columns, items: Sequence[dict[str, Any]]) -> Record:
    return {
        "title": columns.agenda.title,
        "decision_date": columns.agenda.decision_date.isoformat(),
        "inputs": {file.name: file.digest for file in columns.folder.files},
        "units": len(columns.roster),
        "items": _in_words(items, columns.agenda),
    }


def _in_words(items: Sequence[dict[str, Any]], agenda: Agenda) -> list[dict[str, Any]]:
    """Give the items of a result the wording of their own agenda."""
    worded = []
    for result, item in zip(items, agenda.items, strict=True):
        words: dict[str, Any] = {"title": item.title}
        if item.candidates:
            words["candidates"] = [
                row | {"name": candidate.name}
                for row, candidate in zip(result["candidates"], item.candidates, strict=True)
            ]
        if item.options:
            words["options"] = [
                row | {"title": option.title}
                for row, option in zip(result["options"], item.options, strict=True)
            ]
        worded.append(result | words)
    return worded


def _count_alike(agenda: Agenda, together: Sequence[_Columns]) -> list[list[dict[str, Any]] | None]:
    """Count complexes with one agenda; None for one that cannot be counted."""
    try:
        return [*_count_together(agenda, together)]
    except TallyError:
        if len(together) == 1:
            return [None]
        # One complex that its agenda does not fit must not take the others with it.
        return [items for alone in together for items in _count_alike(agenda, [alone])]


def _count_together(agenda: Agenda, together: Sequence[_Columns]) -> list[list[dict[str, Any]]]:
    """Count complexes whose agendas differ in wording only; one list of items for each."""
    batch = count_batch(
        agenda,
        *side_by_side([(each.folder.name, each.roster, each.ballots) for each in together]),
    )
    return [batch.result(segment) for segment in range(len(together))]


def _read(folder: Folder, contents: _Contents) -> _Columns:
    """Read the three files; only the columns are kept, which take a tenth of the rows."""
    (roster_file, roster_bytes), (ballots_file, ballots_bytes), (_, agenda_bytes) = contents
    agenda = parse_agenda(agenda_bytes)
    roster = read_roster(roster_bytes, roster_file.name)
    sheet = read_ballot_sheet(ballots_bytes, ballots_file.name, agenda, roster)
    units = roster_columns(roster)
    ballots = BallotColumns.from_rows(units, agenda, [row.ballot for row in sheet.ballots])
    return _Columns(folder, agenda, units, ballots)


def _problems(contents: _Contents) -> list[str]:
    """List what keeps a complex from being counted, as a recount of it alone would say it."""
    (roster, roster_bytes), (ballots, ballots_bytes), (_, agenda_bytes) = contents
    try:
        recount(roster_bytes, roster.name, ballots_bytes, ballots.name, agenda_bytes, AGENDA)
    except InputsUnreadable as refusal:
        return list(refusal.lines)
    raise AssertionError("counted alone, though not together")
