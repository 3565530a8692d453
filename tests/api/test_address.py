"""Whom a limit counts: one subscriber is one address, however many addresses he has."""

import pytest
from starlette.requests import Request

from api.context import address


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "testclient"),
    ],
)
def test_of_ipv6_the_network_is_counted(host, counted):
    """With a new address for each guess nobody was ever told to wait."""
    assert address(Request({"type": "http", "client": (host, 1)})) == counted


def test_whoever_comes_from_nowhere_is_counted_too():
    assert address(Request({"type": "http", "client": None})) == "unknown"
