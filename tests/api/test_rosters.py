"""Rosters over HTTP: all of a sheet or nothing of it."""

import io
from datetime import timedelta

import pytest
import xlsxwriter

from tests.complex import COMMUNITY, small_roster
from tests.voting.roster.sheets import as_xlsx
from tests.voting.roster.test_stated import STREET
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


STATED = ["用途=住宅", "面积来源=登记", "产权状态=已交付", "证件类型=身份证"]


def test_a_sheet_is_looked_at_before_it_is_imported(convener):
    """How it would be read, what was stated, what is wrong; nothing is kept."""
    before = convener.get("/v1/rosters").json()
    file = {"file": ("清册.xlsx", as_xlsx(STREET))}
    bare = convener.post("/v1/rosters/check", files=file).json()
    assert bare["counts"]["error"] == len(STATED)
    assert bare["groups"] is None

    told = convener.post("/v1/rosters/check", files=file, data={"stated": STATED}).json()
    assert (told["counts"]["error"], told["reading"]["stated"]["用途"]) == (0, "住宅")
    assert told["groups"]["after"]["heads"] == 3
    assert told["denominators"][0]["units"] == 3
    assert {each["code"] for each in told["findings"]} >= {"column-stated", "column-assumed"}
    for row in STREET[2:5]:
        assert row[6] not in str(told)
        assert row[3] not in str(told)
    assert convener.get("/v1/rosters").json() == before


def test_what_was_stated_for_a_whole_sheet_is_published_with_it(town, convener):
    """Owners who object have to know what nobody had written down unit by unit."""
    answer = convener.post(
        "/v1/rosters",
        data={"community": "幸福家园", "stated": STATED},
        files={"file": ("清册.xlsx", as_xlsx(STREET))},
    )
    assert answer.status_code == 201
    imported = answer.json()
    assert imported["roster"]["stated"]["用途"] == ["住宅"]
    assert "column-stated" in {each["code"] for each in imported["findings"]}
    path = f"/v1/rosters/{imported['roster']['roster_id']}"
    until = (town.clock() + timedelta(days=17)).isoformat()
    convener.post(f"{path}/publication", json={"objections_until": until})
    shown = town.http.get(path).json()
    assert "用途：清册没有这一列，由导入人统一写明为住宅" in shown["stated"]

    sheet = [[*STREET[1]], [*STREET[2]]]
    sheet[1][5] = "90"
    amended = convener.post(
        f"{path}/amendments",
        data={"stated": STATED},
        files={"file": ("更改.xlsx", as_xlsx(sheet))},
    ).json()
    assert amended["difference"]["stated"] == shown["stated"]


def test_a_statement_nobody_can_read_is_refused(convener):
    answer = convener.post(
        "/v1/rosters",
        data={"community": "幸福家园", "stated": ["用途=别墅"]},
        files={"file": ("清册.xlsx", as_xlsx(STREET))},
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unreadable-statement")
    assert "住宅" in answer.json()["detail"]
