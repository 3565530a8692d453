"""What owners still have to be told waits in a table, and no longer in a process."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "owner_notices",
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("owner_code", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("reached", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id", "owner_code"],
            ["owners.roster_id", "owners.owner_code"],
            name="fk_owner_notices_roster_id",
        ),
        sa.PrimaryKeyConstraint("notice_id", name="pk_owner_notices"),
    )
    op.create_index("ix_owner_notices_due_at", "owner_notices", ["due_at"])
