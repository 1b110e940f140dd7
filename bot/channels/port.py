"""The port: what a channel is to the house, and what the house is to a channel.

A channel brings updates in and carries letters out. It knows no table and no other channel, and reads its own settings.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self

from bot.channels.api import Api
from bot.letters import Attachment, Carrier, Clock, Letter, Receipt, Upload
from bot.recordings.recordings import NONE, Recordings
from bot.runtime.health import Finding
from bot.runtime.settings import Settings, Variable
from bot.survey.conversation.buttons import Position, Press, Where
from bot.survey.conversation.events import Commanded, Expired, Filled, Recorded, Wrote
from bot.survey.invitation import HelperLink, Invitation
from bot.survey.paper import Typed
from bot.survey.phrases import Phrase
from bot.survey.short_codes import written
from bot.survey.traits import Traits
from bot.texts.texts import Texts


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody came in by a link; the code may be an invitation, a coordinator's, or nothing at all."""

    code: str


@dataclass(frozen=True, slots=True)
class Left:
    """The channel says that we cannot reach them any more."""


@dataclass(frozen=True, slots=True)
class Returned:
    """They can be reached again."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where people come in by a channel: an address, to be followed by a code. `home` is where somebody goes who was in
    already, by a link of their own.

    Unless `is_public`, only this machine can reach it; `in_group` is what to send in a group chat, before a code;
    `typed` is the address as one types it, to be followed by a short code.
    """

    channel: Traits
    address: str
    is_public: bool = True
    in_group: str = ""
    typed: str = ""
    home: str = ""

    def link(self, code: str) -> str:
        return f"{self.address}{code}"

    def to_type(self, short: str) -> str:
        """What stands on paper; nothing where nothing can be typed."""
        return f"{self.typed}{written(short)}" if self.typed and short else ""


@dataclass(frozen=True, slots=True)
class Entrances:
    """All of them, in the order in which they are offered: a page asks for no app and no account."""

    every: tuple[Entrance, ...] = ()

    @property
    def offered(self) -> tuple[Entrance, ...]:
        """Those that can be handed out; what only this machine can reach is one only where there is no other."""
        return tuple(one for one in self.every if one.is_public) or self.every

    @property
    def home(self) -> str:
        """Where a notifier leads to: the page."""
        return next((one.home for one in self.every if one.home), "")

    def links(self, code: str) -> list[str]:
        """Those that can be handed out, and then the rest."""
        return [one.link(code) for one in dict.fromkeys((*self.offered, *self.every))]

    def to_type(self, short: str) -> list[str]:
        return [typed for one in self.offered if (typed := one.to_type(short))]


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that happened in a channel. `id` is unique over all channels.

    `phone_language` is what the phone says it speaks; `message` is the channel's number of the pressed message;
    `at` is the screen that was in front of somebody who does this, where a channel knows that; `entrances` are those of
    this house, and whether somebody with a seat `looks_only` is told by it too, by no channel; `in_group` says that the
    address is a chat of several.
    """

    id: str
    channel: str
    address: str
    event: Press | Commanded | Filled | Recorded | Wrote | Expired | Opened | Left | Returned
    phone_language: str | None = None
    message: int | None = None
    at: Position | None = None
    entrances: Entrances = Entrances()
    looks_only: bool = False
    in_group: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody sees who looks, or has just done something, and who they are to us.

    `letters` are what stands there, the last one with the buttons. `where` is the screen of a respondent, or what
    somebody with a seat asked for; None for whoever is neither. `values` are what the text of a screen is made of, by
    their names, said in the language; `notice` is a line about what they did. `role` is that of their seat. A letter
    that `knocks` is about a link that works once: it is used by a press and not by a look. `is_member` says that they
    take part already in what is behind the code that they look at.
    """

    language: str
    letters: tuple[Letter, ...]
    where: Where | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    takes_part: bool = False
    role: str = ""
    code_is_right: bool = False
    knocks: bool = False
    is_member: bool = False

    @property
    def is_known(self) -> bool:
        return self.takes_part or bool(self.role)

    @property
    def letter(self) -> Letter:
        return self.letters[-1]

    @property
    def is_wrong(self) -> bool:
        """Whether something is wrong with what they filled in."""
        return bool(self.letters and self.letter.form and self.letter.form.is_wrong)


