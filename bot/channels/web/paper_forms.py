"""Paper forms: the page on which whoever has a helper's link types in what people filled in on paper.

Nothing is kept of a form that is not whole; it stands there again as it was typed, with what is wrong beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.port import Opened, Shown
from bot.channels.web import requests
from bot.channels.web.requests import Caller
from bot.channels.web.site import Site
from bot.letters import Letter
from bot.survey import paper
from bot.survey.conversation.dialogue import GROUP_LABELS
from bot.survey.invitation import HelperLink
from bot.survey.paper import Typed
from bot.survey.phrases import Phrase, language, say
from bot.survey.whole_numbers import as_number
from bot.texts.texts import Texts

MOST_FIELDS = 40  # of which 26 are statements
MOST_WAVES = 9999
ROW = "statement-"


@dataclass(frozen=True, slots=True)
class Row:
    """One statement, and what is wrong with what was typed there."""

    name: str
    number: int
    plain: str
    chosen: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a field can be: (value, label)."""

    groups: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]


class PaperForms:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        return [
            Route("/paper", self.of_this_device),
            Route("/i/{code:code}/paper", self.page, methods=["GET", "POST"]),
        ]

    async def of_this_device(self, request: Request) -> Response:
        caller = self._site.caller(request)
        return self._site.go(caller, f"/i/{caller.helping}/paper" if caller.helping else "/")

    async def page(self, request: Request) -> Response:
        caller, code = self._site.caller(request), request.path_params["code"]
        if not self._site.guesses.may_try(caller.client, code):
            return self._site.notice(caller, "too_many", 429)
        if (link := await self._site.house.helper_link(code)) is None:
            return await self._site.no_invitation(request)
        self._site.guesses.was_right(caller.client, code)
        spoken = (await self._site.look(caller, Opened(link.code))).language
        if request.method == "POST":
            return await self._take(caller, link, spoken, await requests.form(request, MOST_FIELDS))
        return await self._form(caller, link, spoken, Typed(link.wave, "", "", {}, spoken))

    async def _take(self, caller: Caller, link: HelperLink, spoken: str, fields: Mapping[str, str]) -> Response:
        typed, texts = _typed(fields, self._site.house.texts, spoken), self._site.house.texts
        if not self._site.is_ours(caller, fields):
            alert = self._site.pages.word("no_cookie" if caller.is_new else "too_old", spoken)
            return await self._form(caller, link, spoken, typed, alert=alert, status=403)
        if wrong := dict(paper.wrong(texts.checklist, typed)):
            return await self._form(caller, link, spoken, typed, wrong)
        told, is_stored = await self._site.house.type_in(link.code, typed)
        left = replace(typed, wave=link.wave, number="", group="", marks={}) if is_stored else typed
        return await self._form(caller, link, spoken, left, alert=texts.word(told, spoken))

    async def _form(
        self,
        caller: Caller,
        link: HelperLink,
        spoken: str,
        typed: Typed,
        wrong: Mapping[str | int, Phrase] | None = None,
        alert: str = "",
        status: int = 200,
    ) -> Response:
        texts = self._site.house.texts
        why = {place: texts.word(phrase, spoken) for place, phrase in (wrong or {}).items()}
        title = texts.say(say("<b>Type in a form: {partnership}</b>", partnership=link.partnership.name), spoken)
        return await self._site.page(
            caller,
            Shown(spoken, (Letter(title),)),
            f"/i/{link.code}/paper",
            status,
            is_known=False,
            part="paper.html",
            typed=typed,
            wrong=why,
            rows=[*_rows(texts, typed, why, spoken)],
            choices=_choices(texts, spoken, link.partnership.offers(texts.languages)),
            alert=alert or why.get(paper.MARKS, ""),
        )


def _typed(fields: Mapping[str, str], texts: Texts, spoken: str) -> Typed:
    marks = {item: fields.get(f"{ROW}{item}", "") for item in texts.checklist.items}
    wave, printed = as_number(fields.get("wave", ""), MOST_WAVES) or 0, fields.get("language", "")
    in_language = printed if printed in texts.languages else spoken
    return Typed(wave, fields.get("number", ""), fields.get("group", ""), marks, in_language)


def _rows(texts: Texts, typed: Typed, why: Mapping[str | int, str], spoken: str) -> Iterator[Row]:
    for item in texts.checklist.items.values():
        plain, number = texts.word(item.plain, spoken), item.number
        yield Row(f"{ROW}{number}", number, plain, typed.marks.get(number, ""), why.get(number, ""))


def _choices(texts: Texts, spoken: str, offered: Sequence[str]) -> Choices:
    options = {key: one.label for key, one in texts.checklist.options.items()}
    said = ({key: texts.word(label, spoken) for key, label in labels.items()} for labels in (GROUP_LABELS, options))
    groups, answers = (tuple(one.items()) for one in said)
    return Choices(groups, answers, tuple((one, texts.word(language(one), spoken)) for one in offered))
