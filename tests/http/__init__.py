"""Connections of our own; what a far side can do to one is in `tests/channels/telegram/connections/`."""
