"""Pictures of the product for the site and the README, made of the running product: `python -m website.pictures`.

A picture keeps the words that stood on it, so that a test can tell when the product says something else by now, on a
machine with other letters too.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from bot.rendering import drawing
from bot.rendering.posters import poster_pdf
from bot.results.reports import as_said, read_report
from storage import partnerships
from tests.browser import Browser, Tab, chromium, missing
from website.assembly import REPOSITORY
from website.rehearsed import Rehearsed, rehearsed

PICTURES = REPOSITORY / "docs" / "nl" / "beelden"
TOGETHER = REPOSITORY / "docs" / "page.png"
SIDE_BY_SIDE = ("zin", "dank", "zin-donker", "overzicht")  # on `page.png`
ONLY_THERE = {"zin-donker", "welkom-donker"}
PHONE, TALL = 640, 860  # of a phone that is 360 wide
COLOURS = 96  # enough for a screen of ours, and a third of the bytes
WORDS = "Words"
STATEMENTS = 26
POSTER_LINK, POSTER_TYPED = "https://samenspraak.example.org/i/voorbeeld", "samenspraak.example.org/KR7N-5XT2"
AT_REST = """document.activeElement?.blur();
    document.getAnimations().forEach(one => one.finish());
    document.fonts.ready.then(() => new Promise(requestAnimationFrame)).then(() => 0)"""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was seen, and the words that stood there."""

    image: Image.Image
    words: str


def main() -> None:
    for file, picture in asyncio.run(made()).items():
        save(picture, file)


async def made() -> Mapping[Path, Picture]:
    """Every picture as it should be now, by the file that it belongs in."""
    with tempfile.TemporaryDirectory() as folder:
        found = await drawn(Path(folder))
    alone = {PICTURES / f"{name}.png": picture for name, picture in found.items() if name not in ONLY_THERE}
    return {**alone, TOGETHER: together([found[name] for name in SIDE_BY_SIDE])}


async def drawn(folder: Path) -> Mapping[str, Picture]:
    """All that is seen, by name, of what happens in this order in one partnership."""
    async with rehearsed(folder) as shown, _browser() as browser:
        found = {name: picture async for name, picture in Resident(shown, await browser.tab("nl")).walk()}
        dark = await browser.tab("nl", dark=True)
        found |= {f"{name}-donker": picture async for name, picture in Resident(shown, dark).begin()}
        found |= {name: picture async for name, picture in coordinate(shown, await browser.tab("nl"))}
        return found | papers(shown)


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    with chromium("" if missing("Roboto") else "Roboto") as address:
        async with Browser(address) as browser:
            yield browser


class Resident:
    """Somebody who opens the invitation, and answers all there is."""

    def __init__(self, shown: Rehearsed, tab: Tab) -> None:
        self.shown, self.tab = shown, tab

    async def walk(self) -> AsyncIterator[tuple[str, Picture]]:
        async for name, picture in self.begin():
            yield name, picture
        await self.tab.click("Pauze")
        await self.tab.sees("Even pauze")
        yield "pauze", await seen(self.tab)
        await self.tab.open(f"{self.shown.page}/2")
        for item in range(2, STATEMENTS + 1):
            await self._answer(item)
        await self.tab.sees("Klaar")
        yield "nakijken", await seen(self.tab)
        await self.tab.click("Klaar")
        await self.tab.sees("Dank u wel!")
        yield "dank", await seen(self.tab)

    async def begin(self) -> AsyncIterator[tuple[str, Picture]]:
        await self.tab.open(f"{self.shown.page}/i/{self.shown.invitation}")
        yield "welkom", await seen(self.tab)
        await self.tab.click("Ja, ik doe mee")
        await self.tab.click("Ik woon hier of ik ben vrijwilliger")
        await self._answer(1)
        await self.tab.sees("Zin 2 van 26")
        yield "zin", await seen(self.tab)

    async def _answer(self, item: int) -> None:
        await self.tab.sees(f"Zin {item} van {STATEMENTS}")
        await self.tab.click(("Ja", "Meer ja dan nee", "Ertussenin")[item % 3])


