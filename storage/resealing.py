"""Resealing: what is under the former secret comes under the one in force, while people go on.

A contact and all that belongs to it comes over in one transaction, with its row locked: nobody finds half of somebody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, literal, select, update

from storage import letters, open_answers, recordings
from storage.engine.database import Tx
from storage.schema import contacts, notification_addresses, respondents, responses, speakers, taken_messages
from storage.schema import letters as letters_table
from storage.schema import open_answers as open_answers_table
from storage.schema import recordings as recordings_table

A_FEW = 10  # rows at once in memory: a recording may have two megabytes
Row = tuple[Any, ...]
"""What its primary key holds."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of what is sealed, as what, of which contact, and under which key it is found. What a partnership has
    is of no contact."""

    column: Column[Any]
    sealed_as: ColumnElement[str]
    of_contact: Callable[[int], ColumnElement[bool]] | None = None
    key: Column[Any] | None = None

    @property
    def key_columns(self) -> tuple[Column[Any], ...]:
        return tuple(self.column.table.primary_key)

    def is_row(self, row: Row) -> list[ColumnElement[bool]]:
        return [column == value for column, value in zip(self.key_columns, row, strict=True)]


def _of_letters_to(contact: int) -> ColumnElement[bool]:
    return taken_messages.c.letter_id.in_(select(letters_table.c.id).where(letters_table.c.contact_id == contact))


def _written_by(contact: int) -> ColumnElement[bool]:
    theirs = select(responses.c.id).join(respondents).where(respondents.c.contact_id == contact)
    return open_answers_table.c.response_id.in_(theirs)


CONTACTS = Sealed(
    contacts.c.address_sealed, contacts.c.channel, lambda number: contacts.c.id == number, contacts.c.address_key
)
SEALED = (
    CONTACTS,
    Sealed(
        notification_addresses.c.address_sealed,
        notification_addresses.c.kind,
        lambda number: notification_addresses.c.contact_id == number,
        notification_addresses.c.address_key,
    ),
    Sealed(taken_messages.c.body_sealed, literal(letters.SEALED_AS), _of_letters_to),  # it may be a letter again
    Sealed(
        letters_table.c.body_sealed,
        literal(letters.SEALED_AS),
        lambda number: letters_table.c.contact_id == number,
    ),
    Sealed(open_answers_table.c.sealed, literal(open_answers.SEALED_AS), _written_by),
    Sealed(speakers.c.name_sealed, literal(recordings.NAME)),
    Sealed(recordings_table.c.content_sealed, literal(recordings.CONTENT)),
)
"""All that is sealed. Of what is only kept as a key (links, updates, codes) we cannot tell what it was: it is found
under the former secret as long as that is known, and goes by itself."""


def bring_over(tx: Tx, channel: str, address: str) -> None:
    """Who is at this address comes under the secret in force, with all that is theirs, before anything is looked up."""
    if tx.seal.former is None:
        return
    here = select(contacts.c.id).where(contacts.c.address_key == tx.seal.former.key(channel, address))
    for number in tx.connection.execute(here.with_for_update()).scalars().all():
        reseal(tx, number)


def reseal(tx: Tx, contact: int) -> None:
    tx.connection.execute(select(contacts.c.id).where(contacts.c.id == contact).with_for_update())
    for one in SEALED:
        for row in behind(tx, one, one.of_contact(contact)) if one.of_contact else ():
            reseal_row(tx, one, row)


def behind(tx: Tx, one: Sealed, *which: ColumnElement[bool]) -> list[Row]:
    """Which rows are under the former secret still."""
    return [row for row, sealed_as, sealed in _rows(tx, one, *which) if tx.seal.is_behind(sealed_as, sealed)]


def reseal_row(tx: Tx, one: Sealed, row: Row) -> None:
    """As it is now: what was settled or rewritten meanwhile stays as it is."""
    for _, sealed_as, sealed in [*_rows(tx, one, *one.is_row(row))]:
        plain = tx.seal.open_bytes(sealed_as, sealed)
        new = {one.column.name: tx.seal.close_bytes(sealed_as, plain)}
        key = {one.key.name: tx.seal.key(sealed_as, plain.decode())} if one.key is not None else {}
        is_same = (*one.is_row(row), one.column == sealed)
        tx.connection.execute(update(one.column.table).where(*is_same).values({**new, **key}))


def _rows(tx: Tx, one: Sealed, *which: ColumnElement[bool]) -> Iterator[tuple[Row, str, bytes]]:
    wanted = select(one.sealed_as, one.column, *one.key_columns).where(one.column.is_not(None), *which)
    ordered = wanted.order_by(*one.key_columns).execution_options(yield_per=A_FEW)
    for sealed_as, sealed, *row in tx.connection.execute(ordered):
        yield tuple(row), sealed_as, sealed
