"""The root of each log is stored with its size; cosignatures of witnesses have a table."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both, and fold the root of every log that exists from its stored subtrees."""
    # Not by rebuilding the table, which others refer to; every row is given its root below.
    op.add_column("logs", sa.Column("root", sa.LargeBinary(), nullable=False, server_default=""))
    connection = op.get_bind()
    logs = sa.table("logs", sa.column("origin"), sa.column("size"), sa.column("root"))
    nodes = sa.table(
        "log_nodes",
        sa.column("origin"),
        sa.column("level"),
        sa.column("position"),
        sa.column("hash"),
    )
    for origin, size in connection.execute(sa.select(logs.c.origin, logs.c.size)).all():
        # From the smallest perfect subtree on the right to the largest on the left (RFC 6962).
        root = None
        for level in range(size.bit_length()):
            if size >> level & 1:
                place = nodes.c.level == level, nodes.c.position == (size >> level) - 1
                wanted = sa.select(nodes.c.hash).where(nodes.c.origin == origin, *place)
                left = bytes(connection.execute(wanted).scalar_one())
                root = left if root is None else hashlib.sha256(b"\x01" + left + root).digest()
        if root is None:
            root = hashlib.sha256().digest()
        connection.execute(
            sa.update(logs)
            .where(logs.c.origin == origin)
            .values(root=sa.literal(root, sa.LargeBinary()))
        )
    op.create_table(
        "log_cosignatures",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("cosigned_at", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["origin"], ["logs.origin"], name="fk_log_cosignatures_origin"),
        sa.PrimaryKeyConstraint("origin", "witness", "size", name="pk_log_cosignatures"),
    )
