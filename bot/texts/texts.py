"""Texts: phrases and views, said in a language.

The locale is always a parameter, never ambient. Catalogues are the `.po` files themselves, compiled when they changed;
one folder under `locales/` is one language, and English is what stands in the source.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from html import escape
from importlib.resources import files
from io import BytesIO
from operator import attrgetter
from pathlib import Path
from textwrap import shorten

from bot.letters import Letter
from bot.survey import checklist as checklists
from bot.survey.checklist import Checklist, Item
from bot.survey.conversation.buttons import encode
from bot.survey.conversation.commands import COMMANDS, SEATED
from bot.survey.conversation.views import Button, Field, Form, Grid, View
from bot.survey.errors import OperatorError
from bot.survey.phrases import Phrase, Value, command
from bot.texts import cldr, languages
from bot.texts.compiled import compiled
from bot.texts.direction import apart, bare
from bot.texts.languages import HOME_LANGUAGE as HOME_LANGUAGE
from bot.texts.languages import SOURCE_LANGUAGE as SOURCE_LANGUAGE

LOCALES = Path(__file__).parents[2] / "locales"
BETWEEN_LANGUAGES = "\n\n— — —\n\n"

NAME = re.compile(r"\{(\w+)\}")
NOTHING: Mapping[str, Value] = {}
NO_LANGUAGE = (
    "no language that is known here. Name the folder after a language, its script and its region (BCP 47), "
    "with _ between them, such as nl, pt_BR or zh_Hant."
)
KEPT = ("bot", "checklist", "language")
AS_IT_CAME = ("verbatim", "language", "beginning")
"""Domains of what may be in another language than the sentence around it."""


class TextsError(OperatorError):
    """Texts cannot be read; the message names every file and what is wrong with it."""


class Texts:
    """Every text in every language. `languages` are the folders found, in order; no readers have tried those
    in `drafts` yet."""

    def __init__(
        self,
        checklist: Checklist,
        catalogues: Mapping[str, Mapping[str, NullTranslations]],
        drafts: frozenset[str] = frozenset(),
    ) -> None:
        self.checklist = checklist
        self.languages = tuple(sorted(catalogues))
        self.drafts = drafts
        self._catalogues = catalogues
        self._labels: dict[tuple[str, str, str, str], str] = {}

    def negotiate(self, wanted: str | None) -> str | None:
        """The language that a phone likes best, of those we speak."""
        return languages.negotiate(wanted, self.languages)

    def say(self, phrase: Phrase, language: str, around: Mapping[str, Value] = NOTHING) -> str:
        """The phrase in a language, with its values escaped; it may also name what those `around` it may."""
        match phrase.domain:
            case "language":
                return languages.autonym(phrase.text)
            case "verbatim":
                return escape(phrase.text, quote=False)
            case "joined":
                return phrase.text.join(self._filled_in(value, language, around) for _, value in phrase.values)
            case "within":
                return self._value(phrase.values[0][1], language, {**around, **dict(phrase.values)})
            case "beginning":
                of = phrase.values[0][1]
                whole = bare(plain(self._value(of, language, around)))  # else what is cut off is not ended
                begun = first_words if isinstance(of, Phrase) and of.domain != "verbatim" else as_begun
                return escape(begun(whole, phrase.count), quote=False)
            case domain:
                text = self._look_up(phrase, self._catalogues[language][domain])
        if "{" not in text:
            return text
        known = {**around, **dict(phrase.values)}
        try:
            return self._fill(text, language, known)
        except (KeyError, IndexError, ValueError):  # a broken translation; the check names it, people get the source
            return self._fill(phrase.text, language, known)

    def _fill(self, text: str, language: str, known: Mapping[str, Value]) -> str:
        named = {name: known[name] for name in names_in(text)}
        text = lines_left(text, tuple(name for name, value in named.items() if value is False))
        return text.format(**{name: self._filled_in(value, language, known) for name, value in named.items()})

    def _filled_in(self, value: Value, language: str, around: Mapping[str, Value]) -> str:
        """A value as it stands in a sentence. What we say ourselves is in the language of the sentence."""
        said = self._value(value, language, around)
        is_ours = isinstance(value, bool) or (isinstance(value, Phrase) and value.domain not in AS_IT_CAME)
        return said if is_ours else apart(said, language)

    def render(self, view: View, language: str) -> str:
        """The text of a view: lines under each other, an empty line between paragraphs."""
        paragraphs = ("\n".join(self.say(line, language) for line in lines) for lines in view.paragraphs if lines)
        return "\n\n".join(paragraphs)

    def buttons(self, view: View, language: str) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The rows of a view as (label, callback data); a chosen answer carries a mark."""
        return tuple(tuple(self._button(button, language) for button in row) for row in view.rows)

    def _button(self, button: Button, language: str) -> tuple[str, str]:
        mark = "✓ " if button.chosen else ""
        return f"{mark}{self._label(button.label, language)}", encode(button.press)

    def _label(self, phrase: Phrase, language: str) -> str:
        """As `word`, and kept: labels without values are few, and stand under every statement."""
        if phrase.values or phrase.domain not in KEPT:
            return self.word(phrase, language)
        key = (phrase.domain, phrase.text, phrase.context, language)
        if key not in self._labels:
            self._labels[key] = self.word(phrase, language)
        return self._labels[key]

    def word(self, phrase: Phrase, language: str) -> str:
        """The phrase without markup and escapes: for labels, pictures and files."""
        return plain(self.say(phrase, language))

    def letter(self, view: View, language: str, replaces: int | None = None) -> Letter:
        """A view as it is sent."""
        form = self._form(view.form, language) if view.form else None
        grid = self._grid(view.grid, language) if view.grid else None
        about = bare(self.word(view.about, language)) if view.about else ""
        rows = self.buttons(view, language)
        return Letter(self.render(view, language), rows, replaces, about=about, form=form, grid=grid)

    def _grid(self, grid: Grid[Phrase], language: str) -> Grid[str]:
        rows = (tuple(self.word(cell, language) for cell in row) for row in grid.rows)
        pictograms = {self.word(cell, language): key for cell, key in grid.pictograms.items()}
        return Grid(tuple(self.word(cell, language) for cell in grid.head), tuple(rows), pictograms)

    def _form(self, form: Form[Phrase], language: str) -> Form[str]:
        fields = tuple(self._field(field, language) for field in form.fields)
        return Form(form.press, self.word(form.send, language), fields)

    def _field(self, field: Field[Phrase], language: str) -> Field[str]:
        hint, error = (self.word(one, language) if one else None for one in (field.hint, field.error))
        return Field(
            field.name,
            self.word(field.label, language),
            field.kept,
            field.kind,
            hint,
            field.between,
            tuple((value, self.word(label, language)) for value, label in field.choices),
            field.language,
            field.value,
            error,
        )

    def values(self, view: View, language: str) -> dict[str, str]:
        """What a screen's one text is made of, each value by its name, said; without those that take a line away."""
        phrase, around = view.paragraphs[0][0], dict[str, Value]()
        while phrase.domain == "within" and isinstance(inner := phrase.values[0][1], Phrase):
            phrase, around = inner, {**around, **dict(phrase.values)}
        known = {**around, **dict(phrase.values)}
        said = ((name, self._value(value, language, known)) for name, value in phrase.values if value is not False)
        return {name: plain(text) for name, text in said}

    def wording(self) -> dict[str, dict[str, str]]:
        """Language -> item number -> fingerprint of everything a respondent reads in that item."""
        return {
            language: {
                str(item.number): checklists.fingerprint(*self.words_of(item, language))
                for item in self.checklist.items.values()
            }
            for language in self.languages
        }

    def words_of(self, item: Item, language: str) -> tuple[str, ...]:
        """All that a respondent reads in this item."""
        return tuple(self.say(text, language) for text in (item.statement, item.plain, item.hint) if text)

    @cached_property
    def commands(self) -> Mapping[str, str]:
        """Every name a command has in any language -> its English name."""
        names = (*COMMANDS, *SEATED)
        own = {self.say(command(name), language): name for name in names for language in self.languages}
        return {**own, **{name: name for name in names}}

    def _value(self, value: Value, language: str, around: Mapping[str, Value]) -> str:
        if isinstance(value, Phrase):
            return self.say(value, language, around)
        if isinstance(value, bool):
            return ""
        if isinstance(value, date):
            return cldr.moment(value, language) if isinstance(value, datetime) else cldr.day(value, language)
        return escape(str(value), quote=False)

    @staticmethod
    def _look_up(phrase: Phrase, catalogue: NullTranslations) -> str:
        if phrase.plural:
            return catalogue.ngettext(phrase.text, phrase.plural, phrase.count)
        if phrase.context:
            return catalogue.pgettext(phrase.context, phrase.text)
        return catalogue.gettext(phrase.text)


