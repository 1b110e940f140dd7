"""Tests of what the benchmark leans on: that it counts what it says it counts."""
