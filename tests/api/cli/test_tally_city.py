"""``yezhu tally-city`` over real processes: complete, restartable, and the same every time."""

import csv
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import LocalCluster
from typer.testing import CliRunner

from api.cli import app, city_cluster, city_results
from api.cli.city_cluster import count_parts, existing_cluster
from api.cli.city_results import PACKAGES, FinishedParts, digest_of_sources, write_results
from tests.city import make_city, recounted, write_complex
from tests.poison import POISON
from voting.count.city import CityUnusable, city_folders, plan_parts
from voting.count.city_part import count_part

_SECONDS = 300
"""Only for what would never end."""
MERGED = ("results.csv", "results.jsonl", "not-counted.csv")
SERVER_PARTS = ("alembic", "fastapi", "redis", "sqlalchemy", "starlette", "typst", "uvicorn")


def command(data, out, *options):
    return [
        *(sys.executable, "-m", "api.cli", "tally-city", str(data), "--out", str(out)),
        *map(str, options),
    ]


def tally_city(data, out, *options):
    return subprocess.run(command(data, out, *options), check=False, capture_output=True, text=True)


def merged(out):
    return {name: (out / name).read_bytes() for name in MERGED}


def written(out):
    """Every finished part, and when it was written."""
    return {path.name: path.stat().st_mtime_ns for path in (out / "parts").glob("[!.]*")}


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Twelve complexes, one of them larger, and one more that cannot be counted."""
    folder = make_city(tmp_path_factory.mktemp("city"), complexes=11)
    write_complex(folder / "小区12", 13, flats=1_000)
    write_complex(folder / "坏小区", 2, flats=12)
    sheet = folder / "坏小区" / "roster.csv"
    sheet.write_text(sheet.read_text("utf-8-sig").replace("住宅", "别墅"))
    return folder


@pytest.fixture(scope="module")
def tallied(data, tmp_path_factory):
    """The city, counted by two processes."""
    out = tmp_path_factory.mktemp("tallied")
    return out, tally_city(data, out, "--workers", 2, "--part-size", 2)


@pytest.fixture(scope="module")
def cluster():
    """A cluster that somebody else has started."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        # A task is given up after two processes have died of it.
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0", "allowed_failures": 1},
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster


def test_every_complex_is_counted_as_its_recount_and_the_bad_one_is_listed(data, tallied):
    out, ran = tallied

    assert ran.returncode == 3, ran.stderr
    lines = [json.loads(line) for line in (out / "results.jsonl").read_bytes().splitlines()]
    assert [line["complex"] for line in lines] == [f"小区{at}" for at in range(1, 13)]
    for line in lines:
        assert line["items"] == recounted(data / line["complex"])
    problems = table(out / "not-counted.csv")
    assert {row["小区"] for row in problems} == {"坏小区"}
    assert len(problems) == 12
    assert "第 2 行 用途" in problems[0]["问题"]


def test_the_screen_shows_one_page(tallied):
    out, ran = tallied

    assert "小区 13 个：已计票 12 个" in ran.stdout
    assert "未计票　坏小区：" in ran.stdout
    assert "（共 12 处问题）" in ran.stdout
    assert str(out / "results.csv") in ran.stdout
    assert "13/13" in ran.stderr
    assert len(ran.stdout.splitlines()) < 24


def test_the_table_has_a_row_for_each_proposal(tallied):
    out, _ = tallied
    rows = table(out / "results.csv")
    lines = [json.loads(line) for line in (out / "results.jsonl").read_bytes().splitlines()]
    proposals = [
        (line["complex"], item, proposal)
        for line in lines
        for item in line["items"]
        for proposal in item.get("candidates", item.get("options", [item]))
    ]

    for row, (name, item, proposal) in zip(rows, proposals, strict=True):
        assert (row["小区"], row["议题"], row["标题"]) == (name, item["id"], item["title"])
        assert int(row["应参与面积（cm²）"]) == item["electorate"]["area_cm2"]
        assert int(row["同意人数"]) == proposal["approve"]["heads"]
        assert int(row["反对面积（cm²）"]) == proposal["oppose"]["area_cm2"]
        assert row["通过"] == ("是" if proposal["carried"] else "否")
        test = proposal["tests"]["approval_area"]
        assert row["同意面积比较"].startswith(f"{test['left']} {test['op']} {test['right']} ")
        assert bool(row["席位"]) == (item["form"] == "election")


