"""Roster versions: their entry in the register, and the file they rest on besides the sheet.

And which units the decryptions in the trail were about, with the salts of their commitments.
"""

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
    op.create_table(
        "roster_readings",
        sa.Column("register_position", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("units", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.roster_id"], name="fk_roster_readings_roster_id"
        ),
        sa.PrimaryKeyConstraint("register_position", name="pk_roster_readings"),
    )
