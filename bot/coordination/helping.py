"""Helping: the link with which a helper lets others answer on one device, the form to print, and what comes of it.

Whoever has the helper's link may type in sheets, with or without a seat: the code is what lets them.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.coordination.home import home
from bot.coordination.invitations import CLOSED
from bot.coordination.request import Asked, Shown, action
from bot.letters import Letter
from bot.rendering import attachments
from bot.survey import paper
from bot.survey.checklist import fingerprint
from bot.survey.conversation.views import Paragraph, View, in_rows
from bot.survey.invitation import ABOUT_HELPING
from bot.survey.paper import Typed
from bot.survey.phrases import Phrase, language, say, verbatim
from bot.texts.texts import Texts
from storage import paper as stored
from storage import partnerships
from storage.engine.database import Tx
from storage.paper import Outcome
from storage.short_codes import short_of

HELPING = (
    *ABOUT_HELPING,
    say("Give this link to helpers only. Who comes in by it counts under: With help."),
)
NO_PAGE = (
    say("There is no page here that other people can open. So there is no link to help people with."),
    say("Ask whoever runs this program to put the page on the internet."),
)
ON_PAPER = say("No phone? Print the form. Write a new number on each one, and type it in at the helper's link.")
NOT_FOR_HELPERS = say("With this link you cannot type in forms. Ask the coordinator for the link for helpers.")
OUTCOMES = {
    Outcome.STORED: say("Form {number} is typed in and counts."),
    Outcome.TYPED_IN_BEFORE: say("Form {number} was typed in before. Nothing changed."),
    Outcome.WAVE_CLOSED: say("This round is closed. Form {number} is not stored, and cannot count any more."),
}


@action("helping")
def _helping(asked: Asked) -> View:
    return _about(asked, partnerships.helpers_invitation(asked.tx, asked.partnership.id, asked.now))


def _about(asked: Asked, code: str) -> View:
    """The helper's link, what it does, and the form for who wants no screen."""
    title = say("<b>Help people: {partnership}</b>", partnership=asked.partnership.name)
    pages = [one.link(code) for one in asked.entrances.offered if not one.channel.reaches_out]
    does = HELPING if asked.is_open else (*HELPING, CLOSED)
    told: list[Paragraph] = [(title, *does), _links(asked, code, pages)] if pages else [(title, *NO_PAGE)]
    forms = {one: say("Form to print: {language}", language=language(one)) for one in asked.languages}
    on_paper = (ON_PAPER, *(verbatim(f"{page}/paper") for page in pages))
    return View((*told, on_paper), (*in_rows(asked.choices("form", forms), 1), asked.back("invite")))


def _links(asked: Asked, code: str, pages: Sequence[str]) -> Paragraph:
    typed = asked.entrances.to_type(short_of(asked.tx, code))
    return (*map(verbatim, pages), *(say("To read out or to write down: {address}", address=one) for one in typed))


@action("form")
def _form(asked: Asked) -> View | Shown:
    """It stands under the helper's link, and is only looked at: where there is no such link, none is made."""
    if (code := partnerships.helpers_code(asked.tx, asked.partnership.id)) is None:
        return home(asked)
    if asked.argument not in asked.languages:
        return _about(asked, code)
    wave = partnerships.wave_of_form(asked.tx, asked.partnership.id)
    sheet = attachments.form(asked.partnership, wave, asked.argument)
    told = say("The form (A4, black and white). Print it on both sides: two sheets for each person.")
    above = Letter(asked.texts.render(View(told), asked.seat.language), attachment=sheet)
    return Shown(_about(asked, code), (above,))


def type_in(tx: Tx, texts: Texts, code: str, typed: Typed, now: datetime) -> tuple[Phrase, bool]:
    """What to say to a helper who sent a form, and whether it is stored by this."""
    partnership = partnerships.invited_by(tx, code) if partnerships.is_for_helpers(tx, code) else None
    if partnership is None:
        return NOT_FOR_HELPERS, False
    sheet = paper.read(texts.checklist, typed)
    if isinstance(sheet, Phrase):
        return sheet, False
    wave = partnerships.last_wave(tx, partnership.id)
    agreed_to = fingerprint(*(texts.word(line, typed.language) for line in paper.consent(partnership)))
    outcome = Outcome.WAVE_CLOSED
    if wave.number == typed.wave:  # else it was on the screen of a helper since an earlier round
        outcome = stored.store(tx, partnership, wave.id, code.lower(), sheet, agreed_to, now)
    if is_stored := outcome == Outcome.STORED:
        partnerships.opened(tx, code)  # each form once: else how few are on paper is who began less who opened a link
    return OUTCOMES[outcome].of(number=sheet.number), is_stored
