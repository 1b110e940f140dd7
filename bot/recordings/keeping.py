"""Keeping: recordings put into a folder, and into its table. All of them are there, or what was there before is.

A file is written under a name that it alone has, then the table with one step; what is heard no more goes last.
"""

import json
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.recordings.folders import ENDING, TABLE, Entry, digest_of
from bot.recordings.parts import Part
from bot.survey.errors import OperatorError

if sys.platform != "win32":
    import fcntl
else:
    fcntl = None

Row = Mapping[str, Any]
LOCK = ".lock"

ABOUT = "# What these recordings are: see docs/recordings.md. `samenspraak audio` writes this file.\n"


class NotKept(OperatorError):
    """The folder cannot be read or written; the message says why."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, on which terms, and how they agreed. Told as they are to whoever listens, on one line."""

    name: str
    licence: str
    consent: str
    computer: bool = False

    def entry(self, part: Part, content: bytes) -> Entry:
        file = f"{part.name}-{digest_of(part.wording.encode() + content)[:8]}{ENDING}"
        return Entry(part.name, file, part.wording, self.name, self.licence, self.consent, self.computer)


def rows(folder: Path) -> list[dict[str, Any]]:
    """What its table holds; nothing where there is none. Raises NotKept of what could not be written again."""
    table = folder / TABLE
    try:
        raw = tomllib.loads(table.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        raise NotKept(f"{table} cannot be read, so nothing is changed: {_why(error)}") from None
    found = raw.pop("recording", [])
    if raw or not (isinstance(found, list) and all(map(_is_row, found))):
        raise NotKept(f"{table} holds something else than recordings, so nothing is changed. See docs/recordings.md")
    return found


def keep(folder: Path, new: Mapping[Part, bytes], speaker: Speaker, replaced: Sequence[Row]) -> None:
    """Put the `new` ones into the folder; the rows that are `replaced` go, and so do their files. Raises NotKept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            _keep(folder, new, speaker, replaced)
    except OSError as error:
        raise NotKept(f"{folder} cannot be written, so nothing is changed: {_why(error)}") from None


def _keep(folder: Path, new: Mapping[Part, bytes], speaker: Speaker, replaced: Sequence[Row]) -> None:
    """What somebody else put there meanwhile stays, but for the same words: of those the last one is heard."""
    added, there = {part: speaker.entry(part, content) for part, content in new.items()}, rows(folder)
    again = {(part.name, part.wording) for part in new}
    left = [row for row in there if row not in replaced and (row["part"], row["wording"]) not in again]
    for part, content in new.items():
        _put(folder / added[part].file, content)
    _put(folder / TABLE, _written([*left, *map(asdict, added.values())]))
    gone = [row for row in there if row not in left]
    _forget(folder, gone, {row["file"] for row in left} | {one.file for one in added.values()})


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Another command that writes there waits; where a system cannot make it, it does not."""
    with (folder / LOCK).open("wb") as held:
        if fcntl:
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _forget(folder: Path, replaced: Sequence[Row], named: set[str]) -> None:
    for file in (row["file"] for row in replaced):
        if file not in named and Path(file).name == file:
            with suppress(OSError):
                (folder / file).unlink()


def _is_row(found: object) -> bool:
    is_plain = isinstance(found, dict) and all(isinstance(value, str | bool) for value in found.values())
    return is_plain and {"part", "wording", "file"} <= found.keys()  # type: ignore[attr-defined]


def _written(those: Sequence[Row]) -> bytes:
    return "\n".join([ABOUT, *map(_told, those)]).encode()


def _told(row: Row) -> str:
    """A text as JSON has it is one as TOML has it."""
    values = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in row.items())
    return "\n".join(["[[recording]]", *values, ""])


def _put(file: Path, content: bytes) -> None:
    beside = file.with_name(f".{file.name}.part")
    try:
        with beside.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
