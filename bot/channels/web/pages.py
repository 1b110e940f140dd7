"""Pages: what is shown -> HTML. Whatever is not our own markup is escaped, here once more.

One template serves every page; what a letter says as text, paragraphs and buttons, this module only sorts. What only
leads somewhere is a link, so that the phone's own Back goes back; what changes something is a button of a form.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup, escape

from bot.channels.port import Entrance, Shown
from bot.channels.web import audio, phone_numbers
from bot.channels.web.assets import Assets
from bot.channels.web.labels import WORDS
from bot.channels.web.paths import path_of_command, path_of_press
from bot.channels.web.templates import template
from bot.letters import Attachment, Letter
from bot.survey.conversation.buttons import (
    ASIDE,
    MOST,
    Call,
    ChooseOption,
    Coordinate,
    Finish,
    Join,
    Position,
    Press,
    Resume,
    Screen,
    Switch,
    Welcome,
    Where,
    decode,
)
from bot.survey.conversation.commands import ABOUT_COMMANDS, ABOUT_COORDINATING, COMMANDS, OF_ROLES
from bot.survey.conversation.views import Form, Grid
from bot.survey.phrases import command
from bot.texts.direction import runs
from bot.texts.texts import BETWEEN_LANGUAGES, HOME_LANGUAGE, SOURCE_LANGUAGE, Texts, plain

LINK = re.compile(r"https?://[^\s<\u2066-\u2069]+")
COMMAND = re.compile(r"(?<!\S)/([a-z0-9_]+)")
BOLD, BEGIN_BOLD, END_BOLD = re.compile(r"(</?b>)"), Markup("<b>"), Markup("</b>")
WHOLLY_BOLD = re.compile(r"<b>[^<]*</b>")
CAN_LEAD = re.compile(r"/|\d(?:\D{0,6}\d){7}")
"""Where a text may hold something to tap: links and commands have a stroke, and no number to dial is shorter."""
DIAL = Markup('<a href="tel:{}">{}</a>')
DOT = "• "
NOT_HERE = ("start", "continue", "reminders", "stop")  # nothing is sent to a page
ONWARD: Mapping[Where, str] = {Position(Screen.PICK): "", Position(Screen.INVITED): "/1"}
"""Where the way on leads that stands out from what looks elsewhere, where that is not to where they are: of several
partnerships one is chosen, and whoever is asked again begins."""
MARKS = {**{name: f"\ue000{name}\ue000" for name in ("proof", "once", "standing")}, "response": f":{MOST}:"}
MARKED = re.compile(f"({'|'.join(map(re.escape, MARKS.values()))})")
MOST_STATEMENTS = 500  # kept as they are set; 26 in two languages, with what can be marked on them
REVIEW, PAUSES = Position(Screen.REVIEW), (Position(Screen.PAUSE), Position(Screen.PAUSED))
NUMBER = re.compile(r"/\d+")
ROW = re.compile(r"(\d+)\. ")
LEADS, LEADS_ON, LEADS_END = Markup('<a href="/'), Markup('">'), Markup("</a>")
LONGEST_TITLE = 70  # characters


@dataclass(frozen=True, slots=True)
class HtmlParagraph:
    """One or more lines; a list when each of them begins with a dot."""

    lines: tuple[Markup, ...]
    is_heading: bool = False
    is_list: bool = False
    is_of_links: bool = False
    runs: str = ""  # where that is another way than the page


@dataclass(frozen=True, slots=True)
class HtmlButton:
    """Something to tap: a link when there is a `path`, else a button that sends its `data`."""

    label: str
    data: str
    kind: str
    is_chosen: bool
    path: str
    language: str = ""  # that it names, in that language


@dataclass(frozen=True, slots=True)
class Message:
    """A letter on the page. `parts` are the same text in one language each, the first being the page's own."""

    parts: tuple[tuple[str, tuple[HtmlParagraph, ...]], ...]
    rows: tuple[tuple[HtmlButton, ...], ...] = ()
    attachment: Attachment | None = None
    link: str = ""  # to hand out
    form: Form[str] | None = None
    grid: Grid[str] | None = None
    is_screen: bool = False
    heard: tuple[str, ...] = ()  # where the recordings of it are
    voices: tuple[str, ...] = ()


