"""Recordings: what may be played, and what is told of the rest."""
