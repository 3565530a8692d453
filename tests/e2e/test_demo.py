"""The demonstration as a visitor runs it: it succeeds, and no owner's numbers leak from it."""

import base64
import binascii
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import asdict

import httpx2
import pikepdf
import pytest

from api.cli.demo_freeze import claim_of
from api.cli.server_process import ServerProcess
from tests.addresses import of_log
from voting.roster.verify import read_roster

_SECONDS = 900
"""Ten times what a busy machine takes; only a demonstration that hangs is stopped."""
_PAGES = ("/", "/vote", "/board", "/receipt")
_PRODUCTS = {
    "accounts.txt",
    "agenda.json",
    "audit-bundle-public.zip",
    "audit-bundle.zip",
    "ballots.csv",
    "certificate.pdf",
    "data/yezhu.db",
    "recount.json",
    "result.json",
    "roster.xlsx",
    "server.log",
}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    """Run it once: its directory and what it printed."""
    output = tmp_path_factory.mktemp("demonstration") / "output"
    run = subprocess.run(
        [sys.executable, "-m", "api.cli", "demo", "--output", output],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout.decode()[-4000:]
    return output, run.stdout


def roster_of(output):
    """The sheet that the demonstration itself used, whatever its seed."""
    return read_roster((output / "roster.xlsx").read_bytes(), "roster.xlsx")


def private_numbers(output):
    """Identity, telephone and title numbers of everybody, as bytes and as JSON spells them."""
    found = set()
    for unit in roster_of(output):
        found |= {owner.id_number for owner in unit.owners} | set(unit.phones)
        found |= {unit.title_no} if unit.title_no else set()
    return {number.encode() for number in found} | {
        json.dumps(number).strip('"').encode() for number in found
    }


class Needles:
    """Many strings looked for at once: by their first bytes, then by each length they have."""

    def __init__(self, needles):
        self._needles = frozenset(needles)
        self._lengths = sorted({len(needle) for needle in needles})
        first = sorted({needle[:3] for needle in needles})
        self._first = re.compile(b"(?=" + b"|".join(map(re.escape, first)) + b")")

    def among(self, data):
        return {
            data[match.start() : match.start() + length]
            for match in self._first.finditer(data)
            for length in self._lengths
        } & self._needles


def test_it_leaves_every_product_behind(demonstration):
    output, printed = demonstration
    there = {str(path.relative_to(output)) for path in output.rglob("*") if path.is_file()}

    assert there >= _PRODUCTS
    assert all((output / product).stat().st_size for product in _PRODUCTS)
    assert (output / "certificate.pdf").read_bytes().startswith(b"%PDF")
    recount = json.loads((output / "recount.json").read_bytes())
    assert recount["items"] == json.loads((output / "result.json").read_bytes())["items"]
    assert "张回执都在日志中" in printed.decode()


def test_secrets_are_readable_by_their_owner_only(demonstration):
    output, _ = demonstration

    for path in (output / "accounts.txt", *(output / "data" / "secrets").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_no_owners_number_is_printed_logged_or_stored_in_the_clear(demonstration):
    output, printed = demonstration
    numbers = private_numbers(output)
    assert len(numbers) > 2000
    needles = Needles(numbers)
    assert needles.among(b"..." + b"..".join(numbers)) == numbers
    files = [path for path in output.rglob("*") if path.is_file() and path.name != "roster.xlsx"]

    leaks = {path.name: needles.among(path.read_bytes()) for path in files}
    leaks["stdout"] = needles.among(printed)

    assert {name: len(found) for name, found in leaks.items() if found} == {}


def unwrapped(data):
    """An answer, and all that is packed inside it: zip members, PDF attachments, base64 texts."""
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from unwrapped(archive.read(name))
    elif data.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(data)) as document:
            for name in document.attachments:
                yield from unwrapped(document.attachments[name].get_file().read_bytes())
    else:
        for text in re.findall(rb'"([A-Za-z0-9+/]{24,}={0,2})"', data):
            try:
                inside = base64.b64decode(text, validate=True)
            except binascii.Error:
                continue
            yield from unwrapped(inside)


def knocks(interface, places, owner):
    """Every request that anybody may make: (path as declared, method, path, body)."""
    for path, operations in interface["paths"].items():
        for method, operation in operations.items():
            if not operation["x-access"].startswith("公开："):
                continue
            named = re.findall(r"{(\w+)}", path)
            if named[:1] == ["log"]:
                addresses = [each for log in places["log"] for each in of_log(path, *log)]
            else:
                values = places[named[0]] if named else [""]
                addresses = [re.sub(r"{\w+}", value, path) for value in values]
            for address in addresses:
                yield path, method.upper(), address, owner if method == "post" else None


def test_no_public_endpoint_gives_an_owners_number_away(demonstration, tmp_path):
    """All of them, asked of every roster version and assembly; the doors also with a true claim."""
    output, _ = demonstration
    data = shutil.copytree(output / "data", tmp_path / "data")
    with sqlite3.connect(data / "yezhu.db") as database:
        places = {
            name: [row[0] for row in database.execute(f"SELECT {name} FROM {table}")]  # noqa: S608
            for name, table in (("roster_id", "rosters"), ("assembly_id", "assemblies"))
        }
    database.close()
    unit = next(unit for unit in roster_of(output) if unit.title_no is not None and unit.phones)
    owner = asdict(claim_of(unit)) | {
        "unit": unit.unit_key,
        "concern": "area",
        "text": f"请打 {unit.phones[0]}",
        "possession": {
            "payload": "", "payloadType": "", "signatures": [{"keyid": "", "sig": ""}],
        },
    }  # fmt: skip
    needles = Needles(private_numbers(output))
    leaks, answered, asked = {}, set(), set()
    with ServerProcess(data, tmp_path / "server.log") as server:
        server.start()
        with httpx2.Client(base_url=server.url, timeout=60) as http:
            interface = http.get("/v1/openapi.json").json()
            logs = http.get("/v1/logs").json()["logs"]
            places["log"] = [(log["path"].removeprefix("/log/"), log["size"]) for log in logs]
            requests = list(knocks(interface, places, owner))
            requests += [(page, "GET", page, None) for page in _PAGES]
            for declared, method, path, body in requests:
                answer = http.request(method, path, json=body)
                asked.add((method, declared))
                if answer.status_code < 400:
                    answered.add((method, declared))
                headers = json.dumps(dict(answer.headers)).encode()
                parts = (headers, *unwrapped(answer.content))
                leaks[method, path] = set().union(*map(needles.among, parts))
                if declared.endswith("/share"):
                    # To himself alone: the words of his own objection, with the number he gave.
                    leaks[method, path] -= {unit.phones[0].encode()}
    log = (tmp_path / "server.log").read_bytes()

    assert {place: len(found) for place, found in leaks.items() if found} == {}
    assert needles.among(log) == set()
    assert len(asked) > 15
    # Whoever knows neither password nor phone is turned away, no messages are sent here and no
    # identity provider is asked; everything else was really read.
    doors = ("codes", "keys", "vouched-keys", "sign-ins", "id-tokens")
    keys = {f"/v1/rosters/{{roster_id}}/{door}" for door in doors}
    assert asked - answered == {("POST", path) for path in {"/v1/session"} | keys}
