"""Wordings: the words that waves were opened with, and which statements can be held against each other in two.

For one person that is what they read themselves. Means hold the answers of all languages together: see `comparable`.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import cast

from sqlalchemy import func, select, update

from storage.engine.database import Tx
from storage.schema import answers, responses, waves

Wording = Mapping[str, Mapping[str, str]]
"""Language -> item -> fingerprint."""
ONE_IN = 5
"""Of the answers behind a mean. Where so many, or more, were given to other words than before, an answer that is one
option higher for the words alone moves the mean by the five points that are called a change."""


def wording(tx: Tx, partnership: int, number: int) -> Wording:
    """As on the day when this wave was opened."""
    mine = waves.c.partnership_id == partnership, waves.c.number == number
    found = tx.connection.execute(select(waves.c.wording).where(*mine)).scalar()
    return cast(Wording, json.loads(found)) if found else {}


def unchanged(tx: Tx, one: int, other: int, language: str) -> set[int]:
    """The items that read the same in two waves, in this language."""
    return same_wording(*_of(tx, one, other), language)


def comparable(tx: Tx, one: int, other: int, language: str, k: int) -> set[int]:
    """The items whose means can be held against each other in two waves, of a partnership with this language.

    Its own words are the same, and so are those of the others, unless fewer than one in five answers were given in
    them. Fewer than `k` people never count: what is left out may tell of no fewer that they read another language.
    """
    before, after = _of(tx, one, other)
    same = same_wording(before, after, language)
    anew = {spoken: same - same_wording(before, after, spoken) for spoken in before.keys() & after.keys()}
    read = {(spoken, item) for spoken, items in anew.items() for item in items}
    return same - _read_by_many(tx, (one, other), read, k) if read else same


def _of(tx: Tx, one: int, other: int) -> tuple[Wording, Wording]:
    wordings = select(waves.c.id, waves.c.wording).where(waves.c.id.in_((one, other)))
    found = {wave: json.loads(wording) for wave, wording in tx.connection.execute(wordings)}
    return found[one], found[other]


def _read_by_many(tx: Tx, these: Collection[int], read: set[tuple[str, int]], k: int) -> set[int]:
    """The items that so many people of what is published read in these words, in one of these waves."""
    items = {item for _, item in read}
    counted = (
        select(responses.c.wave_id, answers.c.item, answers.c.language, func.count())
        .select_from(answers.join(responses))
        .where(responses.c.wave_id.in_(these), responses.c.released_in.is_not(None), answers.c.item.in_(items))
        .group_by(responses.c.wave_id, answers.c.item, answers.c.language)
    )
    every, anew = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for wave, item, language, people in tx.connection.execute(counted):
        every[wave, item] += people
        anew[wave, item] += people * ((language, item) in read)
    return {item for (wave, item), people in anew.items() if people >= max(k, every[wave, item] / ONE_IN)}


def same_wording(one: Wording, other: Wording, language: str) -> set[int]:
    """In every language of both waves, where they were not both asked in this one."""
    both = one.keys() & other.keys()
    both = {language} & both or both
    items = {item for language in both for item in (*one[language], *other[language])}
    return {int(item) for item in items if all(one[spoken].get(item) == other[spoken].get(item) for spoken in both)}


def pin(tx: Tx, wave: int, wording: Wording) -> None:
    """Languages that came after a wave was opened: they are asked in these words; of the others it stays as it was."""
    mine = select(waves.c.wording).where(waves.c.id == wave).with_for_update()
    kept = json.loads(tx.connection.execute(mine).scalar_one())
    every = json.dumps({**wording, **kept})
    tx.connection.execute(update(waves).where(waves.c.id == wave).values(wording=every))
