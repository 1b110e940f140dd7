"""What a walk costs whoever takes it: taps, scrolls and words, on the screens and in the letters of phones.

`python -m bench.walk [--short]`. A robot in a real Chromium answers all statements and presses Done. It knows nothing
of a page but its words, its buttons and where they are, so that any page can be measured.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import options
from bench.figures import table
from tests.browser import PHONES, Browser, Tab, chromium, missing
from tests.house import Clock, House
from tests.telegram_server import TelegramServer

LANGUAGES, HEIGHTS, ITEMS = ("nl", "en"), (640, 560), 26
SCALE = ("no", "rather_no", "middle", "rather_yes", "yes")
ANSWERS = 'button[value^="a:"]'
COLUMNS = (
    "letters", "screen", "language", "taps", "taps that needed a scroll", "scrolls", "scrolls if all is Yes",
    "five in sight", "seven in sight", "words before the first tap", "words of the statements", "words in all",
)  # fmt: skip


@dataclass(frozen=True)
class Phone:
    font: str
    height: int
    text: float = 1.0

    def __str__(self) -> str:
        return f"360 x {self.height}" + (f", text {self.text:.0%}" if self.text != 1 else "")


@dataclass(frozen=True)
class Home:
    """A survey that runs, and phones."""

    house: House
    browser: Browser
    invitation: str


@dataclass
class Walk:
    """What is counted on the way."""

    before: int = 0  # words, up to the first button that goes on
    words: list[int] = field(default_factory=list)  # of each screen
    scrolls: list[int] = field(default_factory=list)  # before each tap
    to_yes: list[int] = field(default_factory=list)
    five: int = 0  # statements with so many answers in sight
    seven: int = 0


def main() -> int:
    phones = [Phone(font, height) for font in PHONES for height in HEIGHTS] + [Phone("Roboto", 640, 2.0)]
    print(asyncio.run(measure(phones[:1] if options.read(__doc__, short=False).short else phones)))
    return 0


async def measure(phones: list[Phone]) -> str:
    rows = list[tuple[str, ...]]()
    for phone in phones:
        if why := missing(phone.font):
            print(why, file=sys.stderr)
            continue
        async with at_home(phone.font) as home:
            for language in LANGUAGES:
                found = await walk(await arrived(home, phone, language), phone.font)
                rows.append((phone.font, str(phone), language, *row(found)))
                print(*rows[-1], file=sys.stderr)
    async with at_home("") as home:
        went = await back(home.house, await arrived(home, Phone("", HEIGHTS[0]), LANGUAGES[0]))
    return f"\n## A walk, as a robot takes it\n\n{table(COLUMNS, rows)}\n\n" + "\n".join(f"- {one}" for one in went)


@asynccontextmanager
async def at_home(font: str) -> AsyncIterator[Home]:
    clock = Clock()
    with TemporaryDirectory() as folder, chromium(font) as address:
        async with (
            TelegramServer(clock=clock.timestamp) as server,
            House(Path(folder), server, clock) as house,
            Browser(address) as browser,
        ):
            yield Home(house, browser, f"{house.page}/i/{house.add().invitation}")


async def arrived(home: Home, phone: Phone, language: str) -> Tab:
    tab = await home.browser.tab(language)
    await tab.look(height=phone.height, text=phone.text)
    await tab.open(home.invitation)
    return tab


async def walk(tab: Tab, font: str) -> Walk:
    """From the invitation to the thanks; the answers are all five in turn."""
    counted = Walk()
    used = await tab.fonts(begins("j:"))
    assert all(one.startswith(font) for one in used), f"it is set in {used}"  # a weight may have a name of its own
    counted.before = await tab.run(f"({WORDS})(document.querySelector('{begins('j:')}'))")
    await step(tab, begins("j:"), begins("k:"), counted)
    await step(tab, begins("k:"), of(1), counted)
    for item in range(1, ITEMS + 1):
        await look(tab, item, counted)
        await step(tab, of(item, SCALE[item % len(SCALE)]), then(item), counted)
    await step(tab, begins("f:"), "", counted)
    counted.words.append(await tab.run(f"({WORDS})()"))
    return counted


async def look(tab: Tab, item: int, counted: Walk) -> None:
    """What of a statement is in sight as it comes."""
    values = await tab.in_sight(f"[...document.querySelectorAll('{ANSWERS}')]")
    options = {value.split(":")[3] for value in values}
    counted.five += options >= {*SCALE}
    counted.seven += len(options) == len(SCALE) + 2
    counted.to_yes.append(await tab.run(f"({SWIPES})('{of(item, 'yes')}')"))


async def step(tab: Tab, button: str, following: str, counted: Walk) -> None:
    """A screen: its words, how far the button is, and a tap on it."""
    counted.words.append(await tab.run(f"({WORDS})()"))
    counted.scrolls.append(await tab.run(f"({SWIPES})('{button}')"))
    await tap(tab, button, following)


async def tap(tab: Tab, button: str, following: str) -> None:
    await tab.press(button)
    here = f"document.querySelector('{following}')" if following else f"!document.querySelector('{button}')"
    await tab.until(f"!document.body.classList.contains('busy') && document.querySelector('main') && {here}")


def begins(letter: str) -> str:
    return f'button[value^="{letter}"]'


def of(item: int, option: str = SCALE[0]) -> str:
    return f'{ANSWERS}[value$=":{item}:{option}"]'


def then(item: int) -> str:
    """What is there when this statement is answered."""
    return of(item + 1) if item < ITEMS else begins("f:")


def row(found: Walk) -> tuple[str, ...]:
    scrolled, statements = sum(map(bool, found.scrolls)), found.words[2 : 2 + ITEMS]
    numbers = (len(found.scrolls), scrolled, sum(found.scrolls), sum(found.to_yes), found.five, found.seven)
    return tuple(map(str, (*numbers, found.before, sum(statements), sum(found.words))))


async def back(house: House, tab: Tab) -> list[str]:
    """Where the phone's Back leads from statement 9, and from the thanks; and whether Done is still done."""
    await tap(tab, begins("j:"), begins("k:"))
    await tap(tab, begins("k:"), of(1))
    for item in range(1, 9):
        await tap(tab, of(item, "middle"), then(item))
    said = f"Back at statement 9: {await went_back(tab)}"
    if not await tab.run(HERE):
        await tab.run("setTimeout(() => history.forward(), 0); 0")
    await tab.until(HERE)
    for item in range(await tab.run(HERE), ITEMS + 1):
        await tap(tab, of(item, "yes"), then(item))
    await tap(tab, begins("f:"), "")
    after = await went_back(tab)
    done = house.rows("SELECT count(*) FROM responses WHERE completed_at IS NOT NULL")[0][0]
    return [said, f"Back after Done: {after}; {done} of 1 responses is completed"]


