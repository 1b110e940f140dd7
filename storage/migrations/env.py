"""How Alembic reaches the database: through our engine, with foreign keys off while SQLite rebuilds tables."""

from alembic import context
from sqlalchemy import text

from storage.indexes import metadata

with context.config.attributes["engine"].connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # Dropping a rebuilt table would cascade to its rows elsewhere; this cannot be set inside a transaction.
        connection.detach()  # it never goes back to those who count on foreign keys
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
    # All migrations or none, under one lock: SQLite can do that too, since we begin ourselves.
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=is_sqlite,
        transactional_ddl=True,
        on_version_apply=context.config.attributes.get("applied"),
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(732001)"))  # one replica migrates at a time
        context.run_migrations()
