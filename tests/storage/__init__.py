"""Tests of the storage: each on SQLite and on PostgreSQL, the real ones."""
