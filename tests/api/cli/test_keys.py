"""New keys and the end of keeping, as the operator asks for them on the command line."""

import sqlite3

import pytest

from api.deployment import Deployment
from api.settings import Settings
from api.setup import erase_identities, rotate_identity_key
from tests.api.cli.test_commands import yezhu
from tests.complex import Complex
from tests.conftest import MovingClock
from voting.infra.database import Database
from voting.kernel.clock import system_clock, years_before
from voting.roster.vault import Vault
from voting.roster.workbook import roster_workbook


@pytest.fixture
def data(tmp_path):
    """The directory of a stopped deployment with a frozen roster of long ago."""
    clock = MovingClock()
    clock.advance(days=-7 * 365)
    Complex(tmp_path / "data", clock).shut()
    return tmp_path / "data"


def owners(data, column, table="owners"):
    with sqlite3.connect(data / "yezhu.db") as database:
        found = [row[0] for row in database.execute(f"SELECT {column} FROM {table}")]  # noqa: S608
    database.close()
    return found


def mandates(data, column):
    """Some owners are minors, so long ago: that is sealed as well."""
    return owners(data, column, "roster_mandates")


def test_rotation_makes_a_key_and_seals_everything_under_it(data):
    before = set(owners(data, "sealed"))
    done = yezhu("keys", "rotate", "--data", data)
    assert done.returncode == 0, done.stderr
    assert "第 2 版" in done.stdout
    assert set(owners(data, "key_version") + mandates(data, "key_version")) == {2}
    assert before.isdisjoint(owners(data, "sealed"))
    assert set(Deployment.load(data).encryption_keys) == {1, 2}
    stored = (data / "yezhu.db").read_bytes()
    assert not [sealed for sealed in before if sealed in stored], "old ciphertext is gone"
    # The first key is needed no more.
    (data / "secrets" / "identity-encryption.key").unlink()
    assert set(Deployment.load(data).encryption_keys) == {2}
    assert yezhu("keys", "rotate", "--data", data).returncode == 0
    assert set(owners(data, "key_version")) == {3}


@pytest.mark.parametrize("command", [("keys", "rotate"), ("erase-identities", "--yes")])
def test_beside_a_running_server_neither_command_does_anything(data, command):
    server = Database(Settings.read(data).resolved_database_url)
    server.serve()
    before = owners(data, "sealed")
    refused = yezhu(*command, "--data", data)
    server.close()
    assert refused.returncode == 2
    assert "请先停止" in refused.stderr
    assert owners(data, "sealed") == before
    assert set(Deployment.load(data).encryption_keys) == {1}


def test_a_rotation_killed_in_the_middle_is_finished_by_the_next_one(data, monkeypatch):
    """No third key: what the second one did not reach is sealed under it."""
    monkeypatch.setattr("voting.roster.service.retention._BATCH", 3)
    seal, sealed = Vault.seal, []

    def dying(vault, *what):
        if len(sealed) == 5:
            raise KeyboardInterrupt
        sealed.append(what)
        return seal(vault, *what)

    monkeypatch.setattr(Vault, "seal", dying)
    with pytest.raises(KeyboardInterrupt):
        rotate_identity_key(data)
    assert set(owners(data, "key_version")) == {1, 2}
    monkeypatch.setattr(Vault, "seal", seal)
    left = (owners(data, "key_version") + mandates(data, "key_version")).count(1)
    assert rotate_identity_key(data) == (left, 2)
    assert set(owners(data, "key_version")) == {2}


def test_a_key_file_that_was_not_finished_is_no_key(data):
    unfinished = data / "secrets" / "identity-encryption.2.unfinished"
    unfinished.write_bytes(b"half")
    assert set(Deployment.load(data).encryption_keys) == {1}
    assert Deployment.add_encryption_key(data) == 2
    assert not unfinished.exists()
    assert (data / "secrets" / "identity-encryption.2.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("answer", ["n\n", "\n", ""], ids=["no", "enter", "nobody there"])
def test_whoever_does_not_say_yes_is_told_that_nothing_was_changed(data, answer):
    """He read "Aborted." and could not tell."""
    refused = yezhu("erase-identities", "--years", "1", "--data", data, stdin=answer)
    assert refused.returncode == 1
    assert "没有更改任何内容" in refused.stderr
    assert "Abort" not in refused.stderr + refused.stdout
    assert all(owners(data, "sealed"))


def test_who_says_yes_has_it_done(data):
    done = yezhu("erase-identities", "--years", "1", "--data", data, stdin="y\n")
    assert (done.returncode, "1 版" in done.stdout) == (0, True), done.stderr
    assert not any(owners(data, "sealed"))


def test_erasing_spares_what_is_young(data):
    done = yezhu("erase-identities", "--yes", "--years", "8", "--data", data)
    assert (done.returncode, "0 版" in done.stdout) == (0, True), done.stderr
    assert all(owners(data, "sealed"))


def test_rosters_past_their_years_are_erased_but_for_those_before_a_court(tmp_path):
    clock = MovingClock()
    clock.advance(days=-7 * 365)
    place = Complex(tmp_path / "data", clock)
    kept = place.freeze(roster_workbook(place.roster))
    place.shut()
    done = yezhu("erase-identities", "--yes", "--keep", kept, "--data", place.data)
    assert (done.returncode, "1 版" in done.stdout) == (0, True), done.stderr
    sealed = owners(place.data, "sealed")
    assert sum(map(bool, sealed)) * 2 == len(sealed)
    assert erase_identities(place.data, system_clock(), ()) == 1
    assert not any(owners(place.data, "sealed") + mandates(place.data, "sealed"))


@pytest.mark.parametrize(
    ("day", "years", "then"),
    [
        ("2026-03-02", 5, "2021-03-02"),
        ("2028-02-29", 5, "2023-02-28"),
        ("2028-02-29", 4, "2024-02-29"),
    ],
)
def test_whole_years_back(day, years, then):
    moment = MovingClock().moment
    from_, to = (moment.fromisoformat(f"{each}T10:00:00+00:00") for each in (day, then))
    assert years_before(from_, years) == to
