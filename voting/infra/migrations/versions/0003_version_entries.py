"""Where a roster version stands in the register, and the file it rests on besides its sheet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Versions from before have no entry of their own to point at."""
    op.add_column("rosters", sa.Column("entered_position", sa.BigInteger(), nullable=True))
    op.add_column("rosters", sa.Column("evidence_digest", sa.String(), nullable=True))