async def coordinate(shown: Rehearsed, tab: Tab) -> AsyncIterator[tuple[str, Picture]]:
    """Who opens the coordinator's link on a Monday, looks, and closes the round."""
    await tab.open(f"{shown.page}/i/{shown.coordinator}")
    await tab.click("Ja, ga verder")
    await tab.sees("Begin met uitnodigen")
    for name, address, words, height in (
        ("overzicht", "home", "Wat wilt u doen?", PHONE),
        ("samenvatting", "summary", "Om over te praten", TALL),
    ):
        await tab.open(f"{shown.page}/coordinate/{address}/{shown.partnership.id}")
        await tab.sees(words)
        await tab.look(height=height)
        yield name, await seen(tab)
    await tab.open(f"{shown.page}/coordinate/close/{shown.partnership.id}")
    await tab.click("Ja, sluiten")
    await tab.sees("gesloten")


async def seen(tab: Tab) -> Picture:
    """The screen as it is when all has come to rest."""
    await tab.run(AT_REST)
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        await tab.picture(Path(file.name))
        return Picture(Image.open(file.name).convert("RGB"), _told(await tab.text()))


def papers(shown: Rehearsed) -> dict[str, Picture]:
    """The first page of the poster, the report and the sheet for the conversation."""
    texts, partnership = shown.app.texts, shown.partnership
    with shown.app.database.transaction() as tx:
        wave = partnerships.last_wave(tx, partnership.id)
        report = read_report(tx, texts, partnership, wave, shown.app.clock())
    assert report, "the round is closed and enough people are done"
    whole, sheet = (as_said(texts, report, "nl", sheet_only=only) for only in (False, True))
    return {
        "poster": first_page(poster_pdf(texts, partnership, POSTER_LINK, typed=POSTER_TYPED)),
        "verslag": first_page(drawing.pdf("report", whole)),
        "gespreksblad": first_page(drawing.pdf("report", sheet)),
    }


def first_page(pdf: bytes) -> Picture:
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf)[0]
    return Picture(page.render(scale=1.3).to_pil().convert("RGB"), _told(page.get_textpage().get_text_range()))


def together(pictures: list[Picture]) -> Picture:
    """Side by side, each as wide as a finger is long on the screen of a desk."""
    small = [ImageOps.expand(ImageOps.contain(one.image, (250, 445)), 1, "#5f7d75") for one in pictures]
    gap, width, height = 10, max(one.width for one in small), max(one.height for one in small)
    sheet = Image.new("RGB", (len(small) * (width + gap) - gap, height), "white")
    for number, one in enumerate(small):
        sheet.paste(one, (number * (width + gap), 0))
    return Picture(sheet, "\n".join(one.words for one in pictures))


def _told(text: str) -> str:
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def save(picture: Picture, file: Path) -> None:
    """With its most frequent colours alone, exactly as they are, and with its words."""
    kept, palette = PngInfo(), Image.new("P", (1, 1))
    kept.add_itxt(WORDS, picture.words, zip=True)
    pixels = picture.image.tobytes()  # three bytes each
    often = Counter(pixels[at : at + 3] for at in range(0, len(pixels), 3)).most_common(COLOURS)
    palette.putpalette(b"".join(colour for colour, _ in often))
    small = picture.image.quantize(palette=palette, dither=Image.Dither.NONE)
    small.save(file, "png", optimize=True, pnginfo=kept)


def words_of(file: Path) -> str:
    """What stood on it when it was made."""
    with Image.open(file) as image:
        image.load()
        return str(image.info.get(WORDS, ""))  # type: ignore[no-untyped-call,unused-ignore]


if __name__ == "__main__":
    main()
