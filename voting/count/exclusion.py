"""The exclusion list of a recount: ballots that a court strikes, by their row in the sheet."""

from voting.box.sheet import BallotSheet
from voting.count.lines import entries
from voting.roster.refusals import Problem


def excluded_rows(data: bytes) -> tuple[dict[int, int], list[Problem]]:
    """Read one row number of the ballot sheet a line; ``#`` begins a comment.

    Returns
    -------
    dict
        For each row number the line that first names it.
    list of Problem
        What is no row number, each with its line.
    """
    listed, problems = entries(data, "剔除清单")
    lines: dict[int, int] = {}
    for line, number in listed:
        if number.isascii() and number.isdecimal():
            lines.setdefault(int(number), line)
        else:
            # What stands there may be an owner's name: the line says enough.
            message = "所写的不是行号，应为表决票表中的行号，每行一个"
            problems.append(Problem(line, None, "not-a-row", message))
    return lines, problems


def struck_places(
    lines: dict[int, int], sheet: BallotSheet
) -> tuple[frozenset[int], list[Problem]]:
    """Find the ballots of excluded rows.

    Returns
    -------
    frozenset of int
        Their places in ``sheet.ballots``.
    list of Problem
        Rows without a ballot that could be struck, each with its line.
    """
    place_of = {ballot.row: place for place, ballot in enumerate(sheet.ballots)}
    outside = {ballot.row for ballot in (*sheet.early, *sheet.late)}
    problems = []
    for row, line in lines.items():
        place = place_of.get(row)
        if row in outside:
            message = f"第 {row} 行的表决票在投票时间之外，本来就不计票"
            problems.append(Problem(line, None, "never-counted", message))
        elif place is None:
            message = f"表决票表的第 {row} 行没有表决票"
            problems.append(Problem(line, None, "unknown-row", message))
        elif sheet.ballots[place].void_reason:
            message = f"第 {row} 行的表决票已作废，本来就不计票"
            problems.append(Problem(line, None, "never-counted", message))
    return frozenset(place_of[row] for row in lines if row in place_of), problems
