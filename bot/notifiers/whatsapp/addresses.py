"""Addresses in WhatsApp: the id that Meta gives somebody for our business alone. It is no telephone number, and says
nothing to anybody else."""

import re

USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")


def address_of(text: str) -> str:
    """What is kept of it; nothing of what is none."""
    return text if USER_ID.fullmatch(text) else ""


def shown(_address: str) -> str:
    """Nobody knows their own."""
    return ""
