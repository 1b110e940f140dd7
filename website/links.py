"""Links: does each one in a built site lead to a page that is there, and to a place on it that is there?

Nothing is asked of the network. What a page fetches from elsewhere is a mistake.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {("script", "src"), ("img", "src"), ("link", "href"), ("source", "srcset"), ("iframe", "src")}
LEADS = {("a", "href"), *FETCHED}


@dataclass
class Read(HTMLParser):
    """What one page points at, and the places on it that can be pointed at."""

    targets: list[tuple[str, str]] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if (tag, name) in LEADS and value:
                self.targets.append((tag, value))
            if name in ("id", "name") and value:
                self.places.add(value)


def broken(site: Path) -> list[str]:
    """One line for each link that leads nowhere, and for each thing that is fetched from elsewhere."""
    pages = {file: read(file) for file in sorted(site.rglob("*.html"))}
    return [
        f"{file.relative_to(site)}: {target}: {why}"
        for file, page in pages.items()
        for target, why in _wrong(site, file, page, pages)
    ]


def read(file: Path) -> Read:
    page = Read()
    page.feed(file.read_text("utf-8"))
    return page


def _wrong(site: Path, file: Path, page: Read, pages: dict[Path, Read]) -> Iterator[tuple[str, str]]:
    for tag, target in page.targets:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            if tag != "a":
                yield target, "fetched from elsewhere"
            continue
        there = _file(site, file, parts.path)
        if not there.is_file():
            yield target, "not there"
        elif parts.fragment and there in pages and unquote(parts.fragment) not in pages[there].places:
            yield target, "no such place on that page"


def _file(site: Path, file: Path, path: str) -> Path:
    """The file behind an address, as a web server finds it."""
    if not path:
        return file
    below = site / path.lstrip("/") if path.startswith("/") else file.parent / path
    place = Path(unquote(str(below))).resolve()
    return place / "index.html" if path.endswith("/") or place.is_dir() else place
