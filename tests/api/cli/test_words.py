"""What the ``yezhu`` command says: help, one-line refusals, and every finding of a check."""

import json
import subprocess
import sys
import zipfile

import pytest

from api.cli.demo_ballots import demo_agenda, demo_ballots
from tests.api.cli.demo_sheet import demo_sheet_ballots
from tests.complex import done, small_roster
from voting.assembly.agenda import parse_agenda
from voting.box.sheet import ballot_sheet
from voting.kernel import canonical
from voting.kernel.clock import parse_timestamp
from voting.outcome.chinese import verdict_text
from voting.roster.workbook import roster_workbook

COMMANDS = (
    "init",
    "migrate",
    "serve",
    "recount",
    "verify",
    "tally-city",
    "demo",
    "admin",
    "schema",
    "roster",
    "keys",
    "erase-identities",
)
SERVER_PARTS = ("alembic", "fastapi", "redis", "sqlalchemy", "starlette", "typst", "uvicorn")


def yezhu(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, arguments)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Roster, ballots and agenda of a small complex."""
    folder = tmp_path_factory.mktemp("files")
    opens, closes = map(parse_timestamp, ("2026-11-01T01:00:00Z", "2026-11-20T10:00:00Z"))
    raw = canonical.encode(demo_agenda(opens, closes))
    agenda, roster = parse_agenda(raw), small_roster(20)
    ballots = demo_sheet_ballots(demo_ballots(roster, agenda), agenda)
    (folder / "roster.xlsx").write_bytes(roster_workbook(roster))
    (folder / "ballots.csv").write_bytes(ballot_sheet(agenda, ballots))
    (folder / "agenda.json").write_bytes(raw)
    return folder


@pytest.fixture(scope="module")
def bundle(town, tmp_path_factory):
    """The supervised bundle of a certified assembly."""
    assembly = town.open()
    done(town.http.post(f"{assembly.path}/ballots", content=town.signed(assembly, "1-1-101")))
    town.close(assembly)
    done(town.staff("convener").post(f"{assembly.path}/certificate"))
    path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
    path.write_bytes(done(town.staff("convener").get(f"{assembly.path}/supervised-bundle")).content)
    return path


def recounting(folder, out):
    return [
        "recount", "--roster", folder / "roster.xlsx", "--ballots", folder / "ballots.csv",
        "--agenda", folder / "agenda.json", "--out", out,
    ]  # fmt: skip


def is_chinese(text):
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_help_names_every_command_in_chinese():
    ran = yezhu("--help")

    assert ran.returncode == 0
    assert "业主大会表决" in ran.stdout
    for command in COMMANDS:
        line = next(line for line in ran.stdout.splitlines() if f" {command} " in line)
        assert is_chinese(line), command


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["serve", "--workers", "2"], "unfit-settings"),
        (["serve", "--port", "99999"], "unfit-settings"),
        (["init", "--name", "a b"], "unreadable-name"),
    ],
)
def test_what_is_refused_at_the_start_is_one_line(tmp_path, arguments, code):
    """These used to be tracebacks."""
    ran = yezhu(*arguments, "--data", tmp_path / "none")

    assert ran.returncode == 2
    assert code in ran.stderr
    assert is_chinese(ran.stderr)
    assert len(ran.stderr.splitlines()) == 1


def test_recount_says_of_every_item_whether_it_carried(files, tmp_path):
    ran = yezhu(*recounting(files, tmp_path / "result.json"))

    assert (ran.returncode, ran.stderr) == (0, "")
    said = ran.stdout.splitlines()
    items = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["items"]
    outcomes = [line for line in said[:-1] if not line.startswith("  ")]
    assert outcomes == [
        f"议题 {item['id']}　{item['title']}：{verdict_text(item)[1]}" for item in items
    ]
    left = sum(len(item.get("needs_decision", ())) for item in items)
    assert len(said) - 1 - len(outcomes) == left


def test_recount_lists_the_problems_of_all_files_at_once(files, tmp_path):
    rows = (files / "ballots.csv").read_text(encoding="utf-8-sig").splitlines()
    unknown = "99-9-999" + rows[3][rows[3].index(",") :]
    (tmp_path / "ballots.csv").write_text("\n".join([*rows[:3], unknown, unknown]))
    (tmp_path / "roster.xlsx").write_bytes((files / "roster.xlsx").read_bytes())
    (tmp_path / "agenda.json").write_bytes((files / "agenda.json").read_bytes())
    ran = yezhu(*recounting(tmp_path, tmp_path / "result.json"))
    assert ran.returncode == 2
    assert "第 4 行" in ran.stderr
    assert "第 5 行" in ran.stderr

    (tmp_path / "roster.xlsx").write_bytes(b"PK no workbook")
    agenda = (files / "agenda.json").read_text().replace('"covenant"', '"constitution"')
    (tmp_path / "agenda.json").write_text(agenda.replace('"seats":7', '"seats":-1'))
    ran = yezhu(*recounting(tmp_path, tmp_path / "result.json"))
    assert ran.returncode == 2
    for place in ("roster.xlsx", "/items/0/matter", "/items/4/seats"):
        assert place in ran.stderr
    assert not (tmp_path / "result.json").exists()


def test_verify_passes_a_sound_bundle_and_prints_whose_key_vouches(bundle):
    ran = yezhu("verify", bundle)
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-1] == "核验通过。"
    assert "[不符]" not in ran.stdout
    assert "[不含]" not in ran.stdout

    key = next(line for line in ran.stdout.splitlines() if line.startswith("日志公钥"))
    vkey = key.removeprefix("日志公钥：")
    assert yezhu("verify", bundle, "--log-key", vkey).returncode == 0
    foreign = yezhu("verify", bundle, "--log-key", vkey[:-4] + "AAAA")
    assert foreign.returncode == 1
    assert "另行取得的日志公钥" in foreign.stdout


def test_verify_fails_a_bundle_with_one_file_exchanged(bundle, tmp_path):
    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(bundle) as sound, zipfile.ZipFile(altered, "w") as archive:
        for name in sound.namelist():
            data = sound.read(name)
            archive.writestr(name, data.replace(b'"heads":1', b'"heads":2', 1))

    ran = yezhu("verify", altered)

    assert ran.returncode == 1
    assert "[不符]" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_recounting_and_verifying_load_no_server_parts(files, bundle, tmp_path):
    """Whoever checks a result needs no database, no web server and no typesetter."""
    program = (
        "import sys; from api.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print('LOADED', sorted(set({SERVER_PARTS!r}) & set(sys.modules)))"
    )
    for arguments in (
        recounting(files, tmp_path / "result.json"),
        ["verify", bundle],
        ["schema", "agenda"],
    ):
        ran = subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert ran.stdout.splitlines()[-1] == "LOADED []", arguments
