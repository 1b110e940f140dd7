"""A review: what of one language is heard, what was spoken for other words, and what nobody recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.recordings import parts
from bot.recordings.folders import EVERYBODY, Recording
from bot.recordings.parts import Part
from bot.recordings.recordings import Recordings
from bot.texts.texts import Texts


@dataclass(frozen=True, slots=True)
class Review:
    """By the names of parts. What `does_not_fit` is of another kind than the answers, so no chat can bring the two in
    one voice message. `there` says whether anybody recorded anything."""

    language: str
    heard: dict[str, Recording]
    stale: dict[str, Recording]
    missing: tuple[str, ...]
    does_not_fit: tuple[str, ...]

    @property
    def there(self) -> bool:
        return bool(self.heard or self.stale)

    @property
    def parts(self) -> int:
        return len(self.heard) + len(self.stale) + len(self.missing)


def review(
    texts: Texts, recordings: Recordings, language: str, partnership: int = EVERYBODY, own: Sequence[Part] = ()
) -> Review:
    """What this partnership hears, or one that recorded nothing itself; `own` are parts that only it has."""
    heard, stale, missing = dict[str, Recording](), dict[str, Recording](), list[str]()
    for part in (*parts.every(texts, language), *own):
        if found := recordings.find(partnership, language, part.name, part.wording):
            heard[part.name] = found
        elif former := next(recordings.there(partnership, language, part.name), None):
            stale[part.name] = former
        else:
            missing.append(part.name)
    return Review(language, heard, stale, tuple(missing), tuple(_of_another_kind(heard)))


def every(texts: Texts, recordings: Recordings) -> Iterator[tuple[int, Review]]:
    """Of each language and each partnership of which there is something, with the number of the partnership."""
    whose = dict.fromkeys((partnership, language) for partnership, language, _ in sorted(recordings.found))
    for partnership, language in whose:
        yield partnership, review(texts, recordings, language, partnership)


def _of_another_kind(heard: dict[str, Recording]) -> Iterator[str]:
    answers = heard.get(parts.ANSWERS)
    statements = ((name, one) for name, one in heard.items() if name.startswith(parts.STATEMENT))
    yield from (name for name, one in statements if answers and one.kind != answers.kind)
