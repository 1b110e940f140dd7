"""Upkeep: migrations, back-ups, restoring, and whether a database is well."""
