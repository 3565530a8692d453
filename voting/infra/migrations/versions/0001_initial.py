"""The schema of the first version: logs, staff, rosters, keys, assemblies, ballots, outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build every table. Moments are POSIX seconds, so both engines mean the same by them."""
    op.create_table(
        "logs",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_logs"),
    )
    op.create_table(
        "rosters",
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("source_digest", sa.String(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=True),
        sa.Column("register_position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("roster_id", name="pk_rosters"),
        sa.UniqueConstraint("community", "version", name="uq_rosters_community_version"),
    )
    op.create_table(
        "staff_accounts",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_staff_accounts"),
        sa.UniqueConstraint("username", name="uq_staff_accounts_username"),
    )
    op.create_table(
        "assemblies",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("agenda", sa.LargeBinary(), nullable=False),
        sa.Column("notice", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("manifest_position", sa.BigInteger(), nullable=True),
        sa.Column("opened_position", sa.BigInteger(), nullable=True),
        sa.Column("closed_position", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.roster_id"], name="fk_assemblies_roster_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", name="pk_assemblies"),
    )
    op.create_table(
        "challenges",
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.roster_id"], name="fk_challenges_roster_id"
        ),
        sa.PrimaryKeyConstraint("challenge", name="pk_challenges"),
    )
    op.create_table(
        "log_entries",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["origin"], ["logs.origin"], name="fk_log_entries_origin"),
        sa.PrimaryKeyConstraint("origin", "position", name="pk_log_entries"),
    )
    op.create_table(
        "log_nodes",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["origin"], ["logs.origin"], name="fk_log_nodes_origin"),
        sa.PrimaryKeyConstraint("origin", "level", "position", name="pk_log_nodes"),
    )
    op.create_table(
        "owners",
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("owner_code", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("identity_index", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.roster_id"], name="fk_owners_roster_id"),
        sa.PrimaryKeyConstraint("roster_id", "owner_code", name="pk_owners"),
    )
    op.create_index("ix_owners_identity_index", "owners", ["identity_index"], unique=False)
    op.create_table(
        "staff_sessions",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.account_id"], name="fk_staff_sessions_account_id"
        ),
        sa.PrimaryKeyConstraint("token_digest", name="pk_staff_sessions"),
    )
    op.create_table(
        "ballots",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("group_code", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("unit_codes", sa.LargeBinary(), nullable=False),
        sa.Column("choices", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assemblies.assembly_id"], name="fk_ballots_assembly_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", "position", name="pk_ballots"),
        sa.UniqueConstraint("assembly_id", "digest", name="uq_ballots_assembly_id_digest"),
    )
    op.create_table(
        "certificates",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("register_position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assemblies.assembly_id"], name="fk_certificates_assembly_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", name="pk_certificates"),
    )
    op.create_table(
        "device_keys",
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("owner_code", sa.BigInteger(), nullable=False),
        sa.Column("spki", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("register_position", sa.BigInteger(), nullable=False),
        sa.Column("revoked_position", sa.BigInteger(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id", "owner_code"],
            ["owners.roster_id", "owners.owner_code"],
            name="fk_device_keys_roster_id_owner_code",
        ),
        sa.PrimaryKeyConstraint("roster_id", "key_id", name="pk_device_keys"),
    )
    op.create_table(
        "paper_entries",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("accepted_position", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assemblies.assembly_id"], name="fk_paper_entries_assembly_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", "serial", name="pk_paper_entries"),
    )
    op.create_table(
        "refusal_counts",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assemblies.assembly_id"], name="fk_refusal_counts_assembly_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", "code", name="pk_refusal_counts"),
    )
    op.create_table(
        "slots",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("unit_code", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assemblies.assembly_id"], name="fk_slots_assembly_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", "unit_code", name="pk_slots"),
    )
    op.create_table(
        "titles",
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("owner_code", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_code", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title_index", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id", "owner_code"],
            ["owners.roster_id", "owners.owner_code"],
            name="fk_titles_roster_id_owner_code",
        ),
        sa.PrimaryKeyConstraint("roster_id", "owner_code", "unit_code", name="pk_titles"),
    )
