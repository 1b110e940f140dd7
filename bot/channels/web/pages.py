"""Pages: letters -> HTML. Whatever is not our own markup is escaped, here once more.

One template serves every page; what a letter says as text, paragraphs and buttons, this module only sorts.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from bot.channels.port import Entrance, Preview
from bot.channels.web.labels import WORDS
from bot.letters import Attachment, Letter
from bot.survey.conversation.buttons import ChooseOption, Finish, Join, Press, Resume, decode
from bot.survey.conversation.commands import ABOUT_COMMANDS, ABOUT_COORDINATING, COMMANDS, COORDINATING
from bot.survey.phrases import command
from bot.texts.languages import direction_of, tag_of
from bot.texts.texts import BETWEEN_LANGUAGES, HOME_LANGUAGE, SOURCE_LANGUAGE, Texts, plain

HERE = Path(__file__).parent
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
LINK = re.compile(r"https?://[^\s<]+")
COMMAND = re.compile(r"(?<!\S)/([a-z]+)")
BOLD = re.compile(r"(</?b>)")
WHOLLY_BOLD = re.compile(r"<b>[^<]*</b>")
TAP = Markup('<button class="inline" form="menu" name="say" value="/{}">{}</button>')
DOT = "• "
NOT_HERE = ("start", "continue", "reminders", "stop")  # nothing is sent to a page
LONGEST_TITLE = 70  # characters
LONGEST_TYPED = 1_520  # characters: the longest text that a coordinator may send everybody, and its command


@dataclass(frozen=True, slots=True)
class HtmlParagraph:
    """One or more lines; a list when each of them begins with a dot."""

    lines: tuple[Markup, ...]
    is_heading: bool = False
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class HtmlButton:
    label: str
    data: str
    kind: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A letter on the page. `parts` are the same text in one language each, the first being the page's own."""

    number: int
    parts: tuple[tuple[str, tuple[HtmlParagraph, ...]], ...]
    rows: tuple[tuple[HtmlButton, ...], ...]
    attachment: Attachment | None
    link: str = ""  # to hand out

    @property
    def is_statement(self) -> bool:
        return any(button.kind.startswith("answer") for row in self.rows for button in row)


class Elsewhere(NamedTuple):
    about: str
    opens: str
    link: str


class Assets:
    """The style, the script and the sign, each at an address that changes with what is in it."""

    def __init__(self) -> None:
        self._contents = {path.name: path.read_bytes() for path in (HERE / "static").iterdir()}
        stamp = hashlib.sha256(b"".join(self._contents[name] for name in sorted(self._contents))).hexdigest()[:10]
        self.root = f"/static/{stamp}/"

    def find(self, name: str) -> tuple[bytes, str] | None:
        """The content and its kind."""
        content = self._contents.get(name)
        return (content, KINDS[name.rpartition(".")[2]]) if content is not None else None


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(tag=tag_of, direction=direction_of)
    return environment.get_template("page.html")


