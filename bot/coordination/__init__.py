"""Coordination: what a coordinator can ask and do."""
