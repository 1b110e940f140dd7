"""Markdown as its reader finds it: where it leads to, and what can be led to in it."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from tests.house import ROOT

FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6} +(.*?)(?: +#+)?$", re.MULTILINE)
NAMED = re.compile(r"<a id=\"([^\"]+)\">")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def every_file() -> list[Path]:
    """All that is ours; what begins with a dot is a tool's, and what is in `build` was made of these."""
    return sorted(path for path in ROOT.rglob("*.md") if not any(map(_is_made, path.relative_to(ROOT).parts)))


def _is_made(part: str) -> bool:
    return part[0] == "." or part == "build"


def links(path: Path) -> Iterator[str]:
    """Those within the repository, as they are written."""
    for target in LINK.findall(FENCED.sub("", path.read_text("utf-8"))):
        if not ELSEWHERE.match(target):
            yield target


def is_broken(path: Path, target: str) -> bool:
    place, _, anchor = unquote(target).partition("#")
    there = (path.parent / place) if place else path
    if not there.exists() or ROOT not in there.resolve().parents:
        return True
    return bool(anchor) and (there.suffix != ".md" or anchor not in anchors(there.resolve()))


@cache
def anchors(path: Path) -> frozenset[str]:
    """Headings, as GitHub names them, and what has a name of its own."""
    text, found = FENCED.sub("", path.read_text("utf-8")), list[str]()
    for heading in HEADING.findall(text):
        name = _slug(heading)
        again = sum(one == name or re.fullmatch(rf"{re.escape(name)}-\d+", one) is not None for one in found)
        found.append(f"{name}-{again}" if again else name)
    return frozenset((*found, *NAMED.findall(text)))


def _slug(heading: str) -> str:
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
