"""How Alembic runs the migrations: inside the transaction that `store/database.py` has begun."""

from __future__ import annotations

from alembic import context

from ketamine_guide.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
