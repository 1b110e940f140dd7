"""The pages as they are written: what a page needs before there is a site."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from bot.channels.web.labels import WORDS
from bot.survey.conversation.commands import ABOUT_COMMANDS, ABOUT_COORDINATING
from bot.texts.texts import Texts
from tests.house import ROOT
from website.assembly import Half, Page, halves, navigation
from website.links import broken
from website.pictures import words_of

DUTCH = ROOT / "docs" / "nl"
OF_COORDINATORS = sorted(DUTCH.glob("*.md"))
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
BUTTON = re.compile(r"(?<![*\w])\*([^*\n]+(?:\n[^*\n]+)?)\*(?![*\w])")
IN_THE_MENU = re.compile(r"in het menu[^.?!]*")
SENTENCE = re.compile(r"(?<=[.?!:;])[”*)]*\s+|\n\s*\n|\n\s*(?:[-*>#]|\d+\.)+ |\|")
SMALLEST_ALT, LARGEST_PICTURE, MOST_WORDS = 60, 60_000, 15


@cache
def dutch() -> frozenset[str]:
    """Each text as a whole: half a name is not what stands on a button."""
    files = (ROOT / "locales/nl/LC_MESSAGES").glob("*.po")
    texts = "".join(file.read_text("utf-8") for file in files).replace('"\n"', "")
    return frozenset(re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', texts, re.MULTILINE))


@pytest.mark.parametrize("page", OF_COORDINATORS, ids=lambda page: page.name)
def test_a_button_that_a_page_names_is_called_so_in_the_product(page: Path) -> None:
    named = {" ".join(found.split()) for found in BUTTON.findall(page.read_text("utf-8"))}
    assert [name for name in named if name not in dutch()] == []


@pytest.mark.parametrize("page", OF_COORDINATORS, ids=lambda page: page.name)
def test_what_a_page_says_is_in_the_menu_is_there(page: Path, texts: Texts) -> None:
    offered = (*ABOUT_COMMANDS.values(), *ABOUT_COORDINATING.values(), WORDS["messages"])
    menu = {texts.word(phrase, "nl") for phrase in offered}
    assert {name for said in IN_THE_MENU.findall(page.read_text("utf-8")) for name in BUTTON.findall(said)} <= menu


@pytest.mark.parametrize("page", OF_COORDINATORS, ids=lambda page: page.name)
def test_a_sentence_is_short(page: Path) -> None:
    text = re.sub(r"!?\[([^\]]*)\]\([^)\s]+\)", r"\1", page.read_text("utf-8"))
    found = [" ".join(sentence.split()) for sentence in SENTENCE.split(text)]
    assert [sentence for sentence in found if len(sentence.split()) > MOST_WORDS] == []


def test_every_picture_is_told_in_words_and_is_small() -> None:
    pages = [*OF_COORDINATORS, ROOT / "README.md"]
    shown = [(page, *found) for page in pages for found in PICTURE.findall(page.read_text("utf-8"))]
    files = {(page.parent / target).resolve() for page, _, target in shown}
    assert [(page.name, told) for page, told, _ in shown if len(told) < SMALLEST_ALT] == []
    assert set(DUTCH.glob("beelden/*.png")) <= files, "each is shown somewhere"
    assert [file.name for file in files if file.suffix == ".png" and file.stat().st_size > LARGEST_PICTURE] == []
    assert [file.name for file in files if file.suffix == ".png" and not words_of(file)] == []


def test_links_that_leave_a_half_become_addresses_and_those_to_other_files_words() -> None:
    """What stands in code stays as it is, and so does what is not there: then the generator says so."""
    english = next(half for half in halves() if half.language == "en")
    paper = DUTCH / "papers" / "one.md"
    page = Page(Half("nl", DUTCH, "", {"papers/one.md": paper}, {}), [english], paper)
    came = (
        "[a](../../running.md#settings) [b](../../../dev.py) [c](none.md) `[d](../../../dev.py)` [e](https://f.example)"
    )
    goes = "[a](../en/docs/running/#settings) b [c](none.md) `[d](../../../dev.py)` [e](https://f.example)"
    assert page.written(came) == goes


def test_a_folder_in_the_navigation_is_its_pages_and_what_nobody_wrote_is_left_out() -> None:
    files = {name: DUTCH / name for name in ("index.md", "papers/b.md", "papers/README.md", "papers/a.png")}
    wanted = [{"First": "index.md"}, {"Papers": "papers/"}, {"Later": "later/"}, {"More": ["none.md", "index.md"]}]
    assert navigation(Half("nl", DUTCH, "", files, {"nav": wanted})) == [
        {"First": "index.md"}, {"Papers": ["papers/README.md", "papers/b.md"]}, {"More": ["index.md"]},
    ]  # fmt: skip


def test_every_dutch_page_is_in_the_navigation() -> None:
    half = next(half for half in halves() if half.language == "nl")
    assert {name for name in half.files if name.endswith(".md") and name not in json.dumps(navigation(half))} == set()


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    one = '<a href="two.html#no"></a><a href="none/"></a><img src="https://else.example/a"><a href="#a" id="a"></a>'
    two = '<p id="yes"></p><a href="/one.html#a"></a><a href="https://else.example"></a>'
    (tmp_path / "one.html").write_text(one)
    (tmp_path / "two.html").write_text(two)
    assert broken(tmp_path) == [
        "one.html: two.html#no: no such place on that page",
        "one.html: none/: not there",
        "one.html: https://else.example/a: fetched from elsewhere",
    ]
