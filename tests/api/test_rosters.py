"""Rosters over HTTP: all of a sheet or nothing of it."""

import io

import pytest
import xlsxwriter

from tests.complex import COMMUNITY, small_roster
from voting.roster.verify import ALIASES
from voting.roster.workbook import roster_cells, roster_workbook


def workbook(rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([list(ALIASES), *rows]):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


@pytest.fixture
def convener(town):
    return town.staff("convener")


def upload(http, data, name="清册.xlsx"):
    return http.post("/v1/rosters", data={"community": COMMUNITY}, files={"file": (name, data)})


def test_a_bad_sheet_is_refused_with_every_row_and_column_and_nothing_is_imported(convener):
    rows = [list(roster_cells(unit)) for unit in small_roster()]
    headings = list(ALIASES)
    number = rows[0][headings.index("证件号码")]
    rows[0][headings.index("专有部分面积")] = "89.37255"
    rows[1][headings.index("证件号码")] = number[:-1] + ("0" if number[-1] != "0" else "1")
    rows[2][headings.index("用途")] = "别墅"
    rows[4][:3] = rows[3][:3]
    before = convener.get("/v1/rosters").json()

    answer = upload(convener, workbook(rows))

    problems = answer.json()["problems"]
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/roster-unreadable")
    places = {(problem["row"], problem["column"]) for problem in problems}
    assert places >= {(2, "专有部分面积"), (3, "证件号码"), (4, "用途")}
    assert any(problem["row"] in {5, 6} for problem in problems)  # the same unit twice
    assert all(problem["message"] for problem in problems)
    for row in rows:
        assert row[headings.index("证件号码")] not in answer.text
    assert convener.get("/v1/rosters").json() == before


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("清册.xlsx", b""),
        ("清册.xlsx", b"PK\x03\x04 no workbook"),
        ("清册.csv", b"\x00\xff\xfe"),
        ("清册.pdf", b"%PDF-1.7"),
        ("", b"x"),
    ],
)
def test_what_is_no_sheet_is_refused(convener, name, data):
    answer = upload(convener, data, name)

    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_sheet_beyond_the_limit_is_refused_before_it_is_read(convener):
    assert upload(convener, b"0" * (65 * 1024 * 1024)).status_code == 413


def test_import_answers_with_the_figures_under_each_denominator(convener, town):
    answer = upload(convener, roster_workbook(small_roster(3), "业主清册"))

    body = answer.json()
    assert answer.status_code == 201
    assert body["roster"]["units"] == 9
    assert body["roster"]["frozen"] is False
    assert body["reconciliation"]["everything"]["units"] == 9
    assert body["reconciliation"]["without_parking_and_storage"]["units"] == 8
    assert body["reconciliation"]["developer_stock"]["heads"] == 1

    assert body["roster"]["version"] == max(
        roster["version"]
        for roster in town.staff("supervisor").get("/v1/rosters").json()
        if roster["community"] == COMMUNITY
    )


def test_nobody_enrols_on_a_roster_that_may_still_change(convener, town):
    roster_id = upload(convener, roster_workbook(small_roster(2))).json()["roster"]["roster_id"]

    answer = town.http.post(f"/v1/rosters/{roster_id}/challenges")

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/roster-not-frozen")
