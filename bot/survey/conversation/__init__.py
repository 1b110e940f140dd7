"""Conversation: what people are asked, in which order, and with which buttons."""
