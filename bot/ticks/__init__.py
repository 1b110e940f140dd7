"""Ticks: what time causes."""
