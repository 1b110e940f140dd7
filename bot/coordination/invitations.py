"""Invitations: a link for each place, its QR code and its poster."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.coordination.request import RIGHT, Asked, Shown, action, label_of, links, local, too_long
from bot.letters import Attachment, Letter
from bot.rendering import attachments
from bot.rendering.posters import unprintable
from bot.survey.conversation.views import Field, Paragraph, View, in_rows
from bot.survey.phrases import Phrase, command, language, say, verbatim
from bot.survey.whole_numbers import as_number
from bot.texts.languages import negotiate
from bot.texts.texts import plain
from storage import partnerships, waves
from storage.turnout import PlaceTurnout, places_of

LONGEST_LABEL, MOST_PLACES, MOST_NAMED = 40, 24, 30
PLACE = "place"
PLACES = (say("Library"), say("Community centre"), say("Food bank"), say("School"), say("Doctor"), say("Shop"))
CLOSED = say("No round is open now. Whoever opens this link reads that, and cannot take part yet.")


@action("invite")
def _invite(asked: Asked) -> View:
    """The link of one place; the general one to begin with."""
    places = _places(asked)
    place = _own_place(asked, places)
    lines = (say("<b>Invite people: {place}</b>", place=label_of(place)), *_what_opening_does(asked))
    others = asked.choices("invite", {one.code: label_of(one) for one in places}, place.code)
    rows = (
        (asked.button(say("QR code"), "qr", place.code), asked.button(say("Poster (A4)"), "poster", place.code)),
        *(in_rows(others, 2) if len(places) > 1 else ()),
        (asked.button(say("Text to send on"), "forward", f"{place.code}.{asked.seat.language}"),),
        (asked.button(say("A link for one more place"), "places"),),
        (asked.button(say("Link to help people"), "helping"),),
        asked.back(),
    )
    return View((lines, (*links(asked, place.code), *_to_type(asked, place))), rows)


def _to_type(asked: Asked, place: PlaceTurnout) -> Paragraph:
    typed = asked.entrances.to_type(place.short)
    return tuple(say("To read out or to write down: {address}", address=address) for address in typed)


def _what_opening_does(asked: Asked) -> Paragraph:
    if asked.is_open:
        return (say("Everybody who opens this link can take part. Share it, or hang up the poster."),)
    if (plan := waves.plan(asked.tx, asked.partnership.id)).confirmed and plan.opens_at:
        moment = local(asked.partnership, plan.opens_at)
        return (CLOSED, say("Round {wave} opens on {moment}.", wave=asked.wave.number + 1, moment=moment))
    return (CLOSED, say("First open a next round, with the button in the menu."))


@action("places")
def _more_places(asked: Asked, wrong: Mapping[str, Phrase] = RIGHT) -> View:
    which = say("For which place? You will see how many people come in by each place.")
    typed = say("Another place? Type /{command} and its name, such as: /{command} bakery.", command=command("invite"))
    field = Field(PLACE, say("Another place"), hint=say("Such as: bakery"))
    form = asked.form(asked.at("named"), say("Make the link"), (field,), wrong)
    names = asked.choices("place", {str(number): name for number, name in enumerate(PLACES)})
    rows = (*in_rows(names, 2), asked.back("invite"))
    return View(((which,) if form else (which, typed),), rows, form, asked.at("places"))


@action("place")
def _add_place(asked: Asked) -> View:
    if (chosen := as_number(asked.argument, len(PLACES) - 1)) is None:
        return _more_places(asked)
    return _named(replace(asked, argument=asked.texts.word(PLACES[chosen], asked.partnership.language)))


@action("named")
def _named(asked: Asked) -> View:
    """The link of a place by this name, made when there is none yet. What is typed is cut where it is too long."""
    label = partnerships.tidy(asked.filled.get(PLACE, asked.argument if asked.argument != "-" else ""))
    if asked.channel.has_fields and (wrong := _wrong_with(asked, label)):
        return _more_places(asked, {PLACE: wrong})
    if not label:
        return _invite(asked)
    if no_more := _no_more(asked):
        return View(((no_more,),), (asked.back("invite"),))
    code = partnerships.invite(asked.tx, asked.partnership.id, label[:LONGEST_LABEL], asked.now)
    return replace(_invite(replace(asked, argument=code)), at=asked.at("invite", code))


def _wrong_with(asked: Asked, label: str) -> Phrase | None:
    if not label:
        return say("Write the name of the place.")
    return too_long(len(label), LONGEST_LABEL) or _no_more(asked)


def _no_more(asked: Asked) -> Phrase | None:
    if len(_places(asked)) < MOST_PLACES:
        return None
    return say("You have {count} places. That is the most.", count=MOST_PLACES)


def _places(asked: Asked) -> Sequence[PlaceTurnout]:
    """Those to hang up and to share: the helper's link is not one of them."""
    return [one for one in places_of(asked.tx, asked.partnership.id, asked.wave.id) if not one.for_helpers]


