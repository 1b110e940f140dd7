"""Delivery: letters on their way."""
