"""Invitations: a link for each place, its QR code and its poster."""

from collections.abc import Sequence
from dataclasses import replace

from bot.coordination.request import Actions, Asked, Shown, label_of, links, local
from bot.letters import Letter
from bot.rendering import attachments
from bot.rendering.posters import unprintable
from bot.survey.conversation.views import Paragraph, View, in_rows
from bot.survey.phrases import Phrase, say, verbatim
from storage import coordinators, partnerships, waves
from storage.coordinators import PlaceTurnout

LONGEST_LABEL, MOST_PLACES, MOST_NAMED = 40, 24, 30
PLACES = (say("Library"), say("Community centre"), say("Food bank"), say("School"), say("Doctor"), say("Shop"))


def _invite(asked: Asked) -> Shown:
    """The link of one place; the general one to begin with."""
    places = _places(asked)
    place = _own_place(asked, places)
    lines = (say("<b>Invite people: {place}</b>", place=label_of(place)), *_what_opening_does(asked))
    other = (asked.button(label_of(one), "invite", one.code, chosen=one == place) for one in places)
    rows = (
        (asked.button(say("QR code"), "qr", place.code), asked.button(say("Poster (A4)"), "poster", place.code)),
        *(in_rows(other, 2) if len(places) > 1 else ()),
        (asked.button(say("A link for one more place"), "places"),),
        (asked.button(say("‹ Back"), "home"),),
    )
    return Shown(View((lines, links(asked, place.code)), rows))


def _what_opening_does(asked: Asked) -> Paragraph:
    if asked.wave.closed_at is None:
        return (say("Everybody who opens this link can take part. Share it, or hang up the poster."),)
    closed = say("No round is open now. Whoever opens this link reads that, and cannot take part yet.")
    if (plan := waves.plan(asked.tx, asked.partnership.id)).confirmed and plan.opens_at:
        opens = say("Round {wave} opens on {moment}.", wave=asked.wave.number + 1, moment=local(asked, plan.opens_at))
        return (closed, opens)
    return (closed, say("First open a next round, with the button in the menu."))


def _more_places(asked: Asked) -> Shown:
    lines = (
        say("For which place? You will see how many people come in by each place."),
        say(
            "Another place? Type /{command} and its name, such as: /{command} bakery.",
            command=Phrase("invite", context="command"),
        ),
    )
    names = (asked.button(name, "place", str(number)) for number, name in enumerate(PLACES))
    return Shown(View((lines,), (*in_rows(names, 2), (asked.button(say("‹ Back"), "invite"),))))


def _add_place(asked: Asked) -> Shown:
    if not (asked.argument.isdigit() and int(asked.argument) < len(PLACES)):
        return _more_places(asked)
    label = asked.texts.word(PLACES[int(asked.argument)], asked.partnership.language)
    return named_place(asked, label)


def named_place(asked: Asked, label: str) -> Shown:
    """The link of a place by this name, made when there is none yet."""
    tidy = partnerships.tidy(label)[:LONGEST_LABEL]
    if not tidy:
        return _invite(asked)
    if len(_places(asked)) >= MOST_PLACES:
        line = (say("You have {count} places. That is the most.", count=MOST_PLACES),)
        return Shown(View((line,), ((asked.button(say("‹ Back"), "invite"),),)))
    code = coordinators.add_invitation(asked.tx, asked.partnership.id, tidy, asked.now)
    return _invite(replace(asked, argument=code))


def _places(asked: Asked) -> Sequence[PlaceTurnout]:
    return coordinators.places(asked.tx, asked.partnership.id, asked.wave.id)


def _own_place(asked: Asked, places: Sequence[PlaceTurnout]) -> PlaceTurnout:
    """The place that a button names, if it is this partnership's; else the general one."""
    return next((one for one in places if one.code == asked.argument), places[0])


def _qr(asked: Asked) -> Shown:
    place = _own_place(asked, _places(asked))
    above = Letter(
        asked.texts.render(View((_what_it_is_for(asked, place),)), asked.seat.language),
        attachment=attachments.qr(asked.entrances.offered[0].link(place.code)),
    )
    return Shown(_invite(replace(asked, argument=place.code)).view, (above,))


def _what_it_is_for(asked: Asked, place: PlaceTurnout) -> Paragraph:
    name = asked.partnership.name
    scan = say("Scan this code to take part in {partnership}.", partnership=name)
    return (scan, verbatim(place.label)) if place.label else (scan,)


def _poster(asked: Asked) -> Shown:
    place = _own_place(asked, _places(asked))
    entrance = asked.entrances.offered[0]
    sheet = attachments.poster(
        asked.partnership, entrance.link(place.code), place.label, entrance.channel.about.on_paper
    )
    told = (say("A poster to print (A4, black and white)."), *_not_on_the_poster(asked, place))
    above = Letter(asked.texts.render(View((told,)), asked.seat.language), attachment=sheet)
    return Shown(_invite(replace(asked, argument=place.code)).view, (above,))


def _not_on_the_poster(asked: Asked, place: PlaceTurnout) -> Paragraph:
    if not (letters := unprintable(asked.partnership, place.label)):
        return ()
    named = " ".join((*letters[:MOST_NAMED], *(["…"] if len(letters) > MOST_NAMED else [])))
    return (
        say("I cannot print these letters. They are not on the poster: {letters}", letters=named),
        say("Write them on it by hand."),
    )


ACTIONS: Actions = {
    "invite": _invite,
    "places": _more_places,
    "place": _add_place,
    "named": lambda asked: named_place(asked, asked.argument),
    "qr": _qr,
    "poster": _poster,
}
