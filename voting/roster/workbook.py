"""Write a roster as the xlsx sheet that :mod:`voting.roster.verify` reads."""

import io
from collections.abc import Callable, Iterable

from voting.kernel.area import square_metres
from voting.roster.households import HOUSEHOLD
from voting.roster.model import UnitRecord
from voting.roster.verify import ALIASES

_SEPARATOR = "、"


def _inside_area(unit: UnitRecord) -> str:
    return square_metres(unit.inside_area_cm2) if unit.inside_area_cm2 is not None else ""


# Columns that are written only if some unit needs them.
_FURTHER: dict[str, Callable[[UnitRecord], str]] = {
    "套内面积": _inside_area,
    "表决人": lambda unit: unit.voter or "",
    "代理人": lambda unit: _SEPARATOR.join(person.name for person in unit.representatives),
    "代理人证件类型": lambda unit: _SEPARATOR.join(
        person.id_type.value for person in unit.representatives
    ),
    "代理人证件号码": lambda unit: _SEPARATOR.join(
        person.id_number for person in unit.representatives
    ),
    "业主状态": lambda unit: _SEPARATOR.join(state.value for state in unit.states),
    HOUSEHOLD: lambda unit: "" if unit.household is None else str(unit.household),
}


def roster_workbook(units: Iterable[UnitRecord], title: str | None = None) -> bytes:
    """Write one row per exclusive unit, every cell as text, in the order given.

    Columns beyond the usual ones are there only if some unit needs them.

    Parameters
    ----------
    units
        The units to write.
    title
        A line above the header, as rosters kept by hand have one.
    """
    import xlsxwriter  # noqa: PLC0415 - reading a roster must not wait for the writer

    rows = tuple(units)
    further = {
        heading: cell_of
        for heading, cell_of in _FURTHER.items()
        if any(cell_of(unit) for unit in rows)
    }  # fmt: skip
    headings = (*ALIASES, *further)
    buffer = io.BytesIO()
    # A name such as "=HYPERLINK(…)" must stay a name. Constant memory: rows are written in order.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as workbook:
        sheet = workbook.add_worksheet("业主清册")
        text = workbook.add_format({"num_format": "@"})
        bold = workbook.add_format({"bold": True, "num_format": "@"})
        sheet.set_column(0, len(headings) - 1, 16, text)
        top = 0
        if title is not None:
            sheet.write_string(0, 0, title, bold)
            top = 1
        for column, heading in enumerate(headings):
            sheet.write_string(top, column, heading, bold)
        sheet.freeze_panes(top + 1, 0)
        for row, unit in enumerate(rows, top + 1):
            cells = (*roster_cells(unit), *(cell_of(unit) for cell_of in further.values()))
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, text)
    return buffer.getvalue()


def roster_cells(unit: UnitRecord) -> tuple[str, ...]:
    """Write the cells of one row, in the order of :data:`voting.roster.verify.ALIASES`."""
    return (
        unit.building,
        unit.entrance,
        unit.room,
        unit.kind.value,
        square_metres(unit.area_cm2),
        unit.area_source.value,
        _SEPARATOR.join(owner.name for owner in unit.owners),
        _SEPARATOR.join(owner.id_type.value for owner in unit.owners),
        _SEPARATOR.join(owner.id_number for owner in unit.owners),
        _SEPARATOR.join(unit.phones),
        unit.title_status.value,
        unit.real_estate_no or "",
        unit.title_no or "",
    )