@dataclass(frozen=True, slots=True)
class Hook:
    """An address for a messenger's own server, on the one web server that we have: `bring` takes what it shows in
    `header` and the body, and gives the status and the content of our answer. Where it asks first whether we are it,
    `challenge` takes what it asks, and gives the status and the text."""

    path: str
    header: str
    most: int  # bytes
    bring: Callable[[str, bytes], Awaitable[tuple[int, Mapping[str, Any]]]]
    challenge: Callable[[Mapping[str, str]], tuple[int, str]] | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """Somebody wrote to a notifier, from this address there. `id` is unique over all that it brings."""

    id: str
    notifier: str
    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a message that a notifier took under this name, and when it says that this was; `billed` is the
    category in which it is paid for, and nothing where it is not; `how` it failed, for who counts errors."""

    name: str
    notifier: str
    receipt: Receipt
    billed: str = ""
    at: datetime | None = None
    how: str = ""


@dataclass(frozen=True, slots=True)
class Renamed:
    """Somebody has another address at a notifier than before."""

    id: str
    notifier: str
    former: str
    address: str


Told = Incoming | Ended | Renamed


class Secrets(Protocol):
    """What we make outside the database, such as the tag in a link, is made with the one in force; what was made with
    any of those that are known is ours."""

    @property
    def in_force(self) -> str: ...

    @property
    def known(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What whoever opens the one link of a demonstration chooses between: to take part, by this invitation, or to look
    as a coordinator does. Who looks holds a seat together with all who read this language: `seat` makes it where it is
    not there (any more) and gives its address; `seats` are all that can be. Where it `looks_only` they change nothing.
    """

    invitation: str
    seats: Collection[str]
    seat: Callable[[str], Awaitable[str]]
    looks_only: bool


class House(Protocol):
    """All that a channel may ask for."""

    texts: Texts
    clock: Clock
    recordings: Recordings = NONE
    api: Api = Api()
    demonstration: Demonstration | None = None

    @property
    def secrets(self) -> Secrets: ...

    @property
    def entrances(self) -> Entrances: ...

    @property
    def hooks(self) -> Sequence[Hook]:
        """Those of every channel and notifier, once all of them are open."""

    async def receive(self, update: Update) -> str | None:
        """Take an update for good: when this returns, it is committed. Gives the line for a pressed button."""

    async def act(self, update: Update) -> Shown:
        """The same for a channel that cannot ring: what it shows is given back, and nothing is sent."""

    async def look(self, update: Update) -> Shown:
        """What stands where the update leads, with nothing done and nothing kept."""

    async def standing(self) -> str:
        """Another one whenever a wave was opened, closed or answered, anywhere."""

    async def invitation(self, code: str) -> Invitation | None:
        """What stands behind a code, be it the short or the long one of an invitation."""

    async def helper_link(self, code: str) -> HelperLink | None:
        """What a code opens for who helps others; None where it is no helper's."""

    async def type_in(self, code: str, typed: Typed) -> tuple[Phrase, bool]:
        """Store a form on paper for whoever has a helper's code; what to say, and whether it is stored by this."""

    async def caught_up(self, channel: str) -> None:
        """Hear that the channel answers, and that all that waited there is taken."""

    async def is_well(self) -> str:
        """What is wrong, in a few words; nothing when all is well."""

    async def measure(self) -> bytes:
        """All that we count, as Prometheus reads it."""

    def content(self, attachment: Attachment) -> bytes:
        """What a letter carries but a voice, drawn: some hundredths of a second, so ask in a thread."""

    async def voice(self, attachment: Attachment) -> bytes:
        """What a voice says. Raises LookupError where a recording of it is there no more."""
        raise LookupError(attachment.name)

    async def recorded(self, digest: str) -> tuple[bytes, str] | None:
        """What was recorded on the page, by its fingerprint, and what kind of sound it is."""
        return None

    async def file_of(self, upload: Upload, attachment: Attachment) -> str | None:
        """What the messenger calls this voice where it has it already; nothing where a recording of it is there no
        more, for then nobody hears it again."""

    async def keep_file(self, upload: Upload, file: str | None) -> None:
        """Remember that; None where the messenger has it no more."""

    # For notifiers, and for the page where they lead to

    @property
    def notifiers(self) -> Sequence[Traits]:
        """Those that can call somebody who is not in a channel that can."""

    @property
    def public_key(self) -> str:
        """What a browser wants to know of who calls it; nothing where no notifier can."""

    async def behind_door(self, tag: str) -> str | None:
        """The address, in the channel where they answer, of somebody whom a notifier called by this tag."""

    async def stop_notifying(self, tag: str, *, again: bool = False) -> bool:
        """Nothing more goes to the notification address of this tag, or it does `again`; False of no tag of ours."""

    async def bounced(self, tag: str) -> bool:
        """What was sent with this tag came back: its address does not work. False of no tag of ours."""

    async def way_to_write(self, notifier: str, channel: str, address: str) -> str:
        """Where somebody at this address of a channel writes to us, so that this notifier calls them; nothing where
        that is not how, or nobody is there."""

    async def told(self, event: Told) -> None:
        """What a notifier heard, taken for good when this returns."""

    async def billed(self, notifier: str) -> tuple[Mapping[str, int], int]:
        """How many messages were paid for this month, by category, and how many are on their way."""