@cache
def load(locales: Path = LOCALES) -> Texts:
    """Read the checklist and every catalogue, once in a process; raises with all that cannot be read."""
    folders = sorted(folder for folder in locales.iterdir() if (folder / "LC_MESSAGES").is_dir())
    problems = [problem for folder in folders if (problem := _unknown_language(folder))]
    catalogues: dict[str, dict[str, NullTranslations]] = {}
    for folder in folders:
        catalogues[folder.name] = {}
        for domain in ("bot", "checklist"):
            try:
                catalogues[folder.name][domain] = _catalogue(folder / "LC_MESSAGES" / f"{domain}.po")
            except (OSError, ValueError) as error:
                problems.append(f"{folder.name}/LC_MESSAGES/{domain}.po: {error}")
    if problems or SOURCE_LANGUAGE not in catalogues:
        raise TextsError("\n".join(problems) or f"{locales}: no folder {SOURCE_LANGUAGE}")
    return Texts(the_checklist(), catalogues, frozenset(map(attrgetter("name"), filter(is_draft, folders))))


def is_draft(folder: Path) -> bool:
    """Whether no readers have tried a language yet: its folder says so, and what they should look at first."""
    return (folder / "DRAFT.md").is_file()


def the_checklist() -> Checklist:
    return checklists.parse(files("bot.survey").joinpath("checklist.toml").read_text("utf-8"))


