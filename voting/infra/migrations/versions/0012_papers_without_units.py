"""A paper of which nobody can tell whose it is has no owner group, and goes into the box."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the column be empty; every ballot so far keeps its group."""
    # SQLite cannot change a column: its table is written anew.
    with op.batch_alter_table("ballots") as ballots:
        ballots.alter_column("group_code", existing_type=sa.BigInteger(), nullable=True)
