"""The words of a picture: what it says, for whoever does not see it, from the description of which it is drawn."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.letters import Attachment

Said = Mapping[str, Any]


def words_of(picture: Attachment) -> str:
    """Its title, and each score with its name; nothing of a picture without words, such as a code to scan."""
    said = json.loads(picture.described)
    said = said.get("said", said)
    return "\n".join(filter(None, _lines(said)))


def _lines(said: Said) -> Iterator[str]:
    if "title" not in said:
        return
    yield ". ".join(filter(None, (said["title"], said.get("subtitle"))))
    for bar in (*said.get("bars", ()), *filter(None, [said.get("total")])):
        yield _bar(bar, said)
    for block in said.get("blocks", ()):
        yield block["heading"]
        for row in block["rows"]:
            yield _row(row, said["legend"])


def _bar(bar: Said, said: Said) -> str:
    if bar["score"] is None:
        return f"{bar['label']}: {said['no_score']}"
    before = "" if bar["previous"] is None else f" ({said['legend_before']}: {bar['previous']})"
    return f"{bar['label']}: {bar['score']}{before}"


def _row(row: Said, legend: list[str]) -> str:
    scores = ("–" if score is None else str(score) for score in row["scores"])
    if len(legend) == 1:
        return f"{row['label']}: {next(scores)}"
    return f"{row['label']}: {', '.join(f'{name} {score}' for name, score in zip(legend, scores, strict=False))}"