def test_text_from_outside_never_becomes_a_formula(tallied):
    """The options of the invented city begin with an equals sign, as no honest one does."""
    out, _ = tallied
    options = {row["候选人或选项"] for row in table(out / "results.csv")}

    assert any(option.startswith("'=") for option in options)
    assert not any(option.startswith("=") for option in options)


def test_a_rerun_counts_only_what_has_changed(data, tallied, cluster, tmp_path):
    here = shutil.copytree(data, tmp_path / "data")
    out = shutil.copytree(tallied[0], tmp_path / "out")
    kept, results = written(out), merged(out)

    again = tally_city(here, out, "--part-size", 2)
    assert again.returncode == 3
    assert again.stderr == ""  # nothing was left to count
    assert merged(out) == results

    ballots = here / "小区3" / "ballots.csv"
    ballots.write_bytes(ballots.read_bytes().replace("同意".encode(), "反对".encode()))
    address = cluster.scheduler_address
    assert tally_city(here, out, "--part-size", 2, "--scheduler", address).returncode == 3
    assert written(out).items() > kept.items()
    assert len(written(out)) == len(kept) + 1
    changed = [
        json.loads(new)["complex"]
        for old, new in zip(
            results["results.jsonl"].splitlines(),
            merged(out)["results.jsonl"].splitlines(),
            strict=True,
        )
        if old != new
    ]
    assert changed == ["小区3"]


