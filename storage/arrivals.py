"""Arriving: an update is claimed, and who it is from is locked and found with where they stand, all in one go."""

from dataclasses import dataclass
from datetime import datetime

from storage import contacts, resealing, standing, updates
from storage.contacts import Contact
from storage.engine.compiled import together
from storage.engine.database import Tx
from storage.standing import Found


@dataclass(frozen=True, slots=True)
class Arrival:
    """`contact` is None when we keep nothing about them; `found` is how they stand as a respondent."""

    contact: Contact | None
    found: Found


def arrive(tx: Tx, update: str, channel: str, address: str, response: int | None, now: datetime) -> Arrival | None:
    """Who an update is from, that is about this response or about none; None of one that was handled before."""
    resealing.bring_over(tx, channel, address)
    there = {"address_key": tx.seal.key(channel, address)}
    claimed, here, *found = together(
        tx,
        updates.claiming(tx, update, now),
        (contacts.AT, there),  # after this one they are locked, and those below see what the others left
        (standing.LOAD_AT, there),
        *([(standing.ANSWERS, {"response": response})] if response is not None else []),
    )
    if not claimed:
        return None
    if not here:  # somebody who joined since is not locked, and not found either
        return Arrival(None, Found(response))
    return Arrival(Contact(*here[0]), Found(response, *found))
