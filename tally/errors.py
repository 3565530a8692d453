"""What the count refuses to compute."""


class TallyError(ValueError):
    """The columns contradict each other, or the law has no rule for what is asked.

    The only exception this package raises on purpose. A count is exact or it does not exist:
    nothing is repaired, guessed or left out.

    Parameters
    ----------
    message
        Chinese text that names the offending row.
    row
        Position of the offending unit or ballot, counted from 0, where there is one.
    """

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row