@cache
def names_in(text: str) -> tuple[str, ...]:
    return tuple(NAME.findall(text))


@cache
def lines_left(text: str, without: tuple[str, ...]) -> str:
    """The text without the lines that name one of these, nor the paragraphs of which nothing is left."""
    lines = (line for line in text.split("\n") if not any(name in names_in(line) for name in without))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def as_begun(text: str, most: int) -> str:
    """Its first words, in at most so many characters."""
    return shorten(text, most, placeholder=" …")


first_words = lru_cache(256)(as_begun)
"""The same of what we say ourselves: a review has those of every statement. What people write is not kept here."""


def plain(text: str) -> str:
    """Text without its markup, for labels and notices."""
    return text.replace("<b>", "").replace("</b>", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unknown_language(folder: Path) -> str | None:
    try:
        cldr.about(folder.name)
    except ValueError:
        return f"{folder}: {NO_LANGUAGE}"
    return None


def _catalogue(path: Path) -> NullTranslations:
    content = path.read_bytes()
    return GNUTranslations(BytesIO(compiled(path, "babel", content, lambda: _as_mo(content))))


def _as_mo(content: bytes) -> bytes:
    """What a program reads at once; for each translator's mistake a ValueError."""
    from babel.messages.mofile import write_mo  # once for each change of a text
    from babel.messages.pofile import PoFileError, read_po

    made = BytesIO()
    try:
        write_mo(made, read_po(BytesIO(content), abort_invalid=True))
    except PoFileError as error:
        raise ValueError(str(error)) from error
    return made.getvalue()
