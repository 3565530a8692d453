"""A roster version says which columns its sheet did not have and what was stated instead."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the statements; versions from before rest on none."""
    op.add_column("rosters", sa.Column("stated", sa.LargeBinary(), nullable=True))
