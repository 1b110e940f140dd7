"""Samenspraak: everything between a channel and the database.

`bot.survey` decides, `bot.turns.take` carries out, `bot.delivery.replies` sends; only `bot.app` knows them all.
"""

__version__ = "0.1.0"
"""The one place that says it: the package, `--version`, and the files for who adopts this (tests/itself) follow."""
