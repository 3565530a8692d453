"""Known answers computed with Go's sumdb packages, and a transaction to fill logs in."""

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def vectors():
    return json.loads(Path(__file__).with_name("tlog-vectors.json").read_text("utf-8"))


@pytest.fixture
def session(database):
    with database.write() as session:
        yield session
