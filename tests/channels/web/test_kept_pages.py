"""Kept pages: what is set once for everybody holds nothing of anybody; what a page carries once, no other carries."""

import re
from collections import Counter

from bot.channels.web.tokens import MOST_AT_A_TIME, Tokens
from storage.engine.sealing import Secrets
from tests.actors import answer
from tests.channels.web.conftest import Visitors
from tests.house import House, agree

CARRIED = re.compile(r'name="(proof|once)" value="([^"]*)"')
RESPONSE = re.compile(r'value="a:(\d+):')
ENGLISH = {"yes": "Yes, I will take part", "group": "Other"}


async def test_whoever_sees_the_same_page_as_somebody_before_them_sees_nothing_of_theirs(
    house: House, visitors: Visitors
) -> None:
    """Anna and Bert read the same words after the same answers, Tom reads them in English; each asks elsewhere."""
    people = visitors("nl"), visitors("nl"), visitors("en")
    spoken, places = ("nl", "nl", "en"), ("Alfa", "Beta", "Gamma")
    for person, language, place in zip(people, spoken, places, strict=True):
        code = house.add(place, language=language).invitation
        await agree(house, person, code, **(ENGLISH if language == "en" else {}))
    once, own = Counter[str](), dict[str, set[str]]()
    for option in ("yes", "no", "middle", "yes"):
        for person, place in zip(people, places, strict=True):
            await answer(house, person, option)
            carried = dict(CARRIED.findall(person.last.html))
            once[carried["once"]] += 1
            own.setdefault(place, set()).update((carried["proof"], *RESPONSE.findall(person.last.html)))
            assert not any(name in person.last.html for name in (*places, *(one.token for one in people)))
    assert set(once.values()) == {1}
    assert [len(found) for found in own.values()] == [2, 2, 2]
    assert len(set.union(*own.values())) == 6


def test_what_a_page_carries_once_comes_never_again() -> None:
    tokens, others = Tokens(Secrets("a secret")), Tokens(Secrets("a secret"))
    carried = [one for _ in range(3 * MOST_AT_A_TIME) for one in (tokens.once(), others.once())]
    assert len(set(carried)) == len(carried)
    assert {len(bytes.fromhex(one)) for one in carried} == {12}