def test_an_interrupted_count_goes_on_and_ends_in_the_same_bytes(data, tallied, tmp_path):
    """Interrupted at the first part, finished by another number of processes."""
    options = ("--part-size", 1)
    stalled = [sys.executable, "-c", "from tests.stalled import tally; tally()"]
    running = subprocess.Popen(
        [*stalled, *command(data, tmp_path, "--workers", 1, *options)[3:]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while running.poll() is None and not list(tmp_path.glob("parts/*.jsonl")):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=_SECONDS)
    assert running.returncode == 130
    assert "已中断" in said
    assert "Traceback" not in said
    kept = written(tmp_path)
    assert len(kept) == 1
    assert not (tmp_path / "results.csv").exists()

    assert tally_city(data, tmp_path, "--workers", 2, *options).returncode == 3

    assert written(tmp_path).items() > kept.items()
    assert len(written(tmp_path)) == 13
    assert merged(tmp_path) == merged(tallied[0])


def poisoned(data, tmp_path, how):
    """Return what becomes of five complexes, one of which kills processes."""
    out = tmp_path / "done.json"
    with (
        out.open("wb") as stdout,
        subprocess.Popen(
            [sys.executable, "-m", "tests.poison", data, how],
            stdout=stdout, stderr=subprocess.DEVNULL, start_new_session=True,
        ) as process,
    ):  # fmt: skip
        try:
            status = process.wait(timeout=_SECONDS)
        finally:
            # Its workers as well, should it not have ended by itself.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert status == 0
    done = json.loads(out.read_bytes())
    named = [name for names, _ in done for name in names]
    assert sorted(named) == sorted(folder.name for folder in city_folders(data)[:5])
    return done


def test_the_parts_of_a_killed_worker_are_counted_by_another(data, tmp_path):
    """Each as if nothing had happened."""
    parts = {
        tuple(folder.name for folder in part.folders): part
        for part in plan_parts(city_folders(data)[:5], 2)
    }
    done = poisoned(data, tmp_path, "once")

    assert {tuple(names) for names, _ in done} == parts.keys()
    for names, records in done:
        assert records == count_part(str(data), parts[tuple(names)])


def test_workers_that_do_not_see_the_data_are_named(cluster, tmp_path):
    with (
        pytest.raises(CityUnusable, match="看不到数据目录") as refused,
        existing_cluster(cluster.scheduler_address, tmp_path / "elsewhere"),
    ):
        pass
    assert "tcp://127.0.0.1:" in str(refused.value)


def test_files_that_differ_on_a_worker_stop_the_count(data, cluster, tmp_path):
    elsewhere = shutil.copytree(data, tmp_path / "data")
    (elsewhere / "小区7" / "ballots.csv").write_bytes(b"")
    with (
        existing_cluster(cluster.scheduler_address, elsewhere) as client,
        pytest.raises(CityUnusable, match=r"小区7/ballots\.csv 与开始时不同"),
    ):
        list(count_parts(client, elsewhere, plan_parts(city_folders(data), 3)))


def test_a_complex_that_kills_its_process_is_found_and_harms_no_other(data, tmp_path):
    """Others that the dying processes had been given were once blamed with it."""
    done = poisoned(data, tmp_path, "always")

    assert [names for names, records in done if records is None] == [[POISON]]


def test_a_damaged_part_is_counted_again(data, tmp_path):
    (part,) = plan_parts(city_folders(data)[:3])
    finished = FinishedParts(tmp_path)
    records = count_part(str(data), part)
    assert finished.load(part) is None
    finished.save(part, records)
    assert finished.load(part) == records

    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for damaged in (b"", whole[:100], b"".join(whole.splitlines(keepends=True)[:2])):
        path.write_bytes(damaged)
        assert finished.load(part) is None


def test_parts_counted_by_another_program_are_not_ours(data, tmp_path, monkeypatch):
    """The version stood still while the rules were mended: old figures were merged with new."""
    for package in PACKAGES:
        shutil.copytree(Path(package.__file__).parent, tmp_path / package.__name__)
    copied = [tmp_path / package.__name__ for package in PACKAGES]
    assert digest_of_sources(copied) == digest_of_sources(copied)
    (part,) = plan_parts(city_folders(data)[:1])
    records = count_part(str(data), part)
    FinishedParts(tmp_path / "parts").save(part, records)
    assert FinishedParts(tmp_path / "parts").load(part) == records

    mended = tmp_path / "tally" / "rules.py"
    mended.write_text(mended.read_text() + "# mended")
    changed = digest_of_sources(copied)
    monkeypatch.setattr(city_results, "digest_of_sources", lambda _: changed)
    assert FinishedParts(tmp_path / "parts").load(part) is None


def test_results_are_written_whole_or_not_at_all(tmp_path):
    def failing():
        yield {"complex": "小区1", "problems": ["缺少 agenda.json"]}
        raise CityUnusable("磁盘坏了")

    with pytest.raises(CityUnusable):
        write_results(tmp_path, failing())

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "127.0.0.1"])
def test_a_wrong_scheduler_address_is_said_so_soon(data, tmp_path, address, monkeypatch):
    assert city_cluster._SECONDS_TO_ANSWER <= 10
    monkeypatch.setattr(city_cluster, "_SECONDS_TO_ANSWER", 0.5)
    ran = CliRunner().invoke(
        app, ["tally-city", str(data), "--out", str(tmp_path / "out"), "--scheduler", address]
    )

    assert ran.exit_code == 2
    assert f"{address} 没有 Dask 调度程序应答" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("{data}/nowhere --out {out}", "无法读取数据目录"),
        ("{out} --out {out}2", "没有小区"),
        ("{data} --out {data}/out", "结果目录不能放在数据目录里"),
        ("{data} --out /dev/null/out", "无法写入 /dev/null/out"),
        ("{data} --out {out} --scheduler tcp://h:1 --workers 2", "只用于本机"),
    ],
)
def test_unusable_input_is_one_line(data, tmp_path, arguments, said):
    ran = CliRunner().invoke(
        app, ["tally-city", *arguments.format(data=data, out=tmp_path).split()]
    )

    assert ran.exit_code == 2
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_counting_a_city_loads_no_server_parts(data, tallied):
    """Neither the command nor what its workers run; what is finished needs no cluster."""
    out, _ = tallied
    program = (
        "import sys; from api.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 3, end.code\n"
        f"print('LOADED', sorted(set({SERVER_PARTS!r}) & set(sys.modules)))"
    )
    arguments = command(data, out, "--part-size", 2)[3:]
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    assert ran.stdout.splitlines()[-1] == "LOADED []"
