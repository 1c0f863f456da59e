"""Questions that were not answered are kept, without who asked them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "unanswered",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("guesses", sa.Text, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
    )
    op.create_index("ix_unanswered_at", "unanswered", ["at"])
