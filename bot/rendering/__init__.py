"""Rendering: pictures and print."""