async def went_back(tab: Tab) -> str:
    await tab.run("setTimeout(() => history.back(), 0); 0")
    await asyncio.sleep(2)
    address = str(await tab.run("location.href"))
    if not address.startswith("http"):
        return f"the survey is left, for {address}"
    item, marked = await tab.run(HERE), await tab.run(MARKED)
    return f"at {await tab.run('location.pathname')}, statement {item or 'none'}, marked: {marked or 'nothing'}"


HERE = f"Number(document.querySelector('{ANSWERS}')?.value.split(':')[2] || 0)"
MARKED = f"""document.querySelector('{ANSWERS}[aria-current], {ANSWERS}[aria-pressed=true]')?.value || ''"""
SWIPES = """button => {
    const {top, bottom} = document.querySelector(button).getBoundingClientRect();
    return Math.ceil(Math.max(bottom - innerHeight, -top, 0) / (0.75 * innerHeight));
}"""
WORDS = """until => {
    const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), found = [];
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (until && !(until.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_PRECEDING)) break;
        const about = text.parentElement;
        if (!about.closest('button, .button, summary, textarea') && about.checkVisibility()) found.push(text.data);
    }
    return found.join(' ').split(/\\s+/).filter(one => /[\\p{L}\\p{N}]/u.test(one)).length;
}"""


if __name__ == "__main__":
    sys.exit(main())
