"""``yezhu roster check``: what a roster sheet says, what is wrong with it, what it adds up to."""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from api.cli.files import BAD_INPUT, OK, read_files
from voting.kernel.area import Area, square_metres
from voting.kernel.clock import BEIJING
from voting.roster.denominators import Denominator, compared, denominators
from voting.roster.examination import STEPS, Examination, examine
from voting.roster.explanation import Comparison, Explanation, Group, compare_all
from voting.roster.findings_workbook import findings_workbook
from voting.roster.grouping import HeadRule
from voting.roster.refusals import Grade
from voting.roster.report import report
from voting.roster.stated import parse
from voting.roster.statistics import read_statistics

_STYLES = {Grade.ERROR: "bold red", Grade.WARNING: "yellow", Grade.HINT: "cyan"}
_FINDINGS_SHOWN, _GROUPS_SHOWN, _COMPARED_SHOWN = 200, 20, 5


def check_file(
    path: Path,
    *,
    as_json: bool,
    out: Path | None,
    registered_total: str | None,
    statistics: Path | None,
    on: datetime | None,
    same_owner: str,
    stated: Sequence[str],
) -> int:
    """Check a roster sheet; 2 if it has errors, 0 if nothing or only warnings and hints.

    Raises
    ------
    Refusal
        The total or the building statistics to compare with are themselves unreadable, or so is
        what is stated for whole columns.
    """
    inputs = [path] if statistics is None else [path, statistics]
    if out is not None and out.resolve() in {each.resolve() for each in inputs}:
        print("--out 不能写到输入文件上，请另取文件名", file=sys.stderr)
        return BAD_INPUT
    said = parse(stated)
    registered = Area.parse(registered_total).cm2 if registered_total is not None else None
    contents = read_files(inputs)
    if contents is None:
        return BAD_INPUT
    buildings = read_statistics(contents[1], statistics.name) if statistics is not None else None
    rule = HeadRule(same_owner)
    comparisons: list[Comparison] = []
    totals: tuple[Denominator, ...] = ()
    with _progress() as progress:
        task = progress.add_task("", total=len(STEPS) + 2)

        def step(name: str) -> None:
            progress.update(task, advance=1, description=name)

        examination = examine(
            contents[0],
            path.name,
            on=on.date() if on is not None else _today(),
            stated=said,
            registered_cm2=registered,
            buildings=buildings,
            rule=rule,
            step=step,
        )
        if examination.roster is not None:
            step("与其他规则比较，计算各种分母")
            comparisons = compare_all(examination.roster, rule)
            totals = denominators(examination.roster)
        if out is not None:
            step(f"写出 {out.name}")
            try:
                _write_privately(out, findings_workbook(examination, totals))
            except OSError as error:
                print(f"无法写入 {out}：{error.strerror}", file=sys.stderr)
                return BAD_INPUT
    if as_json:
        found = report(contents[0], path.name, examination, comparisons, totals)
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(examination, comparisons, totals)
        if out is not None:
            print(f"带批注的清册与全部结果已写入 {out}")
    return OK if examination.roster is not None else BAD_INPUT


def _write_privately(out: Path, content: bytes) -> None:
    """Write what names people so that the caller alone may read it: all of it or nothing."""
    descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=".")  # made with mode 0600
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _today() -> date:
    return datetime.now(BEIJING).date()


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _show(
    examination: Examination,
    comparisons: Sequence[Comparison],
    totals: Sequence[Denominator],
) -> None:
    """Print to the screen, guesses first: they decide what everything after them means."""
    console = Console(markup=False, highlight=False, emoji=False)
    if examination.table is not None:
        console.print("文件是这样读的，请先核对：", style="bold")
        for line in examination.table.reading.lines():
            console.print(f"  {line}")
    console.print()
    _show_findings(console, examination)
    if examination.explanation is not None:
        console.print()
        _show_groups(console, examination.explanation)
        for comparison in comparisons:
            _show_comparison(console, comparison)
        console.print()
        _show_totals(console, totals)


def _show_findings(console: Console, examination: Examination) -> None:
    counts = "，".join(f"{grade.chinese} {len(examination.of_grade(grade))}" for grade in Grade)
    console.print(f"核对结果：{counts}", style="bold")
    for finding in examination.ranked[:_FINDINGS_SHOWN]:
        row = f"第 {finding.row} 行" if finding.row is not None else ""
        # Once the table is known, its sheet has been named above.
        sheet = finding.sheet if examination.table is None else None
        parts = (f"工作表“{sheet}”" if sheet else "", examination.cell(finding) or row)
        place = " ".join(filter(None, (*parts, finding.column)))
        line = Text(f"  {finding.grade.chinese}　", _STYLES[finding.grade])
        line.append(f"{place}：" if place else "", "default")
        line.append(finding.message, "default")
        console.print(line, soft_wrap=True)
    more = len(examination.findings) - _FINDINGS_SHOWN
    if more > 0:
        console.print(f"……另有 {more} 条，用 --out 写出全部")


def _show_groups(console: Console, explanation: Explanation) -> None:
    before, after = explanation.before, explanation.after
    console.print(f"产权组合（{explanation.rule.chinese}）", style="bold")
    console.print(
        f"  归并前 {before.heads} 人 {square_metres(before.area_cm2)} ㎡，"
        f"归并后 {after.heads} 人 {square_metres(after.area_cm2)} ㎡"
    )
    for group in explanation.groups[:_GROUPS_SHOWN]:
        area = square_metres(group.area_cm2)
        console.print(f"  第 {group.number + 1} 组：{len(group.lines)} 套计一人，{area} ㎡")
        _show_lines(console, group)
    _show_rest(console, len(explanation.groups) - _GROUPS_SHOWN)


def _show_comparison(console: Console, comparison: Comparison) -> None:
    console.print(f"若改为“{comparison.rule.chinese}”：{comparison.heads} 人", style="bold")
    for word, groups in (("合为一人", comparison.joined), ("分开计", comparison.parted)):
        for group in groups[:_COMPARED_SHOWN]:
            console.print(f"  {len(group.lines)} 套{word}：")
            _show_lines(console, group)
        _show_rest(console, len(groups) - _COMPARED_SHOWN)


def _show_lines(console: Console, group: Group) -> None:
    for line in group.lines[:_GROUPS_SHOWN]:
        area = square_metres(line.area_cm2)
        console.print(f"    {line.unit_key}　{area} ㎡　{line.reason}", soft_wrap=True)
    if len(group.lines) > _GROUPS_SHOWN:
        console.print(f"    ……另有 {len(group.lines) - _GROUPS_SHOWN} 套")


def _show_rest(console: Console, more: int) -> None:
    if more > 0:
        console.print(f"  ……另有 {more} 组，用 --json 列出全部")


def _show_totals(console: Console, totals: Sequence[Denominator]) -> None:
    console.print("各种口径下的总数（分母）", style="bold")
    for total, same in compared(totals):
        lacking = f"；缺 {total.without_area} 套，不能作分母" if total.without_area else ""
        lacking += f"；与“{same}”完全相同" if same is not None else ""
        area = square_metres(total.area_cm2)
        console.print(f"  {total.name}：{total.units} 套，{area} ㎡{lacking}", soft_wrap=True)
        if same is not None:
            continue
        if len(set(total.heads.values())) == 1:
            console.print(f"    {max(total.heads.values())} 人　无论按哪一种规则")
            continue
        for rule, heads in total.heads.items():
            console.print(f"    {heads} 人　{rule.chinese}", soft_wrap=True)
