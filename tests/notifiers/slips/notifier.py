"""Slips of paper in letterboxes: a street is a folder, a house number a folder in it, a slip a file.

A letterbox that is not there is nobody's; one that is a file is full.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

from bot.channels.port import House, Outlet
from bot.letters import Delivered, Envelope, Postponed, Receipt, Unreachable
from bot.notifiers.tags import Tags
from bot.runtime.health import Finding
from bot.runtime.settings import Settings, Variable
from bot.survey.phrases import verbatim
from bot.survey.traits import Calls, Traits

LATER = 60.0  # seconds


def number(text: str) -> str:
    return text.strip() if re.fullmatch(r"\s*[1-9][0-9]{0,11}\s*", text) else ""


CALLS = Calls(
    name=verbatim("Slip"),
    asks=verbatim("Your house number"),
    leave=verbatim("Send a slip"),
    calls=verbatim("A slip comes to your letterbox."),
    fails=verbatim("Your letterbox was not found."),
    stopped=verbatim("No more slips."),
    address_of=number,
    shown=lambda address: f"number {address}",
)


class SlipsNotifier(Outlet):
    traits: ClassVar[Traits] = Traits("slips", reaches_out=True, per_second=100, calls=CALLS)
    variables: ClassVar[Mapping[str, Variable]] = {"STREET": Variable("", lambda _: True, "a folder")}
    examined = ("slips",)
    variable = "STREET"

    def __init__(self, street: Path) -> None:
        self.errors = Counter[str]()
        self._street = street

    @classmethod
    def built(cls, settings: Settings) -> Self | None:
        street = settings.taken.get(cls.variable)
        return cls(Path(street)) if street else None

    async def open(self, house: House) -> None:
        self._house, self._tags = house, Tags(house.secrets)

    async def close(self) -> None:
        """Nothing was taken."""

    async def deliver(self, envelope: Envelope) -> Receipt:
        box = self._street / number(envelope.address)
        if box.is_file():
            return Postponed(LATER, alone=True)
        if not (number(envelope.address) and box.is_dir()):
            return Unreachable()
        home, now = self._house.entrances.home, self._house.clock()
        slip = {
            "at": now.isoformat(),
            "kind": envelope.kind,
            "key": envelope.key,
            "about": envelope.letter.about,
            "text": envelope.letter.text,
            "picture": bool(envelope.letter.attachment),
            "language": envelope.language,
            "name": self._tags.named(envelope.number),
            "door": f"{home}/door/{self._tags.door(envelope.notified, now)}",
            "stop": f"{home}/stop/{self._tags.stop(envelope.notified)}",
        }
        (box / f"{len([*box.iterdir()]):04}.json").write_text(json.dumps(slip))
        return Delivered()

    async def examine(self, now: datetime) -> Sequence[Finding]:
        return (Finding("slips", self._street.is_dir(), "the street"),)


class Street:
    """Where people live; `slips` are what somebody found in their letterbox, the first one first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, *numbers: str) -> None:
        for one in numbers:
            (self.folder / one).mkdir(parents=True)

    def slips(self, number: str) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted((self.folder / number).iterdir())]
