"""The demonstration as a visitor runs it: it succeeds, and no owner's numbers leak from it."""

import json
import re
import subprocess
import sys

import pytest

from api.cli.demo_roster import demo_roster

_SECONDS = 900
"""Ten times what a busy machine takes; only a demonstration that hangs is stopped."""
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


def private_numbers():
    """Identity, telephone and title numbers of everybody, as bytes and as JSON spells them."""
    found = set()
    for unit in demo_roster():
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
    numbers = private_numbers()
    assert len(numbers) > 2000
    needles = Needles(numbers)
    assert needles.among(b"..." + b"..".join(numbers)) == numbers
    files = [path for path in output.rglob("*") if path.is_file() and path.name != "roster.xlsx"]

    leaks = {path.name: needles.among(path.read_bytes()) for path in files}
    leaks["stdout"] = needles.among(printed)

    assert {name: len(found) for name, found in leaks.items() if found} == {}
