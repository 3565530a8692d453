"""Refusals of files that are to be counted without a server."""

from voting.kernel.refusal import Refusal
from voting.roster.refusals import Problem


class InputsUnreadable(Refusal):
    """The files to be counted have problems; ``problems`` are those of all of them.

    Parameters
    ----------
    problems
        Pairs of file name and problem, file by file.
    """

    code = "inputs-unreadable"

    def __init__(self, problems: tuple[tuple[str, Problem], ...]) -> None:
        self.problems = problems
        self.lines = tuple(f"{name}：{problem}" for name, problem in problems)
        super().__init__(f"输入文件共有 {len(problems)} 处问题，未计票", problems=list(self.lines))
