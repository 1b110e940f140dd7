"""The channels, tested through what they talk to: a Bot API on the loopback and a browser's requests."""
