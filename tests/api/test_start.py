"""What a server refuses to start with, besides bad keys (:mod:`tests.api.test_deployment`)."""

import json
from functools import partial

import pytest
from sqlalchemy import text

from api.asgi import run
from api.composition import SchemaOutdated, compose
from api.deployment import Deployment, UnreadableName
from api.settings import Settings, UnfitSettings
from api.setup import build_schema, start_register
from voting.infra.database import Database
from voting.infra.occupancy import DatabaseInUse
from voting.ledger.refusals import LogDoubtful


@pytest.fixture
def data(tmp_path):
    """A deployment with keys and a database."""
    place = tmp_path / "data"
    Deployment.create(place, "vote.example.org")
    build_schema(place)
    return place


def test_several_workers_start_with_postgresql_and_redis(monkeypatch):
    monkeypatch.setenv("YEZHU_WORKERS", "4")
    monkeypatch.setenv("YEZHU_DATABASE_URL", "postgresql+psycopg://somebody@db/yezhu")
    monkeypatch.setenv("YEZHU_REDIS_URL", "redis://cache")

    assert Settings.read().workers == 4


def test_an_unreadable_setting_is_named_and_no_value_is_printed(monkeypatch):
    """The traceback of a mistyped port used to print the database's password."""
    monkeypatch.setenv("YEZHU_PORT", "eighty")
    monkeypatch.setenv("YEZHU_DATABASE_URL", "postgresql://somebody:pa55word@db/yezhu")

    with pytest.raises(UnfitSettings, match="YEZHU_PORT") as refused:
        Settings.read()

    assert "pa55word" not in refused.value.detail
    assert "eighty" not in refused.value.detail


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a+b", "x\ny", "a/b", "-a.example", "a..b", "中文.cn", "A.example", "a" * 254],
)
def test_what_is_no_host_name_is_refused_before_anything_is_made(tmp_path, name):
    """A name with a blank used to leave a half-made deployment behind."""
    with pytest.raises(UnreadableName):
        Deployment.create(tmp_path / "data", name)
    assert not (tmp_path / "data").exists()


def test_a_deployment_keeps_its_name(data):
    assert json.loads((data / "deployment.json").read_text()) == {"name": "vote.example.org"}


def test_nobody_else_can_look_into_the_data(data):
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "secrets").stat().st_mode & 0o777 == 0o700
    for key in (data / "secrets").iterdir():
        assert key.stat().st_mode & 0o777 == 0o600


def test_a_database_of_another_version_is_refused(data):
    compose(Settings.read(data)).database.close()
    database = Database(Settings.read(data).resolved_database_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    with pytest.raises(SchemaOutdated, match="yezhu migrate"):
        compose(Settings.read(data))


def test_the_schema_is_not_changed_under_a_running_server(data):
    """It knows the old one, and accepts ballots at any moment."""
    server = compose(Settings.read(data)).database
    server.serve()
    with pytest.raises(DatabaseInUse, match="先停止"):
        build_schema(data)
    server.close()
    build_schema(data)


def test_a_server_does_not_start_on_a_log_that_was_changed(data, monkeypatch):
    """Appending to it would show witnesses two histories."""
    start_register(data)
    service = compose(Settings.read(data))
    register = service.ledger.origins.register
    with service.database.write() as session:
        service.ledger.append(session, register, [b"one", b"two"])
    started = []
    monkeypatch.setattr("api.asgi._configure_logging", lambda: None)
    monkeypatch.setattr("api.asgi.uvicorn.run", lambda *_, **options: started.append(options))
    serve = partial(run, data=data, host=None, port=None, workers=None)
    monkeypatch.setenv("YEZHU_DATA", str(data))
    serve()
    with service.database.write() as session:
        session.execute(text("UPDATE log_entries SET entry = :other"), {"other": b"other"})
    service.database.close()

    with pytest.raises(LogDoubtful, match="未启动"):
        serve()
    assert len(started) == 1


def test_a_shifted_clock_announces_itself(data, monkeypatch, capsys):
    monkeypatch.setenv("YEZHU_INSECURE_CLOCK_SHIFT_SECONDS", "-3600")

    compose(Settings.read(data)).database.close()

    printed = capsys.readouterr()
    assert "insecure-shifted-clock" in printed.out + printed.err
