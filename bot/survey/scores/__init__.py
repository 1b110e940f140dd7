"""Scores: of answers, of groups and of rounds, and which of them may be published."""
