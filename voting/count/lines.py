"""Lists kept in a text file: one entry a line, ``#`` begins a comment."""

from collections.abc import Collection

from voting.roster.refusals import Problem

_COMMENT = "#"


def entries(data: bytes, what: str) -> tuple[list[tuple[int, str]], list[Problem]]:
    """Read the entries of a list.

    Parameters
    ----------
    what
        What the list is called in messages.

    Returns
    -------
    list of (int, str)
        Number of the line, from 1, and what stands there, without comments and empty lines.
    list of Problem
        One problem if the file is no UTF-8 text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem(None, None, "not-utf8", f"{what}须为 UTF-8 文本")]
    lines = (line.partition(_COMMENT)[0].strip() for line in text.splitlines())
    return [(number, entry) for number, entry in enumerate(lines, start=1) if entry], []


def unit_keys(data: bytes, known: Collection[str], what: str) -> tuple[list[str], list[Problem]]:
    """Read a list of units.

    Parameters
    ----------
    known
        Keys of the units on the roster.

    Returns
    -------
    list of str
        Those that are on the roster.
    list of Problem
        Those that are not, each with its line.
    """
    listed, problems = entries(data, what)
    problems += [
        # What stands there may be an owner's name: the line says enough.
        Problem(line, None, "unknown-unit", "所写的不是业主清册中的房屋编号，应如 1-1-101")
        for line, key in listed
        if key not in known
    ]
    return [key for _, key in listed if key in known], problems
