"""Recordings: what people spoke on the page for a partnership, and who they are. Voices and names are sealed.

There is one for each part in each language; a newer one takes its place. Each change gives the partnership another
number, so that every process knows without asking whether what it remembers still holds. It is drawn, and not counted:
a change that came to nothing leaves its number to no other.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, select, update

from bot.survey.sound import Sound
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.schema import partnerships, recordings, speakers

CONTENT, NAME = "recording", "speaker"
LONGEST_NAME = 80  # characters
HIGHEST = 2**31 - 1  # number that a column holds


@dataclass(frozen=True, slots=True)
class Speaker:
    id: int
    name: str
    agreed_on: date


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording without its bytes; `wording` is the fingerprint of the words that it was spoken for."""

    language: str
    part: str
    wording: str
    digest: str
    media: str
    milliseconds: int
    rate: int
    channels: int
    spoken_by: str


def agree(tx: Tx, partnership: int, name: str, consent: str, today: date) -> int:
    """The number of somebody who agrees to be heard; of the same name there is one, who agreed last to this."""
    agreed = {"consent": consent, "agreed_on": today}
    tx.connection.execute(select(partnerships.c.id).where(partnerships.c.id == partnership).with_for_update())
    for one in of_name(tx, partnership, name):
        tx.connection.execute(update(speakers).where(speakers.c.id == one.id).values(agreed))
        return one.id
    row = {"partnership_id": partnership, "name_sealed": tx.seal.close(NAME, name), **agreed}
    return int(tx.connection.execute(tx.insert(speakers).values(row).returning(speakers.c.id)).scalar_one())


def of_name(tx: Tx, partnership: int, name: str) -> list[Speaker]:
    return [one for one in every_speaker(tx, partnership) if one.name == name]


def every_speaker(tx: Tx, partnership: int) -> list[Speaker]:
    found = select(speakers).where(speakers.c.partnership_id == partnership).order_by(speakers.c.id)
    return [Speaker(row.id, tx.seal.open(NAME, row.name_sealed), row.agreed_on) for row in tx.connection.execute(found)]


def keep(tx: Tx, partnership: int, speaker: int, about: tuple[str, str, str], sound: Sound) -> bool:
    """`about` is its language, its part and the fingerprint of its words. Not where its speaker took it back meanwhile;
    who takes it back from now on, waits until it is kept, and takes this one along."""
    if not tx.connection.execute(_theirs(partnership, speaker).with_for_update(key_share=True)).first():
        return False
    language, part, wording = about
    facts = {
        "speaker_id": speaker,
        "wording": wording,
        "digest": sound.digest,
        "media": sound.media,
        "milliseconds": round(sound.seconds * 1000),
        "rate": sound.rate,
        "channels": sound.channels,
        "content_sealed": tx.seal.close_bytes(CONTENT, sound.content),
    }
    row = {"partnership_id": partnership, "language": language, "part": part, **facts}
    new = tx.insert(recordings).values(row)
    key = [recordings.c.partnership_id, recordings.c.language, recordings.c.part]
    tx.connection.execute(new.on_conflict_do_update(index_elements=key, set_=facts))
    _changed(tx, partnership)
    return True


def take_away(tx: Tx, partnership: int, language: str, part: str) -> None:
    where = {"partnership_id": partnership, "language": language, "part": part}
    gone = delete(recordings).where(*(recordings.c[name] == one for name, one in where.items()))
    tx.erased.extend(tx.connection.execute(gone.returning(recordings.c.speaker_id)).scalars())
    _changed(tx, partnership)


def forget(tx: Tx, partnership: int, speaker: int) -> None:
    """Somebody takes back that they agreed: all that they spoke goes with them."""
    theirs = and_(speakers.c.id == speaker, speakers.c.partnership_id == partnership)
    tx.connection.execute(delete(speakers).where(theirs))
    _changed(tx, partnership)
    tx.erased.append(speaker)


def of_partnership(tx: Tx, partnership: int) -> list[Kept]:
    found = tx.connection.execute(_ABOUT.where(recordings.c.partnership_id == partnership))
    rows = [dict(row._mapping) for row in found]
    return [Kept(spoken_by=tx.seal.open(NAME, row.pop("name_sealed")), **row) for row in rows]


def are_there(tx: Tx, digests: Collection[str]) -> bool:
    found = select(recordings.c.digest).where(recordings.c.digest.in_(digests))
    return not digests or {*tx.connection.execute(found).scalars()} == {*digests}


def wordings(tx: Tx) -> Mapping[tuple[int, str], Sequence[str]]:
    """For which words all of them were spoken, by partnership and language."""
    found = defaultdict[tuple[int, str], list[str]](list)
    about = select(recordings.c.partnership_id, recordings.c.language, recordings.c.wording)
    for partnership, language, wording in tx.connection.execute(about):
        found[partnership, language].append(wording)
    return found


def content(tx: Tx, digest: str) -> tuple[bytes, str] | None:
    """Its bytes, and what kind of sound they are."""
    return next(((tx.seal.open_bytes(CONTENT, row[0]), row[1]) for row in _CONTENT(tx, digest=digest)), None)


def contents(tx: Tx, digests: Iterable[str]) -> Mapping[str, bytes]:
    """Of those that are there."""
    return {digest: found[0] for digest in digests if (found := content(tx, digest))}


def _changed(tx: Tx, partnership: int) -> None:
    drawn = secrets.randbelow(HIGHEST) + 1
    tx.connection.execute(update(partnerships).where(partnerships.c.id == partnership).values(recorded=drawn))


def _theirs(partnership: int, speaker: int) -> Select[Any]:
    return select(speakers.c.id).where(speakers.c.id == speaker, speakers.c.partnership_id == partnership)


_ABOUT: Select[Any] = select(
    *(recordings.c[name] for name in Kept.__slots__ if name != "spoken_by"), speakers.c.name_sealed
).select_from(recordings.join(speakers))
_CONTENT = Prepared(
    lambda _: (
        select(recordings.c.content_sealed, recordings.c.media)
        .where(recordings.c.digest == bindparam("digest"))
        .limit(1)
    )
)
