"""Turns: one update is one transaction."""
