"""Messages and identity providers are set on purpose, wholly, or not at all."""

import pytest

from api.composition import _sender
from api.settings import Settings, UnfitSettings
from voting.infra.sender import GatewaySender, InsecureConsoleSender

GATEWAY = {"YEZHU_SMS_URL": "https://sms.example.org/send", "YEZHU_SMS_TOKEN": "secret token"}
PROVIDER = {
    "YEZHU_OIDC_ISSUER": "https://id.example.org",
    "YEZHU_OIDC_CLIENT_ID": "yezhu",
    "YEZHU_OIDC_NUMBER_CLAIM": "id_card",
}


def read(monkeypatch, settings):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def without(settings, name):
    return {each: value for each, value in settings.items() if each != name}


def test_by_default_nothing_is_sent_and_nobody_vouches(monkeypatch):
    settings = read(monkeypatch, {})
    assert _sender(settings) is None
    assert settings.provider() is None


def test_a_gateway_is_used_and_its_token_is_not_shown(monkeypatch):
    settings = read(monkeypatch, GATEWAY)
    assert isinstance(_sender(settings), GatewaySender)
    assert "secret token" not in repr(settings) + repr(settings.sender())


def test_the_console_is_for_development_and_says_so_loudly(monkeypatch, capsys):
    settings = read(monkeypatch, {"YEZHU_INSECURE_CONSOLE_CODES": "true"})
    sender = _sender(settings)
    assert isinstance(sender, InsecureConsoleSender)
    sender.send("15412345678", "验证码 123456")
    printed = capsys.readouterr().out
    assert printed.count("warning") == 2
    assert "冒充业主" in printed
    assert "123456" in printed
    assert "15412345678" not in printed


@pytest.mark.parametrize(
    "settings",
    [
        *(without(GATEWAY, name) for name in GATEWAY),
        GATEWAY | {"YEZHU_SMS_URL": "http://sms.example.org/send"},
        GATEWAY | {"YEZHU_SMS_URL": "sms.example.org"},
        GATEWAY | {"YEZHU_INSECURE_CONSOLE_CODES": "true"},
        *(without(PROVIDER, name) for name in PROVIDER),
        PROVIDER | {"YEZHU_OIDC_ISSUER": "http://id.example.org"},
        {"YEZHU_OIDC_CLIENT_SECRET": "secret"},
    ],
    ids=str,
)
def test_half_a_setting_or_one_in_clear_is_refused(monkeypatch, settings):
    with pytest.raises(UnfitSettings):
        read(monkeypatch, settings)


def test_the_secret_shown_to_the_provider_is_shown_to_nobody_else(monkeypatch):
    settings = read(monkeypatch, PROVIDER | {"YEZHU_OIDC_CLIENT_SECRET": "secret word"})
    assert settings.provider().secret == "secret word"
    assert "secret word" not in repr(settings) + repr(settings.provider())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_needs_no_encryption(monkeypatch, host):
    settings = read(
        monkeypatch,
        GATEWAY | PROVIDER
        | {"YEZHU_SMS_URL": f"http://{host}:1/", "YEZHU_OIDC_ISSUER": f"http://{host}:1"},
    )  # fmt: skip
    assert settings.sender().gateway == f"http://{host}:1/"
    assert settings.provider().number_claim == "id_card"


@pytest.mark.parametrize("url", ["https://vote.example.org", "https://vote.example.org/"])
def test_addresses_of_pages_have_one_slash(monkeypatch, url):
    """With two the provider leads nobody back, and the code on a certificate leads nowhere."""
    settings = read(monkeypatch, {"YEZHU_PUBLIC_URL": url})
    assert f"{settings.public_url}/vote" == "https://vote.example.org/vote"


@pytest.mark.parametrize(
    "url",
    [
        "vote.example.org", "http://vote.example.org", "https://", "https:///vote",
        "https://vote.example.org/yezhu", "https://vote.example.org?x=1",
    ],
)  # fmt: skip
def test_owners_reach_the_pages_encrypted_and_at_the_root(monkeypatch, url):
    """Elsewhere no browser signs, and no link of a page leads to the next."""
    with pytest.raises(UnfitSettings, match="YEZHU_PUBLIC_URL"):
        read(monkeypatch, {"YEZHU_PUBLIC_URL": url})
