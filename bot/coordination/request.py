"""A request: one thing that a coordinator asks for, what it is answered with, and the menu under it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import TypeVar

from bot.aloud import Aloud
from bot.channels.port import Entrance, Entrances
from bot.letters import Letter
from bot.survey.calendar import zone
from bot.survey.conversation.buttons import Coordinate
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Button, Field, Form, Paragraph, Row, View, in_rows
from bot.survey.free_text import length_of as length_of
from bot.survey.free_text import too_long as too_long
from bot.survey.paper import MODE_LABELS
from bot.survey.phrases import Phrase, say, say_n, verbatim
from bot.survey.scores.summary import heading
from bot.survey.sound import Sound, Trouble
from bot.survey.traits import Traits
from bot.texts.texts import HOME_LANGUAGE, SOURCE_LANGUAGE, Texts
from storage import partnerships, waves
from storage.coordinators import Seat
from storage.engine.database import Tx
from storage.partnerships import Wave
from storage.seats import ALONG
from storage.turnout import PlaceTurnout


class State(Enum):
    """How the waves of a partnership are: the last one open, or closed, or closed with the next one planned."""

    OPEN, CLOSED, PLANNED = range(3)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that was asked by somebody with a seat. `filled` are the fields of a form that they changed;
    `entrances` are where other people can come in, `sound` is a line that was read aloud just now."""

    tx: Tx
    texts: Texts
    seat: Seat
    wave: Wave
    argument: str
    filled: Mapping[str, str]
    channel: Traits
    entrances: Entrances
    now: datetime
    aloud: Aloud
    sound: Sound | Trouble | None = None

    @property
    def partnership(self) -> Partnership:
        return self.seat.partnership

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that the partnership offers."""
        return self.partnership.offers(self.texts.languages)

    @property
    def spoken(self) -> set[str]:
        """In which of them a coordinator types: in what they read, in what the partnership offers, or in ours."""
        return {SOURCE_LANGUAGE, HOME_LANGUAGE, self.seat.language, *self.languages}

    @property
    def is_open(self) -> bool:
        return self.wave.closed_at is None

    @property
    def state(self) -> State:
        if self.is_open:
            return State.OPEN
        return State.PLANNED if waves.plan(self.tx, self.partnership.id).confirmed else State.CLOSED

    @property
    def anew(self) -> "Asked":
        """The same, with the wave and the partnership as they are by now, and with nothing filled in any more."""
        partnership = partnerships.numbered(self.tx, self.partnership.id) or self.partnership
        wave = partnerships.last_wave(self.tx, partnership.id)
        return replace(self, wave=wave, seat=replace(self.seat, partnership=partnership), filled={})

    @property
    def menu(self) -> tuple[Row, ...]:
        return menu(self.partnership.id, self.wave)

    @property
    def heading(self) -> Paragraph:
        return heading(self.partnership, self.wave.number, self.is_open, self.wave.name)

    def is_about(self, number: int) -> bool:
        """Whether the button was made for this wave: an old one must not change another."""
        return self.argument == str(number)

    def told(self, *lines: Phrase) -> View:
        """A few lines, and the menu."""
        return View((lines,), self.menu)

    def at(self, action: str, argument: str = "-") -> Coordinate:
        return Coordinate(self.partnership.id, action, argument)

    def form(
        self, press: Coordinate, send: Phrase, fields: Iterable[Field[Phrase]], wrong: Mapping[str, Phrase]
    ) -> Form[Phrase] | None:
        """With what was filled in, and what is `wrong` with it; none where a command is typed instead."""
        if not self.channel.has_fields:
            return None
        given = (replace(one, value=self.filled.get(one.name, one.kept), error=wrong.get(one.name)) for one in fields)
        return Form(press, send, tuple(given))

    def button(self, label: Phrase, action: str, argument: object = "-", *, chosen: bool = False) -> Button:
        return Button(label, Coordinate(self.partnership.id, action, str(argument)), chosen)

    def choices(self, action: str, options: Mapping[str, Phrase], chosen: str = "") -> list[Button]:
        """A button for each argument that one can choose."""
        return [self.button(label, action, one, chosen=one == chosen) for one, label in options.items()]

    def back(self, action: str = "home", argument: object = "-") -> Row:
        return (self.button(say("‹ Back"), action, argument),)

    def surely(self, label: Phrase, action: str, argument: object = "-") -> tuple[Row, ...]:
        """What is done by a second button, or not."""
        return ((self.button(label, action, argument),), (self.button(say("No, go back"), "home"),))


@dataclass(frozen=True, slots=True)
class Shown:
    """A view with what goes above it."""

    view: View
    above: tuple[Letter, ...] = ()


Do = Callable[[Asked], View | Shown]
D = TypeVar("D", bound=Do)


@dataclass(frozen=True, slots=True)
class Action:
    """What a button or a command does, in which states it applies, or in every, and for whom."""

    do: Do
    when: tuple[State, ...]
    roles: tuple[str, ...]


ACTIONS: dict[str, Action] = {}
"""What a button or a command is called -> what it does."""


def action(name: str, *when: State, for_viewers: bool = False, own_seat: bool = False) -> Callable[[D], D]:
    """Enter a function in `ACTIONS`. What is for viewers is also for whoever reads along in a programme, but where it
    is about their `own_seat`."""
    along = (ALONG,) if for_viewers and not own_seat else ()
    roles = ("coordinator", *(("viewer",) if for_viewers else ()), *along)

    def entered(do: D) -> D:
        ACTIONS[name] = Action(do, when, roles)
        return do

    return entered


def menu(partnership: int, wave: Wave) -> tuple[Row, ...]:
    """What there is to do while this is the last wave."""
    actions = [
        (say("Invite"), "invite"),
        (say("Status"), "status"),
        (say("Summary"), "summary"),
        *([(say("Agreements"), "agreement")] if has_result(wave) else []),
        (say("Team"), "team"),
        (say("Settings"), "settings"),
        (say("Open a next round"), "open") if wave.closed_at else (say("Close the round"), "close"),
    ]
    return in_rows((Button(label, Coordinate(partnership, action)) for label, action in actions), 2)


def has_result(wave: Wave) -> bool:
    """Whether a wave was closed by now, this one or one before it."""
    return wave.number > 1 or wave.closed_at is not None


RIGHT: Mapping[str, Phrase] = {}
"""Nothing is wrong with what was filled in."""


def label_of(place: PlaceTurnout) -> Phrase:
    if place.for_helpers:
        return say("Helped in an earlier round, now by themselves")
    return verbatim(place.label) if place.label else MODE_LABELS.get(place.code, say("General"))


def links(asked: Asked, code: str) -> Paragraph:
    """Each link that works elsewhere; what a poster shows is the first."""
    first, *others = asked.entrances.offered
    return (verbatim(first.link(code)), *(_by(other, other.link(code)) for other in others))


def _by(entrance: Entrance, link: str) -> Phrase:
    told = entrance.channel.about.leads_to
    return told.of(link=link) if told else verbatim(link)


def local(partnership: Partnership, moment: datetime) -> datetime:
    return moment.astimezone(zone(partnership.timezone))


def closes_by_itself(partnership: Partnership, at: datetime | None) -> Paragraph:
    return (say("It closes by itself on {moment}.", moment=local(partnership, at)),) if at else ()


def named(carrier: Traits) -> Phrase:
    """What people call a channel or a notifier."""
    return (carrier.calls.name if carrier.calls else carrier.about.name) or verbatim(carrier.name)


def on_a_page(people: int) -> Paragraph:
    """Nothing is sent to them: they see it when they come."""
    if not people:
        return ()
    return (
        say_n(
            "{count} person takes part on the page, and sees it when they open their own link.",
            "{count} people take part on the page, and see it when they open their own link.",
            people,
        ),
    )
