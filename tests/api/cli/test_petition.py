"""`yezhu petition`: enough signatures or not, from two files."""

import json
import subprocess
import sys

import pytest

HEADER = "楼栋,单元,房号,用途,专有部分面积,面积来源,业主姓名,证件类型,证件号码,产权状态"
NUMBERS = ["11010519491231002X", "440524188001010014", "110105199003070017"]


@pytest.fixture
def roster(tmp_path):
    """Owner one has two dwellings, the next two one each, and one of these a parking space."""
    one, two, three = (f"业主{n},身份证,{number}" for n, number in enumerate(NUMBERS))
    rows = [
        f"1,1,101,住宅,100,登记,{one},已交付",
        f"1,1,102,住宅,50,登记,{one},已交付",
        f"1,1,103,住宅,40,登记,{two},已交付",
        f"1,1,104,住宅,10,登记,{three},已交付",
        f"1,1,B1,车位,12,登记,{three},已交付",
    ]
    path = tmp_path / "roster.csv"
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    return path


def petition(roster, signers, *more, aim="interim_meeting"):
    listed = roster.parent / "signers.txt"
    listed.write_bytes(signers if isinstance(signers, bytes) else signers.encode())
    return subprocess.run(
        [
            *(sys.executable, "-m", "api.cli", "petition", "--roster", str(roster)),
            *("--signers", str(listed), "--aim", aim, "--on", "2026-06-01", *map(str, more)),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_owner_who_signs_for_two_units_is_one_head(roster, tmp_path):
    """Of three owners one is a third: enough for a fifth. Parking does not count."""
    out = tmp_path / "petition.json"
    done = petition(roster, "1-1-101\n1-1-102 # 同一业主\n\n1-1-B1\n", "--out", out)

    assert done.returncode == 0, done.stderr
    assert "联名人数 1 / 3，达到" in done.stdout
    assert "联名面积（㎡） 150.00 / 200.00，此项不看" in done.stdout
    assert "不计入的房屋：1-1-B1" in done.stdout
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["signers"] == {"heads": 1, "area_cm2": 1_500_000}
    assert told["electorate"] == {"heads": 3, "area_cm2": 2_000_000}
    assert (told["signed_units"], told["outside"], told["met"]) == (3, ["1-1-B1"], True)
    assert set(told["inputs"]) == {"roster", "signers"}


def test_too_few_is_said_with_what_is_lacking(roster):
    done = petition(roster, "", aim="first_assembly")

    assert done.returncode == 1
    assert "联名人数 0 / 3，尚差 1" in done.stdout
    assert "联名面积（㎡） 0.00 / 200.00，尚差 10.00" in done.stdout
    assert "联名未达到法定要求" in done.stdout


def test_every_problem_of_both_files_is_listed(roster):
    done = petition(roster, "1-1-101\n9-9-9\n业主一\n")
    assert done.returncode == 2
    assert "signers.txt：第 2 行" in done.stderr
    assert "signers.txt：第 3 行" in done.stderr
    assert done.stderr.count("不是业主清册中的房屋编号") == 2
    assert "业主一" not in done.stderr

    roster.write_text(HEADER, encoding="utf-8")
    done = petition(roster, b"\xff\xff")
    assert done.returncode == 2
    assert "roster.csv：" in done.stderr
    assert "signers.txt：联名名单须为 UTF-8 文本" in done.stderr


def test_a_day_without_a_rule_is_refused(roster):
    done = petition(roster, "1-1-101\n", "--on", "2007-01-01")
    assert done.returncode == 2
    assert "尚无可适用的业主联名规则" in done.stderr


def test_a_missing_file_is_said_so(roster):
    done = petition(roster.with_name("nowhere.csv"), "")
    assert done.returncode == 2
    assert "无法读取" in done.stderr
