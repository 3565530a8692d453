"""Mobile numbers are found by keyed digests, and codes sent to them are kept as digests."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables. Of a roster from before no number is indexed: its owners show titles."""
    op.create_table(
        "owner_phones",
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("owner_code", sa.BigInteger(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id", "owner_code"],
            ["owners.roster_id", "owners.owner_code"],
            name="fk_owner_phones_roster_id",
        ),
        sa.PrimaryKeyConstraint("roster_id", "owner_code", "phone_index", name="pk_owner_phones"),
    )
    op.create_index("ix_owner_phones_phone_index", "owner_phones", ["phone_index"])
    op.create_table(
        "one_time_codes",
        sa.Column("roster_id", sa.String(), nullable=False),
        sa.Column("owner_code", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("wrong_guesses", sa.BigInteger(), nullable=False),
        sa.Column("enrolled", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["roster_id", "owner_code"],
            ["owners.roster_id", "owners.owner_code"],
            name="fk_one_time_codes_roster_id",
        ),
        sa.PrimaryKeyConstraint("roster_id", "owner_code", name="pk_one_time_codes"),
    )
