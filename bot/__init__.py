"""Samenspraak: everything between a channel and the database.

`bot.survey` decides, `bot.turns.take` carries out, `bot.delivery.replies` sends; only `bot.app` knows them all.
"""
