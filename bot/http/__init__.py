"""Connections of our own: to Telegram and to push services, by HTTP/1.1."""
