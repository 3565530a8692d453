"""Roster versions name their origin; objections, corrections, and the version of sealing keys."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a version is known by. Rosters from before come from nowhere in particular."""
    for column in (
        sa.Column("previous_digest", sa.String(), nullable=True),
        sa.Column("supplied_by", sa.String(), nullable=False, server_default="其他"),
        sa.Column("basis", sa.String(), nullable=False, server_default=""),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("objections_until", sa.BigInteger(), nullable=True),
        sa.Column("freeze_proposed_by", sa.String(), nullable=True),
        sa.Column("corrects", sa.String(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("rosters", column)
    op.add_column(
        "owners", sa.Column("key_version", sa.BigInteger(), nullable=False, server_default="1")
    )
    op.create_table(
        "roster_objections",
        sa.Column("objection_id", sa.String(), nullable=False),
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("concern", sa.String(), nullable=False),
        sa.Column("owner_code", sa.BigInteger(), nullable=True),
        sa.Column("entered_by", sa.String(), nullable=True),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("register_position", sa.BigInteger(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("key_version", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.roster_id"], name="fk_roster_objections_roster_id"
        ),
        sa.PrimaryKeyConstraint("objection_id", name="pk_roster_objections"),
    )
    op.create_table(
        "roster_corrections",
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("register_position", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["rosters.roster_id"], name="fk_roster_corrections_version_id"
        ),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.roster_id"], name="fk_roster_corrections_roster_id"
        ),
        sa.PrimaryKeyConstraint("version_id", name="pk_roster_corrections"),
    )