class Elsewhere(NamedTuple):
    about: str
    opens: str
    link: str


@dataclass(slots=True)
class Pages:
    texts: Texts
    assets: Assets = field(default_factory=Assets)
    calls: bool = False  # whether somebody here can be called
    public_key: Callable[[], str] = str  # what a browser wants to know of who calls it
    accessibility_url: str = ""  # where the organisation published its statement
    words: dict[str, Mapping[str, str]] = field(default_factory=dict)
    menus: dict[tuple[str, bool, str], list[tuple[str, str]]] = field(default_factory=dict)
    statements: OrderedDict[Hashable, list[str]] = field(default_factory=OrderedDict)

    def word(self, name: str, language: str) -> str:
        return self._words(language)[name]

    def elsewhere(self, entrance: Entrance, code: str, language: str) -> Elsewhere:
        """The way to another channel with the same code."""
        about = entrance.channel.about
        said = [self.texts.word(phrase, language) if phrase else "" for phrase in (about.elsewhere, about.opens)]
        return Elsewhere(said[0], said[1], entrance.link(code))

    def for_anybody(self, word: str) -> str:
        """A page with one sentence, in two languages: for when it cannot be known who reads it."""
        letter = Letter(BETWEEN_LANGUAGES.join(self.word(word, one) for one in (HOME_LANGUAGE, SOURCE_LANGUAGE)))
        return self.render(Shown(HOME_LANGUAGE, (letter,)), proof="", once="", path="/")

    def render(self, shown: Shown, *, proof: str, once: str, standing: str = "", **more: Any) -> str:
        """`more` is what the template asks for besides."""
        own = {"proof": proof, "once": once, "standing": standing}
        if self._statement(shown) and not shown.notice and more.keys() == {"path"}:
            return self._set_once(shown, own, more["path"])
        return self._set(shown, **own, **more)

    def _set_once(self, shown: Shown, own: dict[str, str], path: str) -> str:
        """A statement is the same page for everybody who is there with the same answers: it is set for the first of
        them, with marks for what each has of their own, such as the number of their response."""
        rows = shown.letter.rows
        response, mark = f":{rows[0][0][1].split(':')[1]}:", MARKS["response"]
        marked = tuple(tuple((label, data.replace(response, mark, 1)) for label, data in row) for row in rows)
        key = (
            shown.language,
            shown.takes_part,
            shown.role,
            path,
            tuple(shown.values.items()),
            marked,
            shown.letter.heard,
        )
        if key not in self.statements:
            shown = replace(shown, letters=(replace(shown.letter, rows=marked),))
            html = self._set(shown, path=path, **{name: MARKS[name] for name in own})
            self.statements[key] = MARKED.split(html)
            if len(self.statements) > MOST_STATEMENTS:
                self.statements.popitem(last=False)
        given = {MARKS[name]: value for name, value in {**own, "response": response}.items()}
        return "".join([given.get(part, part) for part in self.statements[key]])

    def _set(self, shown: Shown, **more: Any) -> str:
        language, statement = shown.language, self._statement(shown)
        shown = shown if _is_all(shown, more) else replace(shown, letters=tuple(map(_unheard, shown.letters)))
        return template("page.html").render(
            language=language,
            words=self._words(language),
            title=statement["plain"] if statement else _title(shown.letters),
            assets=self.assets.root,
            shown=shown,
            statement=statement,
            messages=[] if statement else self._messages(shown),
            pauses=shown.where in PAUSES,
            records=bool(shown.letters and shown.letter.form and shown.letter.form.records),
            answers=self._rows(shown.letter, shown) if statement else (),
            heard=_addresses(shown.letter) if statement else (),
            voices=self._voices(shown.letter, language) if statement else (),
            menu=self._menu(shown),
            calls=self.calls,
            public_key=self.public_key(),
            accessibility_url=self.accessibility_url,
            **{**NOTHING, **more},
        )

    def _words(self, language: str) -> Mapping[str, str]:
        if language not in self.words:
            self.words[language] = {name: self.texts.word(phrase, language) for name, phrase in WORDS.items()}
        return self.words[language]

    def _menu(self, shown: Shown) -> list[tuple[str, str]]:
        """(address, label) of every command that this person has."""
        key = (shown.language, shown.takes_part, shown.role)
        if key not in self.menus:
            names = [name for name in COMMANDS if name not in NOT_HERE] if shown.takes_part else []
            about = {**ABOUT_COMMANDS, **ABOUT_COORDINATING}
            names += OF_ROLES.get(shown.role, ())
            first = ["continue"] if shown.is_known else []
            said = [(path_of_command(name), self.texts.word(about[name], key[0])) for name in (*first, *names)]
            self.menus[key] = said
        return self.menus[key]

    def _statement(self, shown: Shown) -> Mapping[str, str]:
        """What a statement is made of; nothing on another screen."""
        is_one = isinstance(shown.where, Position) and shown.where.screen == Screen.ITEM
        return {"at": str(shown.where), **shown.values} if is_one else {}

    def _messages(self, shown: Shown) -> list[Message]:
        """What a respondent can take along comes below the words; what a coordinator looks at, above them."""
        every = [self._message(letter, shown, letter is shown.letter) for letter in shown.letters]
        is_below = isinstance(shown.where, Position)
        return sorted(every, key=lambda message: is_below and message.attachment is not None)

    def _message(self, letter: Letter, shown: Shown, is_screen: bool) -> Message:
        own, *below = letter.text.split(BETWEEN_LANGUAGES)
        link = LINK.search(plain(letter.text)) if is_screen and shown.role == "coordinator" else None
        parts = ((shown.language, own), *((SOURCE_LANGUAGE, text) for text in below))
        return Message(
            tuple((language, self._paragraphs(text, shown, language)) for language, text in parts),
            self._rows(letter, shown) if is_screen else (),
            letter.attachment,
            _to_copy(letter, link[0], shown) if link else "",
            letter.form,
            letter.grid,
            is_screen,
            _addresses(letter),
            self._voices(letter, shown.language),
        )

    def _voices(self, letter: Letter, language: str) -> tuple[str, ...]:
        """Who is heard, each once."""
        words = self._words(language)
        names = ((words["computer_reads" if one.computer else "read_by"], one.spoken_by) for one in letter.heard)
        return tuple(dict.fromkeys(said.format(name=name) for said, name in names))

    def _rows(self, letter: Letter, shown: Shown) -> tuple[tuple[HtmlButton, ...], ...]:
        onward = ONWARD.get(shown.where, "/") if isinstance(shown.where, Position | Call) else ""
        rows = (tuple(self._button(label, data, onward) for label, data in row) for row in letter.rows)
        # In the review each row leads to its statement; in a chat there are numbers for that.
        return tuple(row for row in rows if shown.where != REVIEW or not NUMBER.fullmatch(row[0].path))

    def _button(self, label: str, data: str, onward: str) -> HtmlButton:
        press = decode(data)
        is_way = bool(onward) and isinstance(press, Resume)
        kind, path = ("main", onward) if is_way else (self._kind(press), path_of_press(press))
        return HtmlButton(label.removeprefix("✓ "), data, kind, label.startswith("✓ "), path, _named_by(press))

    def _kind(self, press: Press | None) -> str:
        match press:
            case ChooseOption(option=key):
                option = self.texts.checklist.options.get(key)
                return "answer" if option and option.score is not None else "answer apart"
            case Join() | Finish():
                return "main"
            case Call("leave"):
                return "device"
            case Call("write"):
                return "app"
            case _:
                return "aside" if isinstance(press, ASIDE) else ""

    def _paragraphs(self, text: str, shown: Shown, spoken: str) -> tuple[HtmlParagraph, ...]:
        found = []
        for paragraph in filter(None, text.split("\n\n")):
            is_heading, lines = WHOLLY_BOLD.fullmatch(paragraph) is not None, paragraph.split("\n")
            is_list = all(line.startswith(DOT) for line in lines)
            html = [self._line(line.removeprefix(DOT), shown, in_bold=not is_heading) for line in lines]
            numbers = [escape(row[1]) for line in lines if (row := ROW.match(line))] if shown.where == REVIEW else []
            if is_of_links := len(numbers) == len(lines):
                html = [
                    _joined((LEADS, row[0], LEADS_ON, row[1], LEADS_END)) for row in zip(numbers, html, strict=True)
                ]
            found.append(HtmlParagraph(tuple(html), is_heading, is_list, is_of_links, runs(plain(paragraph), spoken)))
        return tuple(found)

    def _line(self, line: str, shown: Shown, *, in_bold: bool) -> Markup:
        """A line with our bold, links and commands made into markup, and nothing else."""
        parts, bold = list[Markup](), False
        for piece in BOLD.split(line):
            if piece in ("<b>", "</b>"):
                bold = piece == "<b>"
            elif piece:
                inner = self._linked(plain(piece), shown)
                parts += (BEGIN_BOLD, inner, END_BOLD) if bold and in_bold else (inner,)
        return _joined(parts)

    def _linked(self, text: str, shown: Shown) -> Markup:
        if not CAN_LEAD.search(text):
            return escape(text)
        html, at = Markup(), 0
        for found in LINK.finditer(text):
            html += self._with_numbers(text[at : found.start()], shown)
            html += Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(found[0])
            at = found.end()
        return html + self._with_numbers(text[at:], shown)

    def _with_numbers(self, text: str, shown: Shown) -> Markup:
        return Markup().join(
            DIAL.format(piece.dial, piece.text) if piece.dial else self._with_commands(piece.text, shown)
            for piece in phone_numbers.pieces(text)
        )

    def _with_commands(self, text: str, shown: Shown) -> Markup:
        """What Telegram makes of a command in a text, for who can use it: something to tap."""
        html, at = Markup(), 0
        for found in COMMAND.finditer(text):
            name = self.texts.commands.get(found[1], "")
            if name not in COMMANDS or name == "start" or shown.role:
                continue
            html += escape(text[at : found.start()])
            label = self.texts.word(command(name), shown.language)
            link = Markup('<a href="{}">{}</a>') if shown.takes_part else Markup("<b>{1}</b>")
            html += link.format(path_of_command(name), label)
            at = found.end()
        return html + escape(text[at:])


