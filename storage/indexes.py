"""The indexes, each of few rows out of many. `migrations/` builds them; a test holds the two equal.

Nothing that answers people loads them: for the conditions SQLAlchemy loads both dialects, with every driver it knows.
"""

from typing import Any

from sqlalchemy import ColumnElement, Index, and_

from storage.schema import contacts, invitations, letters, notification_addresses, plans, responses, waves
from storage.schema import metadata as metadata


def _where(condition: ColumnElement[bool]) -> dict[str, Any]:
    """What makes an index hold these rows only."""
    return {"sqlite_where": condition, "postgresql_where": condition}


Index("ix_waves_one_open", waves.c.partnership_id, unique=True, **_where(waves.c.closed_at.is_(None)))
Index("ix_waves_due", waves.c.due_at, **_where(waves.c.due_at.is_not(None)))
Index("ix_plans_confirmed", plans.c.opens_at, **_where(plans.c.confirmed_at.is_not(None)))
Index("ix_invitations_one_for_helpers", invitations.c.partnership_id, unique=True, **_where(invitations.c.for_helpers))
Index("ix_contacts_unreachable", contacts.c.unreachable_at, **_where(contacts.c.unreachable_at.is_not(None)))
Index(
    "ix_responses_one_of_a_sheet",
    responses.c.wave_id,
    responses.c.sheet,
    unique=True,
    **_where(responses.c.sheet.is_not(None)),
)
# Who has not finished is looked for every 20 seconds after a closing, among ever more who have.
Index("ix_responses_unfinished", responses.c.wave_id, **_where(responses.c.completed_at.is_(None)))
Index(
    "ix_notification_addresses_unconfirmed",
    notification_addresses.c.created_at,
    **_where(notification_addresses.c.confirmed_at.is_(None)),
)
Index("ix_letters_waiting", letters.c.due_at, **_where(letters.c.settled_at.is_(None)))
Index(
    "ix_letters_to_notify",
    letters.c.due_at,
    **_where(and_(letters.c.settled_at.is_(None), letters.c.address_id.is_not(None))),
)
