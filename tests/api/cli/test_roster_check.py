"""``yezhu roster check``: its answers, its exit codes, and how little it needs."""

import json
import stat
import subprocess
import sys
import zipfile

import pytest

from tests.api.test_rosters import STATED
from tests.voting.roster.sheets import as_csv, as_xlsx, lines, owner, resident, row
from tests.voting.roster.test_stated import STREET

SERVER_PARTS = ("alembic", "fastapi", "redis", "sqlalchemy", "starlette", "typst", "uvicorn")
SOUND = [row(), row(房号="302"), owner(1, "303", 用途="车位", 面积来源="合同")]


def check(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "roster", "check", *map(str, arguments)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "清册.xlsx"
    path.write_bytes(as_xlsx(lines(SOUND)))
    return path


def test_a_sheet_without_errors_is_explained_and_summed_up(sound):
    ran = check(sound)

    assert (ran.returncode, ran.stderr) == (0, "")
    for said in (
        "取用的工作表：业主清册",
        "核对结果：错误 0，警告 0，提示 1",
        "提示　F4 面积来源：1 套没有登记面积，用的是合同面积：第 4 行",
        "归并前 3 人 268.11 ㎡，归并后 2 人 268.11 ㎡",
        "1-2-302　89.37 ㎡　与 1-2-301 的产权人完全相同",
        "不含车位、储藏：2 套，178.74 ㎡",
        "全部专有部分，只计登记面积：2 套，178.74 ㎡",
    ):
        assert said in ran.stdout
    assert resident(1) not in ran.stdout


def test_errors_end_with_code_two_and_come_first(tmp_path):
    path = tmp_path / "清册.csv"
    path.write_bytes(as_csv(lines([row(面积来源="合同"), owner(1, "302", 用途="厂房")])))
    ran = check(path)

    assert ran.returncode == 2
    assert ran.stdout.index("错误　D3 用途：") < ran.stdout.index("提示　F2 面积来源：")
    assert "归并前" not in ran.stdout


def test_a_file_that_is_no_table_is_one_clear_error(tmp_path):
    path = tmp_path / "物业费.xlsx"
    path.write_bytes(as_xlsx([["户名", "应收"], ["甲", "1"]], "物业费"))
    ran = check(path)

    assert ran.returncode == 2
    assert "错误　工作表“物业费”：没有找到表头" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_json_says_all_of_it(sound, tmp_path):
    out = tmp_path / "findings.xlsx"
    ran = check(sound, "--json", "--out", out, "--registered-total", "178.74")
    found = json.loads(ran.stdout)

    assert ran.returncode == 0
    assert out.read_bytes().startswith(b"PK")
    assert found["format"] == "yezhu-roster-check/1"
    assert found["counts"] == {"error": 0, "warning": 1, "hint": 1}
    assert [(f["grade"], f["code"], f["cell"]) for f in found["findings"]] == [
        ("warning", "registered-total", None),
        ("hint", "area-not-registered", "F4"),
    ]
    assert found["reading"]["columns"]["楼栋"] == ["A", "楼栋"]
    assert found["groups"]["before"] == {"units": 3, "heads": 3, "area_cm2": 2_681_100}
    assert found["groups"]["after"] == {"units": 3, "heads": 2, "area_cm2": 2_681_100}
    assert [unit["row"] for unit in found["groups"]["several_units"][0]["units"]] == [2, 3]
    assert {rule["rule"] for rule in found["other_rules"]} == {"any_common_owner", "each_title"}
    assert found["denominators"][0]["heads"]["identity_set"] == 2


def test_the_rule_and_the_day_are_options(tmp_path):
    path = tmp_path / "清册.csv"
    both = {"业主姓名": "张三、李四", "证件号码": f"11010519491231002X、{resident(4, '20100101')}"}
    path.write_bytes(as_csv(lines([row(), row(房号="302", **both)])))
    young = json.loads(check(path, "--json", "--on", "2027-12-31").stdout)
    grown = check(path, "--json", "--on", "2028-01-01", "--same-owner", "any_common_owner")
    grown = json.loads(grown.stdout)

    assert "minor-owner" in [finding["code"] for finding in young["findings"]]
    assert "minor-owner" not in [finding["code"] for finding in grown["findings"]]
    assert (young["groups"]["after"]["heads"], grown["groups"]["after"]["heads"]) == (2, 1)


def test_what_the_sheet_lacks_is_stated_once_for_all_of_it(tmp_path):
    path, out = tmp_path / "清册.xlsx", tmp_path / "核对.xlsx"
    path.write_bytes(as_xlsx(STREET))
    assert check(path).returncode == 2
    stated = [f"--stated={each}" for each in STATED]
    ran = check(path, "--out", out, *stated)
    assert (ran.returncode, ran.stderr) == (0, "")
    for said in (
        "用途：没有这一列，按统一写明的，每一行都记为“住宅”",
        "警告　第 2 行 用途：表中没有这一列，按导入时统一写明的，全部 3 套记为“住宅”",
        "归并前 3 人 501.87 ㎡，归并后 3 人 501.87 ㎡",
    ):
        assert said in ran.stdout
    with zipfile.ZipFile(out) as book:
        assert "统一写明" in book.read("xl/sharedStrings.xml").decode()
    refused = check(path, "--stated=用途=别墅")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "“用途”须是其中之一" in refused.stderr


def test_building_statistics_are_compared(sound, tmp_path):
    statistics = tmp_path / "楼盘表.csv"
    statistics.write_text("楼栋,套数,面积\n1,4,268.11\n")
    ran = check(sound, "--statistics", statistics)
    assert "警告　A2 楼栋：1 在清册中有 3 套，楼盘表是 4 套" in ran.stdout

    statistics.write_text("楼栋,套数,面积\n1,四,268.11\n")
    ran = check(sound, "--statistics", statistics)
    assert ran.returncode == 2
    assert "statistics-unreadable" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["没有.xlsx"], "无法读取"),
        (["{sound}", "--registered-total", "很大"], "unreadable-area"),
        (["{sound}", "--statistics", "没有.csv"], "无法读取"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(sound, arguments, said):
    ran = check(*(argument.format(sound=sound) for argument in arguments))

    assert ran.returncode == 2
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["清册.xlsx", "./清册.xlsx", "link.xlsx"])
def test_the_sheet_itself_is_never_written_over(sound, name):
    (sound.parent / "link.xlsx").symlink_to(sound)
    before = sound.read_bytes()
    ran = check(sound, "--out", f"{sound.parent}/{name}")

    assert ran.returncode == 2
    assert ran.stderr == "--out 不能写到输入文件上，请另取文件名\n"
    assert sound.read_bytes() == before


def test_names_and_numbers_are_written_for_the_caller_alone(sound):
    out = sound.with_name("结果.xlsx")
    out.touch(mode=0o644)
    assert check(sound, "--out", out).returncode == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(path.name for path in sound.parent.iterdir()) == ["清册.xlsx", "结果.xlsx"]


@pytest.mark.parametrize("name", ["没有这个目录/结果.xlsx", "."])
def test_where_nothing_can_be_written_is_said_in_one_line(sound, name):
    ran = check(sound, "--out", sound.parent / name)

    assert ran.returncode == 2
    assert ran.stderr.startswith("无法写入 ")
    assert len(ran.stderr.splitlines()) == 1
    assert [path.name for path in sound.parent.iterdir()] == ["清册.xlsx"]


def test_checking_loads_no_server_parts(sound):
    program = (
        "import sys; from api.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print('LOADED', sorted(set({SERVER_PARTS!r}) & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "roster", "check", sound],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.stdout.splitlines()[-1] == "LOADED []"
