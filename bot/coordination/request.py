"""A request: one thing that a coordinator asks for, what it is answered with, and the menu under it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.channels.port import Entrance, Entrances
from bot.letters import Letter
from bot.survey.calendar import zone
from bot.survey.conversation.buttons import Coordinate
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Button, Paragraph, Row, View, in_rows
from bot.survey.phrases import Phrase, say, say_n, verbatim
from bot.survey.scores import summary as summaries
from bot.texts.texts import Texts
from storage.coordinators import PlaceTurnout, Seat
from storage.engine.database import Tx
from storage.partnerships import Wave


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that was asked by somebody with a seat. `entrances` are where other people can come in."""

    tx: Tx
    texts: Texts
    seat: Seat
    wave: Wave
    argument: str
    entrances: Entrances
    now: datetime

    @property
    def partnership(self) -> Partnership:
        return self.seat.partnership

    def button(self, label: Phrase, action: str, argument: str = "-", *, chosen: bool = False) -> Button:
        return Button(label, Coordinate(self.partnership.id, action, argument), chosen)

    @property
    def back(self) -> Row:
        return (self.button(say("‹ Back"), "home"),)

    @property
    def menu(self) -> tuple[Row, ...]:
        return menu(self.partnership.id, is_open=self.wave.closed_at is None)

    @property
    def heading(self) -> Paragraph:
        wave = self.wave
        return summaries.heading(self.partnership, wave.number, wave.closed_at is None, wave.name)


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show: a view, with what goes above it."""

    view: View
    above: tuple[Letter, ...] = ()


Actions = dict[str, Callable[[Asked], Shown]]
"""What a button or a command is called -> what it does."""


def label_of(place: PlaceTurnout) -> Phrase:
    return verbatim(place.label) if place.label else say("General")


def menu(partnership: int, *, is_open: bool) -> tuple[Row, ...]:
    actions = [
        (say("Invite"), "invite"),
        (say("Status"), "status"),
        (say("Summary"), "summary"),
        (say("Team"), "team"),
        (say("Settings"), "settings"),
        (say("Close the round"), "close") if is_open else (say("Open a next round"), "open"),
    ]
    return in_rows((Button(label, Coordinate(partnership, action)) for label, action in actions), 2)


def links(asked: Asked, code: str) -> Paragraph:
    """Each link that works elsewhere; what a poster shows is the first."""
    first, *others = asked.entrances.offered
    return (verbatim(first.link(code)), *(_by(other, other.link(code)) for other in others))


def _by(entrance: Entrance, link: str) -> Phrase:
    told = entrance.channel.about.leads_to
    return told.of(link=link) if told else verbatim(link)


def local(asked: Asked, moment: datetime) -> datetime:
    return moment.astimezone(zone(asked.partnership.timezone))


def on_a_page(people: int) -> Paragraph:
    """Nothing is sent to them: they see it when they come."""
    if not people:
        return ()
    return (
        say_n(
            "{count} person uses the browser and sees it there, when they open their own link.",
            "{count} people use the browser and see it there, when they open their own link.",
            people,
        ),
    )
