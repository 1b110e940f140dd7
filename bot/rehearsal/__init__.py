"""Rehearsal: a neighbourhood of simulated people."""
