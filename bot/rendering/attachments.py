"""Attachments: what goes with a letter, kept as its description and drawn only when it is delivered.

So a turn stays short, and a letter that waits stays small. Drawing takes up to half a second: do it in a thread.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

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


def workbook(name: str, rows: Sequence[Sequence[str | int | None]]) -> Attachment:
    """For a spreadsheet: what it is of, a head, and rows."""
    return Attachment("file", name, json.dumps(rows, ensure_ascii=False))


def sheet(template: str, said: Mapping[str, object], name: str) -> Attachment:
    """A file of a template; `said` is all that stands on it, in words."""
    return Attachment("file", f"{name}.pdf", json.dumps({"template": template, "said": said}, ensure_ascii=False))


def content(attachment: Attachment, texts: Texts) -> bytes:
    """What a channel sends."""
    match attachment.name:
        case "samenspraak.png":
            return png(_picture(json.loads(attachment.described)))
        case "qr.png":
            return qr_png(json.loads(attachment.described)["link"])
        case "link.png":
            return link_png(texts, **json.loads(attachment.described))
        case "poster.pdf":
            said = json.loads(attachment.described)
            about = Phrase(said["about"]) if said.get("about") else None
            asked_by, typed = Partnership(**said["partnership"]), said.get("typed", "")
            return poster_pdf(texts, asked_by, said["link"], said["label"], about, typed)
        case "form.pdf" | "card.pdf":
            said = json.loads(attachment.described)
            asked_by = Partnership(**said.pop("partnership"))
            return (form_pdf if attachment.name == "form.pdf" else card_pdf)(texts, asked_by, **said)
        case name if name.endswith(".xlsx"):
            return workbook_xlsx(name.removesuffix(".xlsx"), json.loads(attachment.described))
        case name if name.endswith(".pdf"):
            return drawing.pdf(**json.loads(attachment.described))
        case _:
            return attachment.described.encode("utf-8-sig")


def _picture(said: dict[str, object]) -> Picture:
    bars = tuple(Bar(**bar) for bar in said.pop("bars"))  # type: ignore[attr-defined]
    total = said.pop("total")
    return Picture(bars=bars, total=Bar(**total) if total else None, **said)  # type: ignore[arg-type]
