"""What a server refuses to start with."""

import json

import pytest
from sqlalchemy import text

from api.composition import SchemaOutdated, compose
from api.deployment import (
    AlreadyInitialised,
    Deployment,
    NotInitialised,
    UnreadableName,
    UnsafeSecret,
)
from api.settings import Settings, UnfitSettings
from api.setup import build_schema
from voting.infra.database import Database

KEYS = ("log.key", "identity-encryption.key", "identity-index.key")


@pytest.fixture
def data(tmp_path):
    """A deployment with keys and a database."""
    place = tmp_path / "data"
    Deployment.create(place, "vote.example.org")
    build_schema(place)
    return place


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"YEZHU_DATABASE_URL": "postgresql+psycopg://somebody@db/yezhu"},
        {"YEZHU_REDIS_URL": "redis://cache"},
        {"YEZHU_REDIS_URL": "redis://cache", "YEZHU_DATABASE_URL": "sqlite:///yezhu.db"},
    ],
)
def test_several_workers_need_postgresql_and_redis(monkeypatch, given):
    for name, value in ({"YEZHU_WORKERS": "2"} | given).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(UnfitSettings, match="PostgreSQL"):
        Settings.read()


def test_several_workers_start_with_both(monkeypatch):
    monkeypatch.setenv("YEZHU_WORKERS", "4")
    monkeypatch.setenv("YEZHU_DATABASE_URL", "postgresql+psycopg://somebody@db/yezhu")
    monkeypatch.setenv("YEZHU_REDIS_URL", "redis://cache")

    assert Settings.read().workers == 4


def test_an_unreadable_setting_is_named_and_no_value_is_printed(monkeypatch):
    monkeypatch.setenv("YEZHU_PORT", "eighty")
    monkeypatch.setenv("YEZHU_DATABASE_URL", "postgresql://somebody:pa55word@db/yezhu")

    with pytest.raises(UnfitSettings, match="YEZHU_PORT") as refused:
        Settings.read()

    assert "pa55word" not in refused.value.detail
    assert "eighty" not in refused.value.detail


def test_a_directory_without_keys_is_refused(tmp_path):
    with pytest.raises(NotInitialised, match="yezhu init"):
        compose(Settings.read(tmp_path / "nothing"))
    assert not (tmp_path / "nothing").exists()


def test_keys_are_made_once(data):
    before = {name: (data / "secrets" / name).read_bytes() for name in KEYS}

    with pytest.raises(AlreadyInitialised):
        Deployment.create(data, "other.example.org")

    assert {name: (data / "secrets" / name).read_bytes() for name in KEYS} == before
    assert len(set(before.values())) == len(KEYS)
    assert json.loads((data / "deployment.json").read_text()) == {"name": "vote.example.org"}


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a+b", "x\ny", "a/b", "-a.example", "a..b", "中文.cn", "A.example", "a" * 254],
)
def test_what_is_no_host_name_is_refused_before_anything_is_made(tmp_path, name):
    """A name with a blank used to leave a half-made deployment behind."""
    with pytest.raises(UnreadableName):
        Deployment.create(tmp_path / "data", name)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_keys_that_others_can_read_or_write_are_refused(data, key, mode):
    (data / "secrets" / key).chmod(mode)

    with pytest.raises(UnsafeSecret, match="chmod 600"):
        compose(Settings.read(data))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "content", [b"", b"changeme", bytes(32), b"changeme" * 4, bytes(range(31)), bytes(range(33))]
)
def test_placeholders_are_refused(data, key, content):
    (data / "secrets" / key).write_bytes(content)

    with pytest.raises(UnsafeSecret, match="随机密钥"):
        compose(Settings.read(data))


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_key_is_not_replaced(data, key):
    (data / "secrets" / key).unlink()

    with pytest.raises(UnsafeSecret, match="备份"):
        compose(Settings.read(data))
    assert not (data / "secrets" / key).exists()


def test_nobody_else_can_look_into_the_data(data):
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "secrets").stat().st_mode & 0o777 == 0o700
    for key in KEYS:
        assert (data / "secrets" / key).stat().st_mode & 0o777 == 0o600


def test_a_database_of_another_version_is_refused(data):
    compose(Settings.read(data)).database.close()
    database = Database(Settings.read(data).resolved_database_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    with pytest.raises(SchemaOutdated, match="yezhu migrate"):
        compose(Settings.read(data))


def test_a_shifted_clock_announces_itself(data, monkeypatch, capsys):
    monkeypatch.setenv("YEZHU_INSECURE_CLOCK_SHIFT_SECONDS", "-3600")

    compose(Settings.read(data)).database.close()

    printed = capsys.readouterr()
    assert "insecure-shifted-clock" in printed.out + printed.err
