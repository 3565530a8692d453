"""What makes a file unreadable: every problem of it, each with its row and column."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from voting.kernel.refusal import Refusal

# A person corrects a file from the list of problems; the one-line detail only introduces it.
_SHOWN_IN_DETAIL = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file, said so that a clerk can find and correct it.

    ``row`` counts from 1 as Excel shows it; ``column`` is the heading of the column, or a JSON
    pointer (RFC 6901) in a JSON file. ``message`` is Chinese and never repeats an identity
    number, a name or a telephone number.
    """

    row: int | None
    column: str | None
    code: str
    message: str

    def __str__(self) -> str:
        place = [f"第 {self.row} 行"] if self.row is not None else []
        if self.column is not None:
            place.append(self.column)
        return f"{' '.join(place)}：{self.message}" if place else self.message


class FileUnreadable(Refusal):
    """A file with problems: nothing of it is taken over.

    Parameters
    ----------
    problems
        All of them, never only the first; at least one.
    """

    what = "文件"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        shown = "；".join(str(problem) for problem in self.problems[:_SHOWN_IN_DETAIL])
        more = "……" if len(self.problems) > _SHOWN_IN_DETAIL else ""
        super().__init__(
            f"{self.what}有 {len(self.problems)} 处问题，未采用：{shown}{more}",
            problems=[asdict(problem) for problem in self.problems],
        )


class RosterUnreadable(FileUnreadable):
    """The roster sheet has problems; nothing is imported."""

    code = "roster-unreadable"
    what = "业主清册"
