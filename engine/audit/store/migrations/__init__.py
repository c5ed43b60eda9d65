"""How the tables of a log came to be: one module a version, run by Alembic."""
