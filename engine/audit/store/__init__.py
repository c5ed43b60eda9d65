"""The log as it is kept: records in a chain, in SQLite or PostgreSQL."""
