"""A part of a city is counted as each of its complexes would be alone."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.city import SHAPES, make_city, recounted
from voting.assembly.agenda import parse_agenda
from voting.count import city_part
from voting.count.city import CityUnusable, Folder, InputFile, Part, city_folders, plan_parts
from voting.count.city_part import count_part, wordless
from voting.count.refusals import InputsUnreadable


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make_city(tmp_path_factory.mktemp("city"))


@pytest.fixture
def city(sound, tmp_path):
    """A copy of four complexes to spoil."""
    for number in range(1, 5):
        shutil.copytree(sound / f"小区{number}", tmp_path / f"小区{number}")
    return tmp_path


def counted(data):
    return count_part(str(data), Part(city_folders(data)))


def problems(data, name):
    records = counted(data)
    assert sum("items" in record for record in records) == len(records) - 1
    return next(record for record in records if record["complex"] == name)["problems"]


def test_every_complex_counts_as_it_does_alone(sound):
    records = counted(sound)

    assert [record["complex"] for record in records] == [f"小区{at}" for at in range(1, 13)]
    for record in records:
        assert record["items"] == recounted(sound / record["complex"])
        assert record["title"] == f"{record['complex']}第一次业主大会会议"


def test_the_invented_city_has_outcomes_of_every_sort(sound):
    """Otherwise the equality above would say little."""
    items = [item for record in counted(sound) for item in record["items"]]

    assert {(item["form"], item["carried"]) for item in items} >= {
        ("resolution", True), ("resolution", False), ("choose_one", True),
    }  # fmt: skip
    seats = {row["seat"] for item in items for row in item.get("candidates", ())}
    assert {"member", "none"} <= seats


def test_complexes_are_counted_together_whatever_the_wording(sound, monkeypatch):
    calls = []
    together = city_part._count_together

    def note(agenda, alike):
        calls.append(len(alike))
        return together(agenda, alike)

    monkeypatch.setattr(city_part, "_count_together", note)
    counted(sound)

    assert sorted(calls) == [12 // SHAPES] * SHAPES


def test_what_the_count_reads_keeps_agendas_apart(city):
    raw = json.loads((city / "小区3" / "agenda.json").read_bytes())

    def shape(**changes):
        return wordless(parse_agenda(json.dumps(raw | changes).encode()))

    assert shape(title="别的", closes_at="2026-11-19 18:00") == shape()
    assert shape(decision_date="2020-01-01") != shape()
    assert shape(policies={"silence": "abstain"}) != shape()
    assert shape(items=raw["items"][:2]) != shape()


def test_all_problems_of_a_complex_are_those_of_its_recount(city):
    roster = city / "小区2" / "roster.csv"
    roster.write_text(roster.read_text("utf-8-sig").replace("住宅", "别墅", 2))
    agenda = city / "小区2" / "agenda.json"
    agenda.write_text(agenda.read_text().replace('"covenant"', '"covenent"'))
    with pytest.raises(InputsUnreadable) as refused:
        recounted(city / "小区2")

    found = problems(city, "小区2")

    assert found == list(refused.value.lines)
    assert len(found) == 3


def test_an_agenda_that_does_not_fit_its_roster_harms_no_other_complex(city):
    """It is found only while counting, together with others of the same shape."""
    shutil.copytree(city / "小区2", city / "小区5")
    roster = city / "小区2" / "roster.csv"
    lines = roster.read_text("utf-8-sig").splitlines(keepends=True)
    roster.write_text("".join(line for line in lines if not line.startswith("1,")))
    ballots = city / "小区2" / "ballots.csv"
    ballots.write_text(ballots.read_text("utf-8-sig").splitlines()[0])

    (problem,) = problems(city, "小区2")

    assert problem.startswith("agenda.json：")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "agenda.json").unlink(), "缺少 agenda.json"),
        (lambda folder: (folder / "roster.csv").unlink(), "缺少 roster"),
        (lambda folder: (folder / "ballots.XLSX").write_bytes(b""), "有多个 ballots"),
        (lambda folder: (folder / "roster.csv").write_bytes(b""), "roster.csv：文件是空的"),
        (
            lambda folder: (folder / "ballots.csv").unlink() or (folder / "ballots.csv").mkdir(),
            "无法读取",
        ),
    ],
)
def test_a_complex_that_is_not_complete_says_so(city, spoil, said):
    spoil(city / "小区1")

    assert problems(city, "小区1")[0].startswith(said)


def test_a_folder_without_any_of_the_files_lists_all_three(city):
    (city / "小区9").mkdir()

    assert len(problems(city, "小区9")) == 3


def test_files_that_are_not_those_listed_are_never_counted(city):
    """A worker may see another directory under the same path, or a file may change meanwhile."""
    part = Part(city_folders(city))
    ballots = city / "小区3" / "ballots.csv"
    ballots.write_bytes(ballots.read_bytes() + b"\n")
    with pytest.raises(CityUnusable, match=r"小区3/ballots\.csv 与开始时不同"):
        count_part(str(city), part)
    ballots.unlink()
    with pytest.raises(CityUnusable, match=r"读不到 .*小区3/ballots\.csv"):
        count_part(str(city), part)


def test_a_part_is_named_by_what_it_reads(city):
    digest = Part(city_folders(city)).digest
    assert Part(city_folders(city)).digest == digest

    ballots = city / "小区3" / "ballots.csv"
    ballots.write_bytes(ballots.read_bytes().replace("同意".encode(), "反对".encode(), 1))
    changed = Part(city_folders(city)).digest
    assert changed != digest

    (city / "小区3" / "agenda.json").unlink()
    assert Part(city_folders(city)).digest not in {digest, changed}


def test_parts_hold_so_many_complexes_and_so_many_bytes():
    def folder(number, size):
        return Folder(str(number), (InputFile("roster.csv", size, ""),))

    few_bytes = [folder(number, 10) for number in range(7)]
    assert [len(part.folders) for part in plan_parts(few_bytes, 3)] == [3, 3, 1]

    many_bytes = [folder(number, 20 * 1024 * 1024) for number in range(5)]
    assert [len(part.folders) for part in plan_parts(many_bytes, 3)] == [2, 2, 1]
    assert [len(part.folders) for part in plan_parts([folder(0, 10**9)], 3)] == [1]


def test_what_is_no_city_is_refused(tmp_path):
    with pytest.raises(CityUnusable, match="无法读取数据目录"):
        city_folders(tmp_path / "nowhere")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "readme.txt").touch()
    with pytest.raises(CityUnusable, match="没有小区"):
        city_folders(tmp_path)
    os.mkdir(os.fsencode(tmp_path) + b"/\xd0\xa1\xc7\xf8")  # noqa: PTH102 - a name in GBK
    with pytest.raises(CityUnusable, match="不是 UTF-8 文字"):
        city_folders(tmp_path)


def test_counting_a_part_needs_neither_servers_nor_a_cluster():
    code = (
        "import sys, voting.count.city_part\n"
        "parts = {'sqlalchemy', 'fastapi', 'redis', 'alembic', 'distributed', 'dask'}\n"
        "sys.exit(', '.join(parts & set(sys.modules)) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
