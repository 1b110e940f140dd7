"""Traits: what a channel can do, and what is said about it, as data.

Whoever needs to know asks these, and never a channel's name: so a channel is a folder of its own and nothing elsewhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.survey.phrases import Phrase


@dataclass(frozen=True, slots=True)
class About:
    """What people read about a channel in other places than it; None where there is nothing to say.

    `name` is what people call it; `keeps_a_copy` belongs to the consent, `copy_stays` to the end of what we keep;
    `leads_to` gives its link to a coordinator, as `{link}`; `elsewhere` and `opens` invite to it on a page; `on_paper`
    stands on a poster that leads to it; `in_a_group` is said before what to send in a group chat.
    """

    name: Phrase | None = None
    keeps_a_copy: Phrase | None = None
    copy_stays: Phrase | None = None
    leads_to: Phrase | None = None
    elsewhere: Phrase | None = None
    opens: Phrase | None = None
    on_paper: Phrase | None = None
    in_a_group: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """Of a notifier: how somebody leaves an address there, and what they read about it.

    `name` stands on its buttons. `asks` is the label of the field in which one types it, after which a code is sent
    there; None where it is the device itself, or where they write to us there, `by_message`. `leave` stands on the
    button that leaves it, `calls` says that it works, `fails` that it does not, `stopped` that they want no more: in
    each `{address}` is the address as `shown` makes it. `address_of` gives the address to be kept of what was typed or
    sent, and nothing of what is none. `beforehand` is what they should know before they leave it.
    """

    name: Phrase
    asks: Phrase | None
    leave: Phrase
    calls: Phrase
    fails: Phrase
    stopped: Phrase
    address_of: Callable[[str], str]
    shown: Callable[[str], str]
    by_message: bool = False
    beforehand: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """`name` stands in the database. A channel that `reaches_out` can write to people at any moment; in another,
    letters wait until they come back. It takes texts of `most_text` signs, and so many messages `per_second`.
    Where it `has_fields`, what a coordinator would type behind a command is filled in there; where it `has_tables`, one
    shows what elsewhere comes part by part. One that `sends_voices` reads aloud by messages.
    `presses_live` is how long it keeps a press for us while we are away, where it does not keep it for good.
    `notifiers` are those that can call somebody there who left them an address, the first to try first. A notifier says
    in `calls` how.
    """

    name: str
    reaches_out: bool = False
    has_fields: bool = False
    has_tables: bool = False
    sends_voices: bool = False
    most_text: int = 4096
    per_second: int = 30
    presses_live: timedelta | None = None
    notifiers: "tuple[Traits, ...]" = ()
    calls: Calls | None = None
    about: About = About()


def called_by(channels: Iterable[Traits], notifiers: Iterable[Traits]) -> list[Traits]:
    """What each channel can do, where these notifiers call those whom it cannot."""
    callers = tuple(notifiers)
    return [one if one.reaches_out else replace(one, notifiers=callers) for one in channels]
