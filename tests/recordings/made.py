"""Recordings as a test needs them: silence in MP3, frame by frame, and folders with the table beside it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.recordings import parts
from bot.texts.texts import Texts

MONO_24_KHZ, STEREO_24_KHZ, MONO_16_KHZ = b"\xff\xf3\x44\xc4", b"\xff\xf3\x44\x44", b"\xff\xf3\x48\xc4"
SIZES = {MONO_24_KHZ: 96, STEREO_24_KHZ: 96, MONO_16_KHZ: 144}  # bytes of a frame of 32 kbit/s
LASTS = {MONO_24_KHZ: 0.024, STEREO_24_KHZ: 0.024, MONO_16_KHZ: 0.036}  # seconds
FATIMA = "Fatima, volunteer"


def silence(seconds: float = 0.5, kind: bytes = MONO_24_KHZ, mark: str = "") -> bytes:
    """With a `mark`, other bytes that sound the same: behind the sound a frame has room."""
    frame = kind + bytes(SIZES[kind] - len(kind))
    marked = kind + bytes(28) + mark.encode().ljust(SIZES[kind] - 28 - len(kind), b"\0")
    return (marked if mark else frame) + frame * (round(seconds / LASTS[kind]) - 1)


def recorded(folder: Path, texts: Texts, language: str = "nl", only: Iterable[str] = (), **more: Any) -> Path:
    """A folder with every part of a language, or only these, spoken for the words that it has now."""
    wanted = frozenset(only)
    there = [one for one in parts.every(texts, language) if not wanted or one.name in wanted]
    for one in there:
        put(folder, f"{one.name}.mp3", silence(mark=f"{folder.parent.name} {one.name} {language}"))
    return write(folder, [entry(one.name, one.wording, **more) for one in there])


def put(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def entry(part: str, wording: str, **more: Any) -> dict[str, Any]:
    said = {"licence": "CC BY 4.0", "consent": "on paper, 1 March 2026", "spoken_by": FATIMA, "computer": False}
    return {"part": part, "file": f"{part}.mp3", "wording": wording, **said, **more}


def write(folder: Path, entries: Sequence[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    tables = ("\n".join(f"{name} = {json.dumps(value)}" for name, value in one.items()) for one in entries)
    (folder / "audio.toml").write_text("\n".join(f"[[recording]]\n{one}\n" for one in tables), "utf-8")
    return folder
