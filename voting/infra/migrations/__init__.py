"""Alembic migrations, hand-read before they are committed."""