class Pages:
    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.assets = Assets()
        self._template = _template()

    def word(self, name: str, language: str) -> str:
        return self._texts.word(WORDS[name], language)

    def elsewhere(self, entrance: Entrance, code: str, language: str) -> Elsewhere:
        """The way to another channel with the same code."""
        about = entrance.channel.about
        said = [self._texts.word(phrase, language) if phrase else "" for phrase in (about.elsewhere, about.opens)]
        return Elsewhere(said[0], said[1], entrance.link(code))

    def for_anybody(self, word: str) -> str:
        """A page with one sentence, in two languages: for when it cannot be known who reads it."""
        letter = Letter(BETWEEN_LANGUAGES.join(self.word(word, one) for one in (HOME_LANGUAGE, SOURCE_LANGUAGE)))
        return self.render(Preview(HOME_LANGUAGE, letter), {1: letter}, proof="", once="")

    def render(self, preview: Preview, letters: dict[int, Letter], **more: Any) -> str:
        """The page for somebody with these letters; `more` is what the template asks for besides."""
        language = preview.language
        screen = next((number for number, letter in reversed(letters.items()) if letter.rows), None)
        messages = [self._message(number, letter, preview, number == screen) for number, letter in letters.items()]
        return self._template.render(
            language=language,
            words={name: self._texts.word(phrase, language) for name, phrase in WORDS.items()},
            title=_title(letters[screen] if screen else next(reversed(letters.values()), None)),
            assets=self.assets.root,
            messages=messages,
            now=screen or next(reversed(letters), 0),
            preview=preview,
            longest=LONGEST_TYPED,
            menu=self._menu(preview),
            **{**NOTHING, **more},
        )

    def _menu(self, preview: Preview) -> list[tuple[str, str]]:
        """(what to say, label) of every command that this person has."""
        names = [name for name in COMMANDS if name not in NOT_HERE] if preview.takes_part else []
        about = {**ABOUT_COMMANDS, **ABOUT_COORDINATING}
        if preview.role:
            names += COORDINATING if preview.role == "coordinator" else ["summary"]
        first = ["continue"] if preview.is_known else []
        return [(f"/{name}", self._texts.word(about[name], preview.language)) for name in (*first, *names)]

    def _message(self, number: int, letter: Letter, preview: Preview, is_screen: bool) -> Message:
        own, *below = letter.text.split(BETWEEN_LANGUAGES)
        link = LINK.search(plain(letter.text))
        ways = [data for row in letter.rows for _, data in row if isinstance(decode(data), Resume)]
        way = ways[0] if len(ways) == 1 else ""  # several are partnerships to choose from
        parts = ((preview.language, own), *((SOURCE_LANGUAGE, text) for text in below))
        return Message(
            number,
            tuple((language, self._paragraphs(text, preview)) for language, text in parts),
            tuple(tuple(self._button(of, way) for of in row) for row in letter.rows) if is_screen else (),
            letter.attachment,
            link[0] if link and is_screen and preview.role == "coordinator" else "",
        )

    def _button(self, of: tuple[str, str], way: str) -> HtmlButton:
        """`way` is the one button that goes on with the statements: it stands out from those that look elsewhere."""
        label, data = of
        kind = "main" if data == way else self._kind(decode(data))
        return HtmlButton(label.removeprefix("✓ "), data, kind, label.startswith("✓ "))

    def _kind(self, press: Press | None) -> str:
        match press:
            case ChooseOption(option=key):
                option = self._texts.checklist.options.get(key)
                return "answer" if option and option.score is not None else "answer apart"
            case Join() | Finish():
                return "main"
            case _:
                return ""

    def _paragraphs(self, text: str, preview: Preview) -> tuple[HtmlParagraph, ...]:
        found = []
        for paragraph in filter(None, text.split("\n\n")):
            is_heading, lines = WHOLLY_BOLD.fullmatch(paragraph) is not None, paragraph.split("\n")
            is_list = all(line.startswith(DOT) for line in lines)
            html = (self._line(line.removeprefix(DOT), preview, in_bold=not is_heading) for line in lines)
            found.append(HtmlParagraph(tuple(html), is_heading, is_list))
        return tuple(found)

    def _line(self, line: str, preview: Preview, *, in_bold: bool) -> Markup:
        """A line with our bold, links and commands made into markup, and nothing else."""
        html = Markup()
        bold = False
        for piece in BOLD.split(line):
            if piece in ("<b>", "</b>"):
                bold = piece == "<b>"
            elif piece:
                inner = self._linked(plain(piece), preview)
                html += Markup("<b>{}</b>").format(inner) if bold and in_bold else inner
        return html

    def _linked(self, text: str, preview: Preview) -> Markup:
        html, at = Markup(), 0
        for found in LINK.finditer(text):
            html += self._with_commands(text[at : found.start()], preview)
            html += Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(found[0])
            at = found.end()
        return html + self._with_commands(text[at:], preview)

    def _with_commands(self, text: str, preview: Preview) -> Markup:
        """What Telegram makes of a command in a text, for who can use it: something to tap."""
        html, at = Markup(), 0
        for found in COMMAND.finditer(text):
            name = self._texts.commands.get(found[1], "")
            if name not in COMMANDS or name == "start" or preview.role:
                continue
            html += escape(text[at : found.start()])
            label = self._texts.word(command(name), preview.language)
            html += TAP.format(name, label) if preview.takes_part else Markup("<b>{}</b>").format(label)
            at = found.end()
        return html + escape(text[at:])


NOTHING: Mapping[str, Any] = {
    "alert": "",
    "code": "",
    "elsewhere": (),
    "link": "",
    "letter_to_self": "",
    "view": "chat",
    "choices": (),
    "version": "",
}


def mail_to_self(subject: str, link: str) -> str:
    return f"mailto:?subject={quote(subject)}&body={quote(link)}"


def _title(letter: Letter | None) -> str:
    """What the page is about: the bold words of its screen, or else its first line."""
    if letter is None:
        return ""
    bold = re.search(r"<b>(.*?)</b>", letter.text)
    return plain(bold[1] if bold else letter.text.partition("\n")[0])[:LONGEST_TITLE]
