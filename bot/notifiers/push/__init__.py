"""Web Push: a message on the very device on which somebody asked for it, in a browser, without an app."""
