import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from api.cli.demo_ballots import demo_agenda, demo_ballots
from api.cli.demo_roster import demo_roster
from tests.api.cli.demo_sheet import demo_sheet_ballots
from tests.conftest import MovingClock
from voting.assembly.agenda import parse_agenda
from voting.box.sheet import ballot_sheet
from voting.roster.workbook import roster_workbook


def yezhu(*arguments, cwd=None, stdin="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, arguments)], input=stdin,
        capture_output=True, text=True, check=False, cwd=cwd, env=os.environ | environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def three_files(tmp_path_factory):
    """Roster, ballots and agenda of the demonstration's owners, without any server."""
    folder = tmp_path_factory.mktemp("files")
    clock = MovingClock()
    closes_at = clock.moment.replace(month=4)
    agenda_file = json.dumps(demo_agenda(clock.moment, closes_at), ensure_ascii=False).encode()
    roster, agenda = demo_roster(), parse_agenda(agenda_file)
    ballots = demo_sheet_ballots(demo_ballots(roster, agenda), agenda)
    (folder / "roster.xlsx").write_bytes(roster_workbook(roster))
    (folder / "ballots.csv").write_bytes(ballot_sheet(agenda, ballots))
    (folder / "agenda.json").write_bytes(agenda_file)
    return folder


def recount(folder, out, *options, roster="roster.xlsx"):
    return yezhu(
        "recount", "--roster", folder / roster, "--ballots", folder / "ballots.csv",
        "--agenda", folder / "agenda.json", "--out", out, *options,
    )  # fmt: skip


def test_recount_writes_the_result_of_three_files(three_files, tmp_path):
    done = recount(three_files, tmp_path / "result.json")

    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    assert [item["carried"] for item in result["items"]] == [True, True, False, True, True]
    assert {"rule", "electorate", "participating", "tests", "depends_on", "flip"} <= set(
        result["items"][0]
    )


BAD_ROWS = {
    "area zero": ("1,1,101,住宅,0", "面积"),
    "area negative": ("1,1,101,住宅,-3", "面积"),
    "five decimals": ("1,1,101,住宅,89.12345", "面积"),
    "area in words": ("1,1,101,住宅,八十九", "面积"),
}
HEADER = "楼栋,单元,房号,用途,专有部分面积,面积来源,业主姓名,证件类型,证件号码,产权状态"
REST = "登记,王一,身份证,11010519491231002X,已交付"


@pytest.mark.parametrize(("row", "named"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_area_is_named_by_row_and_column_and_nothing_is_counted(
    three_files, tmp_path, row, named
):
    (three_files / "bad.csv").write_text(f"{HEADER}\n{row},{REST}\n")

    done = recount(three_files, tmp_path / "result.json", roster="bad.csv")

    assert done.returncode == 2
    assert "第 2 行" in done.stderr
    assert named in done.stderr
    assert not (tmp_path / "result.json").exists()


def test_every_problem_of_a_roster_is_listed(three_files, tmp_path):
    rows = [
        f"1,1,101,住宅,89.37,{REST}",
        f"1,1,101,住宅,89.37,{REST}",
        "1,1,102,住宅,0,登记,王二,身份证,110105194912310021,已交付",
    ]
    (three_files / "bad.csv").write_text("\n".join((HEADER, *rows)))

    done = recount(three_files, tmp_path / "result.json", roster="bad.csv")

    assert done.returncode == 2
    assert "第 3 行" in done.stderr  # the unit a second time
    assert done.stderr.count("第 4 行") == 2  # its area and its identity number
    assert "110105194912310021" not in done.stderr


@pytest.mark.parametrize("content", ["", HEADER.replace("用途,", "")])
def test_an_empty_file_and_a_missing_column_are_refused(three_files, tmp_path, content):
    (three_files / "bad.csv").write_text(content)
    done = recount(three_files, tmp_path / "result.json", roster="bad.csv")
    assert done.returncode == 2
    assert done.stderr


def test_a_recount_strikes_the_rows_of_an_exclusion_list(three_files, tmp_path):
    rows = tmp_path / "rows.txt"
    rows.write_text("2  # 判决剔除\n")
    assert recount(three_files, tmp_path / "result.json", "--exclude", rows).returncode == 0
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["ballots"]["struck"] == [2]

    rows.write_text("二\n")
    done = recount(three_files, tmp_path / "again.json", "--exclude", rows)
    assert done.returncode == 2
    assert "rows.txt：第 1 行" in done.stderr
    assert not (tmp_path / "again.json").exists()


def test_a_clause_on_delivery_is_a_problem_of_the_agenda(three_files, tmp_path):
    folder = shutil.copytree(three_files, tmp_path / "files")
    agenda = folder / "agenda.json"
    whole = json.loads(agenda.read_text())
    whole["policies"] = whole.get("policies", {}) | {"silence": "delivered_follows"}
    agenda.write_text(json.dumps(whole))
    done = recount(folder, tmp_path / "result.json")
    assert done.returncode == 2
    assert "没有提供送达记录" in done.stderr

    units = tmp_path / "delivered.txt"
    units.write_text("9-9-9 # 没有这一套\n")
    done = recount(folder, tmp_path / "result.json", "--delivered", units)
    assert done.returncode == 2
    assert "delivered.txt：第 1 行" in done.stderr

    units.write_text("")
    assert recount(folder, tmp_path / "none.json", "--delivered", units).returncode == 0
    none = json.loads((tmp_path / "none.json").read_text())
    units.write_text("\n".join(demo_roster().by_key()))
    assert recount(folder, tmp_path / "all.json", "--delivered", units).returncode == 0
    everybody = json.loads((tmp_path / "all.json").read_text())
    for item, before in zip(everybody["items"], none["items"], strict=True):
        assert item["participating"]["heads"] > before["participating"]["heads"]


def test_a_missing_file_is_said_so(three_files, tmp_path):
    done = recount(three_files, tmp_path / "result.json", roster="nowhere.xlsx")
    assert done.returncode == 2
    assert "nowhere.xlsx" in done.stderr


def test_what_is_no_bundle_fails_verification_without_a_traceback(tmp_path):
    (tmp_path / "bundle.zip").write_bytes(b"PK\x03\x04 not really")
    done = yezhu("verify", tmp_path / "bundle.zip")
    assert done.returncode == 1
    assert "核验未通过" in done.stdout
    assert "Traceback" not in done.stderr
    assert yezhu("verify", tmp_path / "nowhere.zip").returncode == 2


def test_the_agenda_schema_is_printed_as_json():
    assert json.loads(yezhu("schema", "agenda").stdout)["type"] == "object"


def test_a_deployment_is_initialised_once_and_has_no_default_account(tmp_path):
    data = tmp_path / "data"
    assert yezhu("init", "--name", "vote.example.org", "--data", data).returncode == 0
    again = yezhu("init", "--name", "vote.example.org", "--data", data)
    assert again.returncode == 2
    assert "already-initialised" in again.stderr
    created = yezhu("admin", "create", "root", "--data", data)
    assert created.returncode == 0
    assert len(created.stdout.splitlines()[-1]) >= 12
    assert yezhu("admin", "create", "root", "--data", data).returncode == 2


def test_an_audit_compares_the_tables_of_a_deployment_with_its_logs(tmp_path):
    data = tmp_path / "data"
    assert yezhu("init", "--name", "vote.example.org", "--data", data).returncode == 0
    assert yezhu("admin", "create", "root", "--data", data).returncode == 0
    agreed = yezhu("audit", "--data", data)
    assert (agreed.returncode, agreed.stdout) == (0, "表与日志一致。\n")

    with closing(sqlite3.connect(data / "yezhu.db")) as database, database:
        database.execute("UPDATE staff_accounts SET role = 'supervisor'")
    differs = yezhu("audit", "--data", data)
    assert differs.returncode == 1
    assert "第 0 条　表 staff_accounts：role 与日志不符" in differs.stdout
    assert yezhu("audit", "--data", tmp_path / "nowhere").returncode == 2


def test_a_server_does_not_start_without_keys(tmp_path):
    done = yezhu("serve", "--data", tmp_path / "nothing")
    assert done.returncode == 2
    assert "not-initialised" in done.stderr


@pytest.mark.parametrize(
    "module", ["voting.count.recount", "voting.outcome.verify", "api.cli.receipt"]
)
def test_offline_commands_load_no_server_part(module):
    heavy = ("sqlalchemy", "fastapi", "uvicorn", "alembic", "redis", "typst", "pandas")
    script = (
        f"import sys, api.cli.offline, {module}; print([m for m in {heavy} if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
