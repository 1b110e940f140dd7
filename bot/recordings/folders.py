"""Folders: recordings as they lie there, each with a line in the table beside them; and what is wrong with them.

What is not whole and clear is told, and is not played. Nothing outside of a folder is read.
"""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bot.recordings import mp3, parts
from bot.survey.sound import LONGEST

AUDIO, TABLE = "audio", "audio.toml"
MOST_RATE = 24_000  # hertz
MOST_BYTES = 2**20  # what Telegram shows as a voice
EVERYBODY = 0  # instead of the number of a partnership
ENDING = ".mp3"


@dataclass(frozen=True, slots=True)
class Recording:
    """`wording` is the fingerprint of the words that it was spoken for, `digest` that of its bytes. Two of one `kind`
    (hertz, channels) can be one sound; one of none stands alone. With `computer`, nobody spoke it. One that is in no
    folder is in the database, of the partnership itself."""

    part: str
    digest: str
    seconds: float
    wording: str
    spoken_by: str
    computer: bool
    kind: tuple[int, int] | None

    @property
    def is_there(self) -> bool:
        return True

    @property
    def where(self) -> str:
        """For an operator."""
        return f"recorded on the page: {self.part}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InFolder(Recording):
    """`stamp` are the size and the moment of its file: with others it is another one."""

    path: Path
    stamp: tuple[int, int]

    @property
    def is_there(self) -> bool:
        try:
            return _stamp(self.path) == self.stamp
        except OSError:
            return False

    @property
    def where(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file. Unless it is `played` all the same, it is as if it were not there."""

    file: Path
    what: str
    played: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording as its table says; see `docs/recordings.md`."""

    part: str
    file: str
    wording: str
    spoken_by: str
    licence: str
    consent: str
    computer: bool = False


def folders(beside_data: Path, shipped: Path, languages: Sequence[str]) -> Iterator[tuple[int, str, Path]]:
    own = sorted((int(one.name), one) for one in _inside(beside_data) if one.name.isdecimal())
    for language in languages:
        yield from ((number, language, folder / language) for number, folder in own)
        yield EVERYBODY, language, beside_data / language
        yield EVERYBODY, language, shipped / language / AUDIO


def strange_folders(beside_data: Path, languages: Sequence[str]) -> Iterator[Problem]:
    for folder in _inside(beside_data):
        if folder.name.isdecimal():
            yield from (_strange(one) for one in _inside(folder) if one.name not in languages)
        elif folder.name not in languages:
            yield _strange(folder)


def _strange(folder: Path) -> Problem:
    return Problem(folder, "neither one of our languages nor the number of a partnership")


def _inside(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(one for one in folder.iterdir() if one.is_dir())
    except OSError:
        return


def read(folder: Path, items: int) -> Iterator[InFolder | Problem]:
    table = folder / TABLE
    if not folder.is_dir():
        return
    try:
        raw = tomllib.loads(table.read_text("utf-8"))
    except FileNotFoundError:
        yield Problem(table, "is not there, so nothing in this folder is played")
        return
    except (OSError, ValueError, RecursionError) as error:
        yield Problem(table, f"cannot be read: {getattr(error, 'strerror', None) or error}")
        return
    entries = raw.pop("recording", [])
    if raw or not _is_list_of_tables(entries):
        yield Problem(table, "holds something else than [[recording]]s")
        return
    yield from _of_entries(folder, entries, items)


def _is_list_of_tables(entries: object) -> bool:
    return isinstance(entries, list) and all(isinstance(one, dict) for one in entries)


def _of_entries(folder: Path, entries: list[dict[str, Any]], items: int) -> Iterator[InFolder | Problem]:
    seen, files = Counter[tuple[Any, Any]](), Counter[Any]()
    for number, raw in enumerate(entries, 1):
        about = (str(raw.get("part")), str(raw.get("wording")))
        wrong = [*_wrong(raw, items), *_twice(seen[about], files[str(raw.get("file"))])]
        seen[about] += 1
        files[str(raw.get("file"))] += 1
        if wrong:
            yield from (Problem(folder / TABLE, f"recording {number} ({about[0]}): {one}") for one in wrong)
        else:
            yield from _sound(folder, Entry(**raw))


def _wrong(raw: Mapping[str, Any], items: int) -> Iterator[str]:
    known = {one.name: bool if one.name == "computer" else str for one in fields(Entry)}
    yield from (f"unknown key: {key}" for key in raw if key not in known)
    for name, kind in known.items():
        if name not in raw and kind is str:
            yield f"{name} is missing"
        elif name in raw and (type(raw[name]) is not kind or raw[name] == ""):
            yield f"{name} must be {'true or false' if kind is bool else 'a text'}"
    if isinstance(part := raw.get("part"), str) and part not in parts.names(items):
        yield "there is no such part"
    if isinstance(file := raw.get("file"), str) and (Path(file).name != file or "\\" in file):
        yield f"{file!r} is not the name of a file in this folder"


def _twice(same: int, files: int) -> Iterator[str]:
    if same:
        yield "is there twice for the same words"
    if files:
        yield "its file is there twice"


def _sound(folder: Path, entry: Entry) -> Iterator[InFolder | Problem]:
    path = folder / entry.file
    try:
        content, stamp = _content(folder, path), _stamp(path)
        sound = mp3.read(content)
    except (OSError, ValueError) as error:
        yield Problem(path, str(getattr(error, "strerror", None) or error))
        return
    if sound.seconds > LONGEST:
        yield Problem(path, f"{sound.seconds:.0f} seconds, more than {LONGEST:.0f}")
        return
    if sound.channels > 1:
        yield Problem(path, "in stereo: in mono it is half as large", played=True)
    if sound.rate > MOST_RATE:
        yield Problem(path, f"{sound.rate / 1000:g} kHz: for a voice {MOST_RATE // 1000} is enough", played=True)
    what, who = (digest_of(content), sound.seconds, entry.wording), (entry.spoken_by, entry.computer)
    yield InFolder(entry.part, *what, *who, (sound.rate, sound.channels), path=path, stamp=stamp)


def _content(folder: Path, path: Path) -> bytes:
    """Raises ValueError with what is wrong with the file as such."""
    if not path.is_file():
        raise ValueError("is not there" if not path.exists() else "not a file")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError("leads out of its folder")
    if path.suffix != ENDING:
        raise ValueError(f"does not end in {ENDING}")
    size = path.stat().st_size
    if not size:
        raise ValueError("empty: 0 bytes")
    if size > MOST_BYTES:
        raise ValueError(f"{size / MOST_BYTES:.1f} MB, more than 1: a recording is {LONGEST:.0f} seconds at most")
    return path.read_bytes()


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
