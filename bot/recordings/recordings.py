"""Recordings: what was spoken for us, found by the words that it was spoken for.

What a partnership recorded on the page goes before its folder, that before the folder of this installation, and that
before what came with the program. What was spoken for other words than stand there, is never played.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bot.recordings import mp3
from bot.recordings.folders import (
    EVERYBODY,
    InFolder,
    Problem,
    Recording,
    digest_of,
    folders,
    read,
    strange_folders,
)
from bot.texts.texts import LOCALES, Texts

NOTHING: Mapping[str, bytes] = {}
Place = tuple[int, str, str]
"""A partnership or everybody, a language, and a part."""


@dataclass(frozen=True)
class Recordings:
    found: Mapping[Place, Sequence[Recording]] = field(default_factory=dict)
    problems: Sequence[Problem] = ()

    @classmethod
    def load(cls, texts: Texts, beside_data: Path, shipped: Path = LOCALES) -> "Recordings":
        """All of them. What is put there later is there from the next start on: a folder that is half copied is not
        taken for a whole one."""
        found, problems = dict[Place, list[Recording]](), list(strange_folders(beside_data, texts.languages))
        for partnership, language, folder in folders(beside_data, shipped, texts.languages):
            for one in read(folder, len(texts.checklist.items)):
                if isinstance(one, Problem):
                    problems.append(one)
                else:
                    found.setdefault((partnership, language, one.part), []).append(one)
        return cls(found, tuple(problems))

    def with_own(self, partnership: int, own: Iterable[tuple[str, Recording]]) -> "Recordings":
        """The same, with what a partnership recorded on the page, in each language, before all others."""
        found = dict(self.found)
        for language, one in own:
            place = partnership, language, one.part
            found[place] = [one, *found.get(place, ())]
        return Recordings(found, self.problems)

    def __bool__(self) -> bool:
        return bool(self.found)

    def find(self, partnership: int, language: str, part: str, wording: str) -> Recording | None:
        """The one that was spoken for exactly these words; theirs, before one for everybody."""
        return next((one for one in self.there(partnership, language, part) if one.wording == wording), None)

    def there(self, partnership: int, language: str, part: str) -> Iterator[Recording]:
        """Those of a part, whatever words they were spoken for."""
        for whose in dict.fromkeys((partnership, EVERYBODY)):
            yield from self.found.get((whose, language, part), ())

    def by_digest(self, digest: str) -> InFolder | None:
        """Of those in folders."""
        return self._by_digest.get(digest)

    def in_folder(self, digest: str) -> bool:
        """Whether it lies in one, and is what it was."""
        found = self.by_digest(digest)
        return found is not None and found.is_there

    def content(self, digests: Iterable[str], own: Mapping[str, bytes] = NOTHING) -> bytes:
        """Those with these digests, in one file; raises LookupError when one of them is there no more. `own` are the
        bytes of those that are in no folder."""
        sounds = [mp3.read(own.get(digest) or self._bytes_of(digest)) for digest in digests]
        if (whole := mp3.joined(sounds)) is None:
            raise LookupError("these recordings are not of one kind")
        return whole

    def _bytes_of(self, digest: str) -> bytes:
        recording = self._by_digest[digest]
        content = recording.path.read_bytes() if recording.is_there else b""
        if digest_of(content) != digest:
            raise LookupError(f"{recording.path} is not what it was")
        return content

    @cached_property
    def _by_digest(self) -> Mapping[str, InFolder]:
        every = (one for those in self.found.values() for one in those)
        return {one.digest: one for one in every if isinstance(one, InFolder)}


NONE = Recordings()
