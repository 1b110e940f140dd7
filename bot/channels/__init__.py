"""Channels: where people are. Each turns what happens there into updates, and delivers letters; it knows no table."""
