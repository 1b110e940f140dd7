"""Conversations, written as they read on the screen."""