class Outlet(Carrier, Protocol):
    """A carrier as the house sets it up, opens, closes and examines it: what channels and notifiers have in common.

    It may raise an error with words for the operator when it opens.
    """

    variables: ClassVar[Mapping[str, Variable]] = {}
    """Its own settings."""
    examined: ClassVar[tuple[str, ...]] = ()
    """The names of what `examine` finds."""

    errors: Counter[str]
    """How many calls failed, by status or by how they ended."""

    @property
    def public_key(self) -> str:
        """What a browser wants to know of who calls it; nothing where this calls no browser."""
        return ""

    @classmethod
    def do_not_fit(cls, taken: Mapping[str, str]) -> Iterator[str]:  # noqa: ARG003 - most settings do fit
        """What its settings may be, and not together."""
        yield from ()

    @classmethod
    def built(cls, settings: Settings) -> Self | None:  # noqa: ARG003
        """None when it is not set up. Nothing is opened, made or asked."""
        return None

    @classmethod
    def described(cls, settings: Settings) -> str:
        """For an operator: what it is and where; nothing when it is not set up."""
        return cls.traits.name if cls.built(settings) else ""

    async def open(self, house: House) -> None:
        """Be ready to deliver."""

    async def close(self) -> None:
        """Give back what was taken, also when it was never opened."""

    @property
    def hooks(self) -> Sequence[Hook]:
        """Once it is open."""
        return ()

    def to_write(self, code: str) -> str:
        """Where somebody sends us this code, to be called there; nothing where one leaves an address in another way."""
        return ""

    async def examine(self, now: datetime) -> Sequence[Finding]:
        """How it is, for an operator, within seconds and without changing anything; see `examined`."""
        return ()


class Channel(Outlet, Protocol):
    """A channel is a folder with one of these, and a line in `bot.channels.CHANNELS`.

    It calls `house.caught_up` whenever it knows that nothing waits there: once at least, for until then nothing is
    written that time causes. From `open` on nobody who comes is turned away. It may raise an error with words for the
    operator when it runs, too.
    """

    entrance: Entrance | None = None
    """None as long as it is not known."""

    async def introduce(self) -> None:
        """Find out what `entrance` needs, however long it takes."""

    async def run(self) -> None:
        """Bring updates in, until cancelled."""
