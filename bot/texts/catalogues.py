"""Catalogues: what must be translated, and whether it is. For developers and translators, never at run time.

`update` brings every catalogue to the texts in the source; `check` names each missing, stale, broken or too long text
with file, place and language, all at once.
"""

import re
import string
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from gettext import c2py
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.survey.conversation.commands import COMMANDS, SEATED
from bot.survey.phrases import as_shown, command
from bot.texts import limits
from bot.texts.direction import begins_against, direction_of
from bot.texts.languages import autonym, tag_of
from bot.texts.texts import LOCALES, SOURCE_LANGUAGE, Texts, TextsError, is_draft, load, the_checklist

DOMAINS = ("bot", "checklist")
ROOMS = Path(__file__).parents[1]
KEYWORDS = {"say": None, "say_n": (1, 2)}
MOST_COUNTED = 1000  # of which a plural form is looked up
COMMAND, FILE_NAME = re.compile("[a-z0-9_]+"), re.compile("[a-z0-9]+(-[a-z0-9]+)*")
Marks = tuple[list[str], int, int]
STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
UNSAID = re.compile(r"\{[^}]*\}|</?b>")
"""What begins no line: markup, and values, which say nothing, or are set apart, or begin as the sentence does."""
NOT_KEPT = ('"POT-', '"PO-', '"Report-', '"Last-', '"Language-Team', '"Generated-', '"Project-')


def main(arguments: list[str]) -> int:
    if arguments == ["update"]:
        update(LOCALES)
        return 0
    if arguments != ["check"]:
        print("usage: python -m bot.texts.catalogues check|update", file=sys.stderr)
        return 2
    problems = list(check(LOCALES))
    print("\n".join(problems) or "catalogues: every text in every language", file=sys.stderr)
    return 1 if problems else 0


def update(locales: Path) -> None:
    """Write every catalogue anew: new texts empty, changed ones marked, texts no longer used removed."""
    for folder in _folders(locales):
        update_language(folder)


