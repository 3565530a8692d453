import importlib
import pkgutil

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import voting
from voting.infra.database import Database
from voting.infra.migrate import _config, is_current, upgrade
from voting.infra.orm import Base
from voting.ledger import store as ledger
from voting.ledger import tree
from voting.roster import store
from voting.roster.document import RosterDocument
from voting.roster.vault import Sealed


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


def test_a_log_from_before_heads_is_given_the_root_of_its_entries(database_url):
    entries = [b"%d" % number for number in range(11)]
    database = Database(database_url)
    with database.engine.begin() as connection:
        command.upgrade(_config(connection), "0004")
        for origin, size in (("log", 11), ("empty", 0)):
            connection.execute(text("INSERT INTO logs VALUES (:o, :s)"), {"o": origin, "s": size})
        nodes = {}
        for index, entry in enumerate(entries):
            hashed = tree.leaf_hash(entry)
            for node in tree.completed_nodes(index, hashed, lambda *place: nodes[place]):
                nodes[node[:2]] = node.hash
                connection.execute(
                    text("INSERT INTO log_nodes VALUES ('log', :level, :position, :hash)"),
                    node._asdict(),
                )
    upgrade(database.engine)
    with database.read() as session:
        root = tree.root_of([tree.leaf_hash(entry) for entry in entries])
        assert ledger.head(session, "log") == (11, root)
        assert ledger.head(session, "empty") == (0, tree.EMPTY_ROOT)
    database.close()


def test_a_roster_from_before_versions_is_read_and_unsealed_as_ever(database_url):
    """Its owners were sealed under the first key; nobody published it, yet it is frozen."""
    database = Database(database_url)
    with database.engine.begin() as connection:
        command.upgrade(_config(connection), "0001")
        document = RosterDocument("小区", 1, ()).to_bytes()
        connection.execute(
            text("INSERT INTO rosters VALUES ('r', '小区', 1, :document, 'd', 's', 1, 2, 3)"),
            {"document": document},
        )
        connection.execute(
            text("INSERT INTO owners VALUES ('r', 0, :blob, :blob, :blob)"), {"blob": b"x"}
        )
    upgrade(database.engine)
    with database.read() as session:
        row = store.roster(session, "r")
        (owner,) = store.owners(session, "r")
    assert (row.supplied_by, row.previous_digest, row.published_at) == ("其他", None, None)
    assert owner.secret == Sealed(1, b"x")
    database.close()


def test_a_ballot_from_before_papers_without_units_keeps_its_group(database_url):
    """SQLite writes the table anew: nothing of it may be lost on the way."""
    database = Database(database_url)
    with database.engine.begin() as connection:
        command.upgrade(_config(connection), "0001")
        for filled in (
            "rosters VALUES ('r', 'c', 1, :x, 'd', 's', 1, 2, 3)",
            "assemblies VALUES ('a', 'r', 'open', 't', 'c', :x, :x, 1, 2, 3, 4, 5, 6, 7)",
            "ballots VALUES ('a', 1, 'd', 'ballot', false, 7, 1, :x, :x, 2, :x, :x)",
        ):
            connection.execute(text(f"INSERT INTO {filled}"), {"x": b"x"})
        command.upgrade(_config(connection), "0011")
        before = connection.execute(text("SELECT * FROM ballots")).mappings().all()
    upgrade(database.engine)
    with database.engine.begin() as connection:
        after = connection.execute(text("SELECT * FROM ballots")).mappings().all()
        connection.execute(text("UPDATE ballots SET group_code = NULL"))
    assert (after, after[0]["group_code"]) == (before, 7)
    database.close()
