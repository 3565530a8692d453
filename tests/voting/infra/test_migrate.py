import importlib
import pkgutil

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import voting
from voting.infra.migrate import is_current, upgrade
from voting.infra.orm import Base


def import_every_store():
    for module in pkgutil.walk_packages(voting.__path__, "voting."):
        if module.name.endswith(".store"):
            importlib.import_module(module.name)


def test_migrations_build_exactly_the_mapped_tables(database):
    import_every_store()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_upgrade_of_a_current_schema_changes_nothing(database):
    assert is_current(database.engine)
    upgrade(database.engine)
    assert is_current(database.engine)
