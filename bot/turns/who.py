"""Who is here: the contact, their seats and where they stand, each asked once in a turn."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.aloud import Aloud
from bot.channels.port import Update
from bot.letters import Envelope, Letter
from bot.survey.conversation.buttons import ChooseLanguage
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import View
from bot.survey.phrases import Phrase
from bot.texts import languages
from bot.texts.texts import HOME_LANGUAGE, Texts
from storage import arrivals, contacts, coordinators, letters, programmes, standing
from storage.contacts import Contact
from storage.coordinators import Seat
from storage.engine.database import Tx
from storage.programmes import Reader
from storage.seats import ALONG
from storage.standing import Found, Known


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever an update is from, in its turn. `contact` is None when we keep nothing about them.

    A contact's row stays locked until the commit, so that two updates of one person never cross.
    """

    tx: Tx
    texts: Texts
    update: Update
    now: datetime
    contact: int | None = None
    seats: tuple[Seat, ...] = ()
    found: Found | None = None
    aloud: Aloud | None = None

    @property
    def spoken(self) -> str:
        """The language of their phone, or else ours."""
        return self.texts.negotiate(self.update.phone_language) or HOME_LANGUAGE

    def welcoming(self, partnership: Partnership, chosen: str | None) -> str | None:
        """The language in which they are welcomed to a partnership; None when they choose one first."""
        if isinstance(self.update.event, ChooseLanguage):
            return None
        return languages.welcoming(chosen, self.update.phone_language, partnership.offers(self.texts.languages))

    def spoken_in(self, partnership: Partnership, chosen: str | None = None) -> str:
        """The one that they chose, or that of their phone, where the partnership offers it; or else its own."""
        return self.welcoming(partnership, chosen) or partnership.language

    @property
    def role(self) -> str:
        """A coordinator anywhere sees what coordinators can do."""
        return min((seat.role for seat in self.seats), default="")

    @property
    def is_on_a_page(self) -> bool:
        """Whether they see what we say because they look, and not because it is sent."""
        return not self.tx.channel(self.update.channel).reaches_out

    def in_wave(self, response: int | None = None) -> Known | None:
        """Where they stand as a respondent, in this response or else in the one that they were last in."""
        if self.contact is None:
            return None
        found = standing.load(self.tx, self.texts.checklist, self.texts.languages, self.contact, response)
        return self._hearing(found)

    def as_they_came(self, response: int | None) -> Known | None:
        """The same, for a turn that changed nothing yet."""
        if self.found is None or self.found.response != response:
            return self.in_wave(response)
        return self._hearing(standing.known_from(self.tx, self.texts.checklist, self.texts.languages, self.found))

    def _hearing(self, known: Known | None) -> Known | None:
        return self.aloud.hearing(self.tx, known) if self.aloud and known else known

    def seats_in(self, partnership: int) -> list[Seat]:
        """In this one, or with 0 in every but those that are only read along in a programme."""
        if partnership:
            return [seat for seat in self.seats if seat.partnership.id == partnership]
        return [seat for seat in self.seats if seat.role != ALONG]

    def reading(self, programme: int) -> list[Reader]:
        """In this one, or with 0 in every."""
        mine = programmes.read_by(self.tx, self.contact)
        return [reader for reader in mine if programme in (0, reader.programme.id)]

    def kept(self, contact: int, letter: Letter) -> Envelope:
        """A letter to them that is stored until it is delivered; a page shows it and it is gone."""
        if self.is_on_a_page:
            return Envelope(self.update.channel, self.update.address, letter)
        number, after = letters.reply(self.tx, contact, letter, self.now)
        return Envelope(self.update.channel, self.update.address, letter, number, contact, after=after)

    def not_kept(self, text: Phrase, language: str | None = None, removes: tuple[int, ...] = ()) -> Envelope:
        """A letter to somebody about whom we keep nothing: it is not stored either."""
        letter = self.texts.letter(View(text), language or self.spoken, self.update.message)
        return Envelope(self.update.channel, self.update.address, replace(letter, removes=removes))


def identify(tx: Tx, texts: Texts, update: Update, now: datetime, aloud: Aloud | None = None) -> Who:
    return _who(Who(tx, texts, update, now, aloud=aloud), contacts.at(tx, update.channel, update.address))


def arrived(tx: Tx, texts: Texts, update: Update, now: datetime, aloud: Aloud | None = None) -> Who | None:
    """Whoever this update is from; None when it was handled before."""
    arrival = arrivals.arrive(tx, update.id, update.channel, update.address, response_of(update), now)
    if arrival is None:
        return None
    return _who(Who(tx, texts, update, now, found=arrival.found, aloud=aloud), arrival.contact)


def response_of(update: Update) -> int | None:
    """The one that the pressed button was made for."""
    return getattr(update.event, "response", None)


def _who(who: Who, contact: Contact | None) -> Who:
    if contact is None:
        return who
    seats = coordinators.seats(who.tx, contact.id) if contact.has_seat else ()
    return replace(who, contact=contact.id, seats=seats)
