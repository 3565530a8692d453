"""The small world of :mod:`tests.voting.world`, at the stages of its life that tests ask for.

SQLite stages are built once and copied; what must hold on both engines is built on ``database``.
"""

import shutil

import pytest

from tests.conftest import MovingClock
from tests.voting.world import CLAIMS, World
from voting.infra.database import Database


@pytest.fixture
def sqlite_database(migrated_file, tmp_path):
    """A migrated SQLite database, for claims that do not depend on the engine."""
    path = tmp_path / "yezhu.db"
    shutil.copyfile(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def world(sqlite_database, clock):
    """Services on an empty deployment."""
    return World(sqlite_database, clock).begin()


@pytest.fixture
def engine_world(database, clock):
    """Services on an empty deployment, once for each engine."""
    return World(database, clock).begin()


@pytest.fixture(scope="session")
def open_stage(migrated_file):
    """An assembly whose box is open, with a phone enrolled for every owner who has one."""
    path = migrated_file.with_name("open.db")
    shutil.copyfile(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    world = voting(World(database, MovingClock()))
    database.close()
    return path, world


@pytest.fixture
def open_world(open_stage, tmp_path, clock):
    """A copy of that stage: its box is open and empty."""
    path, stage = open_stage
    copy = tmp_path / "open.db"
    shutil.copyfile(path, copy)
    database = Database(f"sqlite:///{copy}")
    clock.moment = stage.clock.moment
    yield World(
        database,
        clock,
        roster_id=stage.roster_id,
        assembly_id=stage.assembly_id,
        phones=dict(stage.phones),
    )
    database.close()


@pytest.fixture
def open_engine_world(engine_world):
    """An assembly whose box is open, once for each engine."""
    return voting(engine_world, begun=True)


def voting(world, *, begun=False, **agenda):
    """Take a world from nothing to the open box."""
    if not begun:
        world.begin()
    world.freeze()
    for name in CLAIMS:
        world.enrol(name)
    return world.draft(**agenda).publish().open()
