"""Rehearsals: invented answers are no longer beside real ones, so those that are here go, with all that hangs on them.

Who was something there and is something elsewhere too, stays; what was written to them about it goes.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MARK = "rehearsal:"
ABOUT_A_WAVE = ("summary", "final", "final:opened", "closed", "result", "feedback")  # kind:contact:wave
ABOUT_A_RESPONSE = ("invitation", "reminder")  # kind:response


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(one, sa.String if one in ("name", "key") else sa.Integer) for one in columns))


marks, contacts = _table("marks", "name"), _table("contacts", "id")
waves, responses = _table("waves", "id", "partnership_id"), _table("responses", "id", "wave_id")
letters = _table("letters", "contact_id", "key")
INVOLVED = [_table(name, "contact_id", "partnership_id") for name in ("respondents", "coordinators")]


def upgrade() -> None:
    names = op.get_bind().execute(sa.select(marks.c.name).where(marks.c.name.startswith(MARK))).scalars()
    if here := [int(name.removeprefix(MARK)) for name in names]:
        for table, gone in _all_that_hangs_on(here):
            op.get_bind().execute(sa.delete(table).where(gone))


def _all_that_hangs_on(here: Sequence[int]) -> Iterator[tuple[sa.TableClause, sa.ColumnElement[bool]]]:
    """Tables and which rows of them, those first that name others: SQLite cascades nothing while it migrates."""
    of_waves = sa.select(waves.c.id).where(waves.c.partnership_id.in_(here))
    of_responses = sa.select(responses.c.id).where(responses.c.wave_id.in_(of_waves))
    yield letters, sa.or_(_nothing_elsewhere(letters.c.contact_id, here), _about(here))
    yield contacts, _nothing_elsewhere(contacts.c.id, here)
    for name in ("answers", "compared"):
        yield (table := _table(name, "response_id")), table.c.response_id.in_(of_responses)
    for name in ("responses", "departed", "cells", "releases", "feedback"):
        yield (table := _table(name, "wave_id")), table.c.wave_id.in_(of_waves)
    for name in ("waves", "respondents", "coordinators", "coordinator_links", "invitations", "plans"):
        yield (table := _table(name, "partnership_id")), table.c.partnership_id.in_(here)
    yield (table := _table("partnerships", "id")), table.c.id.in_(here)
    yield marks, marks.c.name.startswith(MARK)


def _nothing_elsewhere(contact: sa.ColumnElement[int], here: Sequence[int]) -> sa.ColumnElement[bool]:
    there = [one.c.partnership_id.not_in(here) & one.c.contact_id.is_not(None) for one in INVOLVED]
    return _is_involved(contact, here) & ~_is_one_of(contact, there)


def _is_involved(contact: sa.ColumnElement[int], here: Sequence[int]) -> sa.ColumnElement[bool]:
    return _is_one_of(contact, [one.c.partnership_id.in_(here) for one in INVOLVED])


def _is_one_of(contact: sa.ColumnElement[int], chosen: Sequence[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    found = (sa.select(one.c.contact_id).where(which) for one, which in zip(INVOLVED, chosen, strict=True))
    return sa.or_(*(contact.in_(one) for one in found))


def _about(here: Sequence[int]) -> sa.ColumnElement[bool]:
    """Letters to people of here whose key names a wave or a response of here."""
    key, to = letters.c.key + ":", sa.cast(letters.c.contact_id, sa.String)
    wave, response = sa.cast(waves.c.id, sa.String), sa.cast(responses.c.id, sa.String)
    named = sa.or_(
        *(key.like(f"{kind}:" + to + ":" + wave + ":%") for kind in ABOUT_A_WAVE),
        *(key.like(f"{kind}:" + response + ":%") for kind in ABOUT_A_RESPONSE),
    )
    theirs = waves.outerjoin(responses, responses.c.wave_id == waves.c.id)
    found = sa.exists().select_from(theirs).where(waves.c.partnership_id.in_(here), named)
    return _is_involved(letters.c.contact_id, here) & found
