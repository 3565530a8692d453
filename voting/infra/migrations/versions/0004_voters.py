"""Who may vote for a unit: sealed beside the roster version, pinned by number for each vote."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables. A roster from before lets any owner of a unit vote, as it did."""
    op.create_table(
        "roster_mandates",
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("key_version", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.roster_id"], name="fk_roster_mandates_roster_id"
        ),
        sa.PrimaryKeyConstraint("roster_id", name="pk_roster_mandates"),
    )
    op.create_table(
        "assembly_voters",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assemblies.assembly_id"], name="fk_assembly_voters_assembly_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", "position", name="pk_assembly_voters"),
    )
