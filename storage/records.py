"""Records: the responses of a wave as an export takes them, and the wording that a wave was opened with.

Nothing in them says when somebody answered, but for the day on which they finished, and nothing who they are, but for
our own number, which the export replaces.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from bot.survey.calendar import zone
from storage.engine.database import Tx
from storage.schema import answers, contacts, invitations, partnerships, respondents, responses, waves


@dataclass(frozen=True, slots=True)
class Record:
    """One person in one wave. `person` is our own number for them; it is never written. Answers: item -> option, and
    `read` is item -> the language in which it was answered, where that is known; `language` is what they speak now.

    `place` is the label of the invitation by which they first came in, empty for the general one; `for_helpers` says
    that it was the helpers' one. Of whom we cannot reach any more there is no language and no channel.
    """

    person: int
    wave: int
    group: str | None
    language: str
    completed_on: date | None
    answers: Mapping[int, str]
    mode: str | None = None
    wave_name: str = ""
    channel: str = ""
    place: str = ""
    for_helpers: bool = False
    read: Mapping[int, str] = field(default_factory=dict)

    @property
    def completed(self) -> bool:
        return self.completed_on is not None


def records(tx: Tx, partnership: int, wave: int) -> list[Record]:
    """Every response of somebody who came into this wave."""
    of_wave = (waves.c.partnership_id == partnership, waves.c.number == wave)
    given = defaultdict[int, dict[int, str]](dict)
    all_answers = select(answers).select_from(answers.join(responses).join(waves)).where(*of_wave)
    read = defaultdict[int, dict[int, str]](dict)
    for answer in tx.connection.execute(all_answers):
        given[answer.response_id][answer.item] = answer.option
        if answer.language:
            read[answer.response_id][answer.item] = answer.language
    came = tx.connection.execute(_CAME.where(*of_wave, responses.c.started_at.is_not(None)))
    return [_record(row, given[row.response], read[row.response]) for row in came]


def wordings(tx: Tx, partnership: int) -> dict[int, Mapping[str, Mapping[str, str]]]:
    """Wave -> language -> number of an item -> its fingerprint on the day that the wave was opened."""
    found = select(waves.c.number, waves.c.wording).where(waves.c.partnership_id == partnership)
    return {number: json.loads(wording) for number, wording in tx.connection.execute(found)}


def _record(row: Any, given: Mapping[int, str], read: Mapping[int, str]) -> Record:
    finished = row.completed_at.astimezone(zone(row.timezone)).date() if row.completed_at else None
    known = (row.mode, row.name, row.channel or "", row.label or "", bool(row.for_helpers))
    return Record(row.person, row.number, row.group, row.language or "", finished, given, *known, read)


_CAME = (
    select(
        responses.c.id.label("response"),
        respondents.c.id.label("person"),
        waves.c.number,
        waves.c.name,
        respondents.c.group,
        contacts.c.language,
        contacts.c.channel,
        responses.c.completed_at,
        responses.c.mode,
        invitations.c.label,
        invitations.c.for_helpers,
        partnerships.c.timezone,
    )
    .select_from(responses.join(waves).join(partnerships))
    .join(respondents, responses.c.respondent_id == respondents.c.id)
    .outerjoin(contacts, respondents.c.contact_id == contacts.c.id)
    .outerjoin(invitations, respondents.c.invitation == invitations.c.code)
)
