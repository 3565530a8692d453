"""Text from outside in a spreadsheet cell: it is shown, never run as a formula."""

# Excel takes the full-width characters for the half-width ones.
_STARTS_A_FORMULA = tuple("=+-@\t\r＝＋－＠")
_MARK = "'"


def inert(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run."""
    # An apostrophe already there gets its own, so that taking one away gives the text again.
    return f"{_MARK}{text}" if text.lstrip(_MARK).startswith(_STARTS_A_FORMULA) else text


def as_meant(cell: str) -> str:
    """Take away the apostrophe that :func:`inert` put there, and no other."""
    meant = cell.removeprefix(_MARK)
    return meant if inert(meant) == cell else cell
