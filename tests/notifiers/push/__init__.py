"""Web Push, up to the far side of it: a push service on loopback, and a real browser."""
