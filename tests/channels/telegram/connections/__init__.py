"""The connections to the Bot API, on every event loop that the bot may run on."""