def _own_place(asked: Asked, places: Sequence[PlaceTurnout]) -> PlaceTurnout:
    """The place that a button names, if it is this partnership's; else the general one."""
    return next((one for one in places if one.code == asked.argument), places[0])


@action("forward")
def _forward(asked: Asked) -> View:
    """Words with the link, to send on in WhatsApp or in a newsletter: who is on a page and left nothing to be called
    by, hears of it no other way."""
    code, _, spoken = asked.argument.partition(".")
    place, chosen = _own_place(replace(asked, argument=code), _places(asked)), negotiate(spoken, asked.languages)
    chosen = chosen or asked.partnership.language
    words = _to_send_on(asked, asked.entrances.offered[0].link(place.code))
    texts = tuple(verbatim(plain(asked.texts.say(one, chosen))) for one in words)
    every = {f"{place.code}.{one}": language(one) for one in asked.languages}
    rows = (*in_rows(asked.choices("forward", every, f"{place.code}.{chosen}")), asked.back("invite"))
    return View(((say("<b>Text to send on</b>"),), texts), rows, at=asked.at("forward", f"{place.code}.{chosen}"))


def _to_send_on(asked: Asked, link: str) -> Paragraph:
    again = asked.wave.number + (not asked.is_open) > 1
    name = asked.partnership.name
    asks = say("{partnership} asks you: how well do we work together?", partnership=name)
    asks_again = say("{partnership} asks you again: how well do we work together now?", partnership=name)
    return (
        asks_again if again else asks,
        say("You read 26 statements and tap what you think. It takes 10 to 15 minutes."),
        say("We tell nobody which answers are yours."),
        say("Take part: {link}", link=link),
    )


@action("qr")
def _qr(asked: Asked) -> Shown:
    place = _own_place(asked, _places(asked))
    scan = say("Scan this code to take part in {partnership}.", partnership=asked.partnership.name)
    told = (scan, verbatim(place.label)) if place.label else (scan,)
    return _with(asked, place, told, attachments.qr(asked.entrances.offered[0].link(place.code)))


def _with(asked: Asked, place: PlaceTurnout, told: Paragraph, attachment: Attachment) -> Shown:
    above = Letter(asked.texts.render(View((told,)), asked.seat.language), attachment=attachment)
    return Shown(_invite(replace(asked, argument=place.code)), (above,))


@action("poster")
def _poster(asked: Asked) -> Shown:
    place = _own_place(asked, _places(asked))
    entrance = asked.entrances.offered[0]
    sheet = attachments.poster(
        asked.partnership,
        entrance.link(place.code),
        place.label,
        entrance.channel.about.on_paper,
        entrance.to_type(place.short),
    )
    told = (say("A poster to print (A4, black and white)."), *_not_on_the_poster(asked, place))
    return _with(asked, place, told, sheet)


def _not_on_the_poster(asked: Asked, place: PlaceTurnout) -> Paragraph:
    if not (letters := unprintable(asked.partnership, place.label)):
        return ()
    named = " ".join((*letters[:MOST_NAMED], *(["…"] if len(letters) > MOST_NAMED else [])))
    return (
        say("We cannot print these signs: {letters}", letters=named),
        say("Where one is a letter, the poster has an empty box. Write it in by hand."),
    )
