"""Recordings: what people spoke for us, read from folders. Nothing is decoded or made here."""
