"""The browser channel, as people and machines meet it."""
