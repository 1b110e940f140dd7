"""Samenspraak: everything between a channel and the database.

`bot.survey` decides, `bot.turn` carries out, `bot.delivery` sends; only `bot.app` knows them all.
"""
