import pytest

from api.composition import compose
from api.deployment import AlreadyInitialised, Deployment, NotInitialised, UnsafeSecret
from api.settings import Settings, UnfitSettings

KEYS = ("log.key", "identity-encryption.key", "identity-index.key")


@pytest.fixture
def data(tmp_path):
    Deployment.create(tmp_path / "data", "vote.example.org")
    return tmp_path / "data"


def test_two_deployments_share_no_key(data, tmp_path):
    other = Deployment.create(tmp_path / "other", "vote.example.org")
    mine = Deployment.load(data)
    keys = {mine.log_key, mine.encryption_keys[1], mine.index_key}
    assert keys.isdisjoint({other.log_key, other.encryption_keys[1], other.index_key})
    assert len(keys) == 3


def test_keys_are_never_overwritten(data):
    with pytest.raises(AlreadyInitialised):
        Deployment.create(data, "vote.example.org")


def test_without_keys_nothing_starts(tmp_path):
    with pytest.raises(NotInitialised):
        compose(Settings(data=tmp_path))


@pytest.mark.parametrize("file", KEYS)
def test_a_key_that_others_can_read_is_refused(data, file):
    (data / "secrets" / file).chmod(0o640)
    with pytest.raises(UnsafeSecret, match=file):
        Deployment.load(data)


@pytest.mark.parametrize("file", KEYS)
@pytest.mark.parametrize("placeholder", [b"", b"\0" * 32, b"changeme" * 4, b"short"])
def test_a_placeholder_is_no_key(data, file, placeholder):
    (data / "secrets" / file).write_bytes(placeholder)
    with pytest.raises(UnsafeSecret, match=file):
        Deployment.load(data)


def test_a_lost_key_is_named(data):
    (data / "secrets" / "log.key").unlink()
    with pytest.raises(UnsafeSecret, match=r"log\.key"):
        Deployment.load(data)


@pytest.mark.parametrize(
    "engines",
    [
        {},
        {"YEZHU_REDIS_URL": "redis://127.0.0.1:1/0"},
        {"YEZHU_DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/x"},
        {"YEZHU_DATABASE_URL": "sqlite:///x.db", "YEZHU_REDIS_URL": "redis://127.0.0.1:1/0"},
    ],
)
def test_several_workers_need_postgresql_and_redis(engines, monkeypatch):
    for name, value in ({"YEZHU_WORKERS": "2"} | engines).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UnfitSettings, match="PostgreSQL"):
        Settings.read()


def test_the_default_is_one_process_on_sqlite():
    settings = Settings()
    assert settings.workers == 1
    assert settings.redis_url is None
    assert settings.resolved_database_url.startswith("sqlite:///")
