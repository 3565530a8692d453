"""What an audit finds: each difference with its table, its log and its place there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from voting.kernel.refusal import Refusal

Row = TypeVar("Row")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a table is not what its log says.

    ``position`` counts from 0 in the log named; None where no single entry is concerned. ``text``
    names columns and never what is in them: they may be somebody's choice or person.
    """

    log: str
    position: int | None
    table: str
    text: str


class Differences:
    """Collects what is different between the tables and one log."""

    def __init__(self, log: str) -> None:
        self.log = log
        self.found: list[Difference] = []

    def add(self, table: str, position: int | None, text: str) -> None:
        """Note one difference."""
        self.found.append(Difference(self.log, position, table, text))

    def same(self, table: str, position: int | None, **columns: tuple[object, object]) -> None:
        """Compare columns: each with what is stored and what the log says."""
        for name, (stored, logged) in columns.items():
            if type(stored) is not type(logged) or stored != logged:
                self.add(table, position, f"{name} 与日志不符")

    def match(
        self,
        table: str,
        rows: Iterable[tuple[int | None, Row]],
        logged: Mapping[int, dict[str, Any]],
        compare: Callable[[int, Row, dict[str, Any]], None],
    ) -> None:
        """Pair the rows of a table with the entries that they name, and compare each pair."""
        by_position: dict[int, Row] = {}
        for position, row in rows:
            if position is None or position not in logged:
                self.add(table, position, "表中多出一行，日志没有它的记录")
            elif position in by_position:
                self.add(table, position, "表中有两行指向日志的同一条")
            else:
                by_position[position] = row
        for position, entry in sorted(logged.items()):
            if position not in by_position:
                self.add(table, position, "日志有这一条，表中没有")
            else:
                self.attempt(table, position, compare, position, by_position[position], entry)

    def attempt(
        self,
        table: str,
        position: int | None,
        compare: Callable[P, None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Compare; what cannot even be read is a difference, not a crash."""
        try:
            compare(*args, **kwargs)
        except Refusal as refusal:
            self.add(table, position, f"内容无法读取（{refusal.code}）")
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            self.add(table, position, f"内容无法读取（{type(error).__name__}）")
