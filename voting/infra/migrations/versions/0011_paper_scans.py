"""Scans of paper ballots are kept, sealed, under the digest that the ballot's text states."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "paper_scans",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("key_version", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assemblies.assembly_id"], name="fk_paper_scans_assembly_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", "digest", name="pk_paper_scans"),
    )
