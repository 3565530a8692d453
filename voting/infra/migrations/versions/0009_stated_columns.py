"""Versions say what was stated for columns that are missing; accounts whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; versions from before rest on no statement, accounts from before name nobody."""
    op.add_column("rosters", sa.Column("stated", sa.LargeBinary(), nullable=True))
    op.add_column("staff_accounts", sa.Column("identity_index", sa.LargeBinary(), nullable=True))
