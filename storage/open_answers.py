"""Open answers: what people wrote at the open question, sealed, and apart from what they chose.

They are read by a coordinator only once: those of a closing stay together, and are joined by later ones only when
enough people wrote some since. As the release rule, it counts nobody who holds a seat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select, update

from bot.survey.conversation.dialogue import OPEN_QUESTION
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.schema import open_answers, partnerships, respondents, responses, waves

SEALED_AS = "open answer"
SEALED_LENGTH = 2000  # bytes before sealing, of any text: how long one is would tell which it is


@dataclass(frozen=True, slots=True)
class OwnWords:
    partnership: str
    wave: int
    words: str
    written_on: date


def of_response(tx: Tx, response: int) -> str:
    return next((_opened(tx, row.sealed) for row in _OF_RESPONSE(tx, response=response)), "")


def keep(tx: Tx, response: int, words: str, today: date) -> None:
    """In place of what there was; nothing takes that away."""
    tx.connection.execute(delete(open_answers).where(open_answers.c.response_id == response))
    if words:
        row = {"response_id": response, "sealed": _sealed(tx, words), "written_on": today}
        tx.connection.execute(tx.insert(open_answers).values(row))


def ask_no_more(tx: Tx, contact: int) -> None:
    """Whoever stands at the question, stands where their answers put them."""
    theirs = select(respondents.c.id).where(respondents.c.contact_id == contact)
    asked = (responses.c.respondent_id.in_(theirs), responses.c.place == str(OPEN_QUESTION))
    tx.connection.execute(update(responses).where(*asked).values(place=None))


def of_contact(tx: Tx, contact: int) -> list[OwnWords]:
    """All that this person wrote, in every wave and partnership."""
    found = tx.connection.execute(
        select(partnerships.c.name, waves.c.number, open_answers.c.sealed, open_answers.c.written_on)
        .select_from(open_answers.join(responses).join(respondents).join(waves).join(partnerships))
        .where(respondents.c.contact_id == contact)
        .order_by(partnerships.c.id, waves.c.number)
    )
    return [OwnWords(name, wave, _opened(tx, sealed), day) for name, wave, sealed, day in found]


def show(tx: Tx, wave: int, k: int) -> None:
    """At a closing: let those be read that are not yet, when k people or more who count wrote them."""
    new = _of_completed(wave, ~open_answers.c.shown)
    if _people(tx, new) >= k:
        these = new.with_only_columns(open_answers.c.response_id)
        tx.connection.execute(update(open_answers).where(open_answers.c.response_id.in_(these)).values(shown=True))


def shown(tx: Tx, wave: int, k: int) -> Sequence[str]:
    """What may be read of a wave, each time in the same order, which tells nothing; nothing when of so many people, as
    some erased theirs, too few are left."""
    allowed = _of_completed(wave, open_answers.c.shown)
    if _people(tx, allowed) < k:
        return ()
    sealed = tx.connection.execute(allowed.with_only_columns(open_answers.c.sealed)).scalars()
    return sorted((_opened(tx, one) for one in sealed), key=lambda words: tx.seal.key(SEALED_AS, words))


def _of_completed(wave: int, which: ColumnElement[bool]) -> Select[Any]:
    of_wave = (responses.c.wave_id == wave, responses.c.completed_at.is_not(None), which)
    return select(open_answers).select_from(open_answers.join(responses)).where(*of_wave)


def _people(tx: Tx, found: Select[Any]) -> int:
    counted = found.with_only_columns(func.count()).where(~responses.c.seated)
    return int(tx.connection.execute(counted).scalar_one())


def _sealed(tx: Tx, words: str) -> bytes:
    return tx.seal.close(SEALED_AS, words + "\0" * (SEALED_LENGTH - len(words.encode())))


def _opened(tx: Tx, sealed: bytes) -> str:
    return tx.seal.open(SEALED_AS, sealed).rstrip("\0")


_OF_RESPONSE = Prepared(
    lambda _: select(open_answers.c.sealed).where(open_answers.c.response_id == bindparam("response"))
)
