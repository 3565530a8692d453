"""Each ballot knows how long the log was when its batch was in: its receipt is proved there."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; every ballot so far was a batch of its own."""
    # Not by rebuilding the table; every row is given its value below.
    op.add_column(
        "ballots", sa.Column("log_size", sa.BigInteger(), nullable=False, server_default="0")
    )
    ballots = sa.table("ballots", sa.column("position"), sa.column("log_size"))
    op.execute(sa.update(ballots).values(log_size=ballots.c.position + 1))
