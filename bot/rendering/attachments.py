"""Attachments: what goes with a letter, kept as its description and drawn only when it is delivered.

So a turn stays short, and a letter that waits stays small. Drawing takes some hundredths of a second, the first time
longer: do it in a thread.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.letters import Attachment
from bot.rendering import drawing
from bot.rendering.cards import card_pdf
from bot.rendering.charts import Bar, Picture, png
from bot.rendering.codes import qr_png
from bot.rendering.forms import form_pdf
from bot.rendering.link_pictures import link_png
from bot.rendering.posters import poster_pdf
from bot.rendering.workbooks import workbook_xlsx
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import Phrase
from bot.texts.direction import bare
from bot.texts.texts import Texts


def picture(shown: Picture) -> Attachment:
    return Attachment("picture", "samenspraak.png", json.dumps(asdict(shown), ensure_ascii=False))


def qr(link: str) -> Attachment:
    return Attachment("picture", "qr.png", json.dumps({"link": link}))


def link_picture(partnership: Partnership) -> Attachment:
    """Described by what stands on it and nothing else, so that whoever keeps it draws it once."""
    described = {"name": partnership.name, "organisation": partnership.organisation, "language": partnership.language}
    return Attachment("picture", "link.png", json.dumps(described, ensure_ascii=False))


def poster(partnership: Partnership, link: str, label: str, about: Phrase | None = None, typed: str = "") -> Attachment:
    """`about` is what to say of where the link leads, `typed` the address to type instead of it."""
    described = {"partnership": asdict(partnership), "link": link, "label": label, "about": about and about.text}
    return Attachment("file", "poster.pdf", json.dumps({**described, "typed": typed}, ensure_ascii=False))


def form(partnership: Partnership, wave: int, language: str) -> Attachment:
    described = {"partnership": asdict(partnership), "wave": wave, "language": language}
    return Attachment("file", "form.pdf", json.dumps(described, ensure_ascii=False))


def card(partnership: Partnership, link: str, language: str) -> Attachment:
    """For whom the link is: to be drawn at once, since a letter that waits stands in the database."""
    described = {"partnership": asdict(partnership), "link": link, "language": language}
    return Attachment("file", "card.pdf", json.dumps(described, ensure_ascii=False))


def voice(digests: Sequence[str], seconds: float) -> Attachment:
    """Recordings, one after the other in one file, by the fingerprints of each; it is named after all of them."""
    name = sha256(" ".join(digests).encode()).hexdigest()
    return Attachment("voice", f"{name}.mp3", json.dumps({"digests": digests, "seconds": round(seconds)}))


def spoken(attachment: Attachment) -> list[str]:
    """The fingerprints of the recordings in a voice."""
    digests: list[str] = json.loads(attachment.described)["digests"]
    return digests


def workbook(name: str, rows: Sequence[Sequence[str | int | None]]) -> Attachment:
    """For a spreadsheet: what it is of, a head, and rows."""
    cells = [[bare(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    return Attachment("file", name, json.dumps(cells, ensure_ascii=False))


def drawing_of(template: str, said: Mapping[str, object]) -> Attachment:
    """A picture of a template; `said` is all that stands in it, in words."""
    return Attachment("picture", f"{template}.png", _described(template, said))


def sheet(template: str, said: Mapping[str, object], name: str) -> Attachment:
    """A file of a template; `said` is all that stands on it, in words."""
    return Attachment("file", f"{name}.pdf", _described(template, said))


def _described(template: str, said: Mapping[str, object]) -> str:
    return json.dumps({"template": template, "said": said}, ensure_ascii=False)


def content(attachment: Attachment, texts: Texts) -> bytes:
    """What a channel sends."""
    draw = DRAWN.get(attachment.name) or DRAWN.get(Path(attachment.name).suffix)
    if draw is None:
        return attachment.described.encode("utf-8-sig")
    said = json.loads(attachment.described)
    return draw(attachment.name, said) if isinstance(said, list) else draw(texts, **said)


def _chart(_texts: Texts, **said: Any) -> bytes:
    total = said.pop("total")
    bars = tuple(Bar(**bar) for bar in said.pop("bars"))
    return png(Picture(bars=bars, total=Bar(**total) if total else None, **said))


def _poster(texts: Texts, partnership: Any, link: str, label: str, about: str | None = None, typed: str = "") -> bytes:
    return poster_pdf(texts, Partnership(**partnership), link, label, Phrase(about) if about else None, typed)


DRAWN: Mapping[str, Callable[..., bytes]] = {
    "samenspraak.png": _chart,
    "qr.png": lambda _texts, link: qr_png(link),
    "link.png": link_png,
    "poster.pdf": _poster,
    "form.pdf": lambda texts, partnership, **said: form_pdf(texts, Partnership(**partnership), **said),
    "card.pdf": lambda texts, partnership, **said: card_pdf(texts, Partnership(**partnership), **said),
    ".png": lambda _texts, **described: drawing.png(**described),
    ".pdf": lambda _texts, **described: drawing.pdf(**described),
    ".xlsx": lambda name, rows: workbook_xlsx(Path(name).stem, rows),
}
"""The name of a file, or else how it ends -> what draws it from its description."""
