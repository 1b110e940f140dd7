"""What somebody on a page does to be called by slips of paper: they join, leave a number, and type the code."""

import re

from tests.house import House
from tests.notifiers.slips.notifier import Street
from tests.visitor import Visitor


async def joined(house: House, visitor: Visitor, code: str = "") -> None:
    await visitor.open(f"/i/{code or house.add(language='en').invitation}")
    for label in ("Yes, I will take part", "Other"):
        await visitor.press(label)


async def leaves(house: House, visitor: Visitor, number: str = "5") -> None:
    await visitor.open("/messages")
    await visitor.fill_in({"Your house number": number})
    await house.settle()


def code(street: Street, number: str = "5") -> str:
    found = re.search(r"<b>(\d{6})</b>", street.slips(number)[-1]["text"])
    assert found
    return found[1]


async def called(house: House, visitor: Visitor, street: Street, number: str = "5") -> None:
    await leaves(house, visitor, number)
    await visitor.fill_in({"The code": code(street, number)})
