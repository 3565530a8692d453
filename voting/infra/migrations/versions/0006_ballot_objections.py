"""Objections of co-owners to the ballot that stands for their units have a table."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no vote before it had any."""
    op.create_table(
        "ballot_objections",
        sa.Column("assembly_id", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("unit_codes", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assembly_id"], ["assemblies.assembly_id"], name="fk_ballot_objections_assembly_id"
        ),
        sa.PrimaryKeyConstraint("assembly_id", "position", name="pk_ballot_objections"),
        sa.UniqueConstraint(
            "assembly_id", "digest", name="uq_ballot_objections_assembly_id_digest"
        ),
    )