def update_language(folder: Path) -> None:
    for domain in DOMAINS:
        path = folder / "LC_MESSAGES" / f"{domain}.po"
        empty = Catalog(Locale.parse(folder.name), project="samenspraak", fuzzy=False)
        catalogue = _read(path, folder.name) if path.exists() else empty
        catalogue.update(sources()[domain], no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        _write(path, catalogue)


def check(locales: Path) -> Iterator[str]:
    """Every problem of every catalogue, as `file: text: problem`."""
    try:
        texts = load(locales)
    except TextsError as error:
        yield from str(error).splitlines()
        return
    yield from _ambiguous(texts)
    wanted, most = sources(), text_limits()
    for folder in _folders(locales):
        if texts.negotiate(tag_of(folder.name)) != folder.name:
            yield f"{folder.name}: nobody can choose it, for there is another folder of the same language"
        for domain in DOMAINS:
            found = _read(folder / "LC_MESSAGES" / f"{domain}.po", folder.name)
            for problem in _problems(wanted[domain], found, folder.name, most):
                yield f"{folder.name}/LC_MESSAGES/{domain}.po: {problem}"


def _ambiguous(texts: Texts) -> Iterator[str]:
    """Names of commands that mean something else in another language: a chat does not tell which one is spoken."""
    names = (*COMMANDS, *SEATED)
    meant: dict[str, str] = {name: name for name in names}
    for language in texts.languages:
        for name in names:
            word = texts.say(command(name), language)
            if meant.setdefault(word, name) != name:
                other = f"{word!r} is {meant[word]!r} in another language"
                yield f"{language}/LC_MESSAGES/bot.po: command: {name!r}: {other}"


def sources() -> dict[str, Catalog]:
    """The texts in the source: the bot's own sentences, and the checklist's."""
    own, checklist = Catalog(), Catalog()
    for _, _, text, _, context in extract_from_dir(ROOMS, [("**.py", "python")], keywords=KEYWORDS):
        own.add(as_shown(text) if isinstance(text, str) else tuple(map(as_shown, text)), context=context)
    for name in (*COMMANDS, *SEATED):
        own.add(name, context="command")
    for phrase, _limit in the_checklist().phrases():
        checklist.add(phrase.text, context=phrase.context)
    return {"bot": own, "checklist": checklist}


def text_limits() -> dict[tuple[str, str], int]:
    """(context, text) -> the most characters it may have in any language."""
    items = {(phrase.context, phrase.text): limit for phrase, limit in the_checklist().phrases()}
    commands = {("command", name): limits.COMMAND for name in (*COMMANDS, *SEATED)}
    return {**items, **commands, **{("", text): most for text, most in limits.of_source(ROOMS).items()}}


def _problems(wanted: Catalog, found: Catalog, language: str, allowed: dict[tuple[str, str], int]) -> Iterator[str]:
    for message in wanted:
        if message.id and (translated := found.get(message.id, message.context)) is None:
            yield f"{_name(message)}: missing"
        elif message.id and translated:
            yield from (f"{_name(message)}: {problem}" for problem in _faults(translated, language, allowed))
    for message in found:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"{_name(message)}: stale, no longer in the source"


def _faults(message: Message, language: str, allowed: dict[tuple[str, str], int]) -> Iterator[str]:
    originals, texts = _forms(message.id), _forms(message.string)
    if not all(texts):
        if language != SOURCE_LANGUAGE:
            yield "not translated"
        return
    if message.fuzzy:
        yield "marked fuzzy: read it again and remove the mark"
    most, wanted = allowed.get((message.context or "", originals[0]), limits.ANYWHERE), _marks(originals[-1])
    for number, text in enumerate(texts):
        if len(text) > most:
            yield f"{len(text)} characters, more than {most}"
        found = _marks(text)
        if found != wanted and not (found == _uncounted(wanted) and _is_of_one_number(language, number, len(texts))):
            yield f"needs the same {{names}} and <b>, line by line, as the source: {originals[-1]!r}"
        yield from _signs(text, language)
    yield from _wrong_name(message.context or "", originals[0], texts[0])


def _wrong_name(context: str, original: str, name: str) -> Iterator[str]:
    """What is a name to a program, in letters that it takes."""
    if context == "command" and not COMMAND.fullmatch(name):
        yield f"{name!r} is no name of a command: Telegram takes a to z, 0 to 9 and _ alone, so write it in those"
    if FILE_NAME.fullmatch(original) and "-" in original and not FILE_NAME.fullmatch(name):
        yield f"{name!r} is no name of a file: a to z, 0 to 9 and - alone"


def _signs(text: str, language: str) -> Iterator[str]:
    """What is wrong with how it runs, from right to left or from left to right."""
    if STEERING.search(text):
        yield "holds a sign that nobody sees and that steers direction; names are set apart without it"
    if direction_of(language) == "rtl" and "→" in text:
        yield "has an arrow → that points against the reading: write ←"
    for line in text.split("\n"):
        if begins_against(UNSAID.sub("", line), language):
            yield f"has a line that begins with a word from left to right, so that a chat has it run so: {line[:40]!r}"


@cache
def _is_of_one_number(language: str, number: int, forms: int) -> bool:
    """Whether a plural form is for a single number, such as two in Arabic: its words say which."""
    if forms == 1:
        return False
    chosen = c2py(Catalog(Locale.parse(language)).plural_expr)
    return sum(chosen(count) == number for count in range(MOST_COUNTED)) == 1


def _uncounted(marks: list[Marks]) -> list[Marks]:
    lines = (([name for name in names if name != "count"], begun, ended) for names, begun, ended in marks)
    return sorted(found for found in lines if any(found))


def _marks(text: str) -> list[Marks]:
    """The `{names}` and tags of each line that has any, for a value can take its line away."""
    marks = ((_names(line), line.count("<b>"), line.count("</b>")) for line in text.split("\n"))
    return sorted(found for found in marks if any(found))


def _names(text: str) -> list[str]:
    """The `{names}` of a text; an unreadable one equals no other."""
    try:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError:
        return ["unreadable"]


def _forms(text: str | Sequence[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _name(message: Message) -> str:
    return f"{message.context}: " * bool(message.context) + repr(_forms(message.id)[0][:60])


def _folders(locales: Path) -> list[Path]:
    return sorted(folder for folder in locales.iterdir() if (folder / "LC_MESSAGES").is_dir())


def _read(path: Path, language: str) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), locale=language)


def _write(path: Path, catalogue: Catalog) -> None:
    """Without the header lines that would differ each time, or say nothing."""
    catalogue.header_comment = f"# {autonym(str(catalogue.locale))}. Each text stands under its English source.\n"
    catalogue.header_comment += (
        "# A value can take its line away; {if_page} and the like do only that, and say nothing."
    )
    if is_draft(path.parents[1]):
        catalogue.header_comment += "\n# A draft, not yet tried by readers: see DRAFT.md."
    written = BytesIO()
    write_po(written, catalogue, width=110)
    lines = written.getvalue().decode().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(NOT_KEPT)), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
