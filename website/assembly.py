"""Assembly: the pages of one half of the site, in a folder of their own, as the generator wants them.

A page says by a relative link what it points at in the repository, so that it also reads well there. Here such a link
becomes the address of a page of the other half, and the mention of a file that is no page loses its link.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import normpath, relpath
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
SETTINGS = REPOSITORY / "website" / "site.toml"
LOOKS = REPOSITORY / "website" / "looks"
PAGE = ".md"
FILES = {PAGE, ".svg", ".png"}
LINK = re.compile(r"(?<!!)\[(?P<words>[^\]\n]*(?:\n[^\]\n]+)?)\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
FENCE = re.compile(r"(?ms)(^```.*?^```$|`[^`\n]+`(?!\]))")


@dataclass(frozen=True, slots=True)
class Half:
    """What is written in one language: from which files, below which address."""

    language: str
    folder: Path
    address: str
    files: Mapping[str, Path]  # as they are called from `folder`
    settings: Mapping[str, Any]

    def page_at(self, file: Path) -> str:
        """The address of what this file says, from the root of the site; empty where it is not of this half."""
        name = relpath(file, self.folder)
        if name not in self.files:
            return ""
        path = Path(name)
        below = path.parent if path.name in ("index.md", "README.md") else path.with_suffix("")
        return f"{self.address}{'' if below == Path() else f'{below.as_posix()}/'}" or "./"


def halves() -> list[Half]:
    read = tomllib.loads(SETTINGS.read_text("utf-8"))
    return [_half(language, read["shared"], read[language]) for language in read if language != "shared"]


def _half(language: str, shared: Mapping[str, Any], own: Mapping[str, Any]) -> Half:
    folder, without = REPOSITORY / own["folder"], own.get("without")
    found = (file for name in own.get("pages", ["."]) for file in _files(folder / name))
    files = {relpath(file, folder): file for file in found if not (without and file.is_relative_to(folder / without))}
    settings = {key: own[key] for key in own if key not in ("folder", "address", "pages", "without")}
    return Half(language, folder, own["address"], files, _merged(shared, settings))


def _files(place: Path) -> Iterator[Path]:
    """What there is of a page or a folder; a page that nobody has written yet is not missed."""
    places = sorted(place.rglob("*")) if place.is_dir() else [place]
    yield from (file for file in places if file.is_file() and file.suffix in FILES)


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    both = {key for key in first if isinstance(first[key], dict) and isinstance(second.get(key), dict)}
    return {**first, **second, **{key: _merged(first[key], second[key]) for key in both}}


def assemble(half: Half, others: Sequence[Half], place: Path) -> None:
    """Write what the generator reads: the pages, what makes them look as they do, and the settings."""
    pages = place / "pages"
    for name, file in half.files.items():
        to = pages / name
        to.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == PAGE:
            to.write_text(Page(half, others, file).written(file.read_text("utf-8")), "utf-8")
        else:
            shutil.copy(file, to)
    shutil.copytree(LOOKS, place / LOOKS.name)
    shutil.copytree(LOOKS / "assets", pages / "assets")
    place.joinpath("mkdocs.yml").write_text(json.dumps(_settings(half), indent=1), "utf-8")  # JSON is YAML


def _settings(half: Half) -> dict[str, Any]:
    theme = {**half.settings["theme"], "name": None, "custom_dir": LOOKS.name}  # ours alone, and no other below it
    return {**half.settings, "theme": theme, "nav": navigation(half), "docs_dir": "pages", "site_dir": "made"}


def navigation(half: Half) -> list[Any]:
    """What the settings say, as far as it is there."""
    return [entry for entry in (_entry(half, entry) for entry in half.settings["nav"]) if entry]


def _entry(half: Half, entry: str | Mapping[str, Any]) -> Any:
    """A line of the navigation, with the pages of a folder in place of the folder; nothing when there are none."""
    if isinstance(entry, str):
        return entry if entry in half.files else None
    ((title, what),) = entry.items()
    if isinstance(what, str):
        return {title: _pages_below(half, what) or what} if _is_there(half, what) else None
    return {title: [found for found in (_entry(half, one) for one in what) if found]}


def _is_there(half: Half, what: str) -> bool:
    return any(name == what or (what.endswith("/") and name.startswith(what)) for name in half.files)


def _pages_below(half: Half, folder: str) -> list[str]:
    below = [name for name in half.files if folder.endswith("/") and name.startswith(folder) and name.endswith(PAGE)]
    return sorted(below, key=lambda name: (Path(name).stem not in ("index", "README"), name))


@dataclass(frozen=True, slots=True)
class Page:
    """One page on its way to the site."""

    half: Half
    others: Sequence[Half]
    file: Path

    def written(self, text: str) -> str:
        """A text of it, with every link as it must be there. What stands in code is no link."""
        parts = FENCE.split(text)
        return "".join(part if number % 2 else LINK.sub(self._link, part) for number, part in enumerate(parts))

    def _link(self, found: re.Match[str]) -> str:
        target, anchor = found["target"], found["anchor"] or ""
        file = Path(normpath(self.file.parent / target))
        if "://" in target or target.startswith("mailto:") or self._is_ours(file) or not file.exists():
            return found[0]  # a file that is not there is left: then the generator says so
        address = next(filter(None, (other.page_at(file) for other in self.others)), "")
        return f"[{found['words']}]({self._from_here(address)}{anchor})" if address else found["words"]

    def _is_ours(self, file: Path) -> bool:
        return relpath(file, self.half.folder) in self.half.files

    def _from_here(self, address: str) -> str:
        """As if pages lay where their files do: the generator takes it from there."""
        here = Path(self.half.address, relpath(self.file, self.half.folder)).parent
        return f"{relpath(address, here)}/"
