"""The benchmark: what an answer costs the bot, beside what python-telegram-bot alone costs.

Every bot talks to the same Bot API on the loopback, and everything in `bench/RESULTS.md` was measured by this package.
"""
