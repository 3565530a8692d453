"""What is found in a file: every problem of it, each with its place and how much it weighs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from voting.kernel.refusal import Refusal

# A person corrects a file from the list of problems; the one-line detail only introduces it.
_SHOWN_IN_DETAIL = 3


class Grade(StrEnum):
    """How much a finding weighs. Only an error keeps a file out."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"

    @property
    def chinese(self) -> str:
        """The word for the person who corrects the file."""
        return {"error": "错误", "warning": "警告", "hint": "提示"}[self.value]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing found in a file, said so that a clerk can find and correct it.

    ``row`` counts from 1 as Excel shows it; ``column`` is the heading of the column, or a JSON
    pointer (RFC 6901) in a JSON file; ``sheet`` is the worksheet, None where a file has only one
    table. ``message`` is Chinese and never repeats an identity number, a name or a telephone
    number.
    """

    row: int | None
    column: str | None
    code: str
    message: str
    sheet: str | None = None
    grade: Grade = Grade.ERROR

    def __str__(self) -> str:
        place = [f"工作表“{self.sheet}”"] if self.sheet is not None else []
        if self.row is not None:
            place.append(f"第 {self.row} 行")
        if self.column is not None:
            place.append(self.column)
        return f"{' '.join(place)}：{self.message}" if place else self.message

    def document(self) -> Mapping[str, Any]:
        """Plain values for JSON; the sheet only where there is one to name."""
        plain = asdict(self) | {"grade": self.grade.value}
        if self.sheet is None:
            del plain["sheet"]
        return plain


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
            problems=[problem.document() for problem in self.problems],
        )


class RosterUnreadable(FileUnreadable):
    """The roster sheet has problems; nothing is imported."""

    code = "roster-unreadable"
    what = "业主清册"