def _named_by(press: Press | None) -> str:
    """The language that a button leads to: it says so in that one."""
    match press:
        case Switch(language=code) | Welcome(language=code) | Coordinate(action="language", argument=code):
            return code
        case _:
            return ""


NOTHING: Mapping[str, Any] = {
    "alert": "",
    "code": "",
    "elsewhere": (),
    "link": "",
    "letter_to_self": "",
    "view": "letters",
    "choices": (),
    "told_once": False,
    "link_preview": None,
    "asks_code": False,
    "helping": None,
    "part": "",
}


def _is_all(shown: Shown, more: Mapping[str, Any]) -> bool:
    """Whether nothing stands above it that nobody recorded."""
    return not (shown.notice or more.get("alert"))


def _unheard(letter: Letter) -> Letter:
    return replace(letter, heard=()) if letter.heard else letter


def _addresses(letter: Letter) -> tuple[str, ...]:
    return tuple(audio.path_of(one.digest) for one in letter.heard)


def _to_copy(letter: Letter, link: str, shown: Shown) -> str:
    """The link alone, or all the words that are there to be sent on with it."""
    is_to_send_on = isinstance(shown.where, Coordinate) and shown.where.action == "forward"
    return plain(letter.text.partition("\n\n")[2]) if is_to_send_on else link


def _joined(parts: Iterable[Markup]) -> Markup:
    """Markup's own join would look at each once more; a review has hundreds."""
    return Markup("".join(parts))  # noqa: S704


def mail_to_self(subject: str, about: str, link: str) -> str:
    """Who finds it again later reads first what it is."""
    body = f"{about}\r\n\r\n{link}"
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"


def _title(letters: tuple[Letter, ...]) -> str:
    """What the page is about: the bold words of its screen, or else its first line."""
    if not letters:
        return ""
    text = letters[-1].text
    bold = re.search(r"<b>(.*?)</b>", text)
    return plain(bold[1] if bold else text.partition("\n")[0])[:LONGEST_TITLE]
