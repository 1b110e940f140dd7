"""Texts: a screen in a language."""
