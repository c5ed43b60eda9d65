"""What Alembic runs: the migrations, over the connection that migration.py hands in."""

from alembic import context

from sangdo.engine.audit.store.tables import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION_TABLE
)
context.run_migrations()
