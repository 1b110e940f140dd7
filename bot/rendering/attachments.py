"""Attachments: what goes with a letter, kept as its description and drawn only when it is delivered.

So a turn stays short, and a letter that waits stays small. Drawing takes up to half a second: do it in a thread.
"""

import json
from dataclasses import asdict

from bot.letters import Attachment
from bot.rendering.charts import Bar, Picture, png
from bot.rendering.posters import poster_pdf, qr_png
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import Phrase
from bot.texts.texts import Texts


def picture(shown: Picture) -> Attachment:
    return Attachment("picture", "samenspraak.png", json.dumps(asdict(shown), ensure_ascii=False))


def qr(link: str) -> Attachment:
    return Attachment("picture", "qr.png", json.dumps({"link": link}))


def poster(partnership: Partnership, link: str, label: str, about: Phrase | None = None) -> Attachment:
    """`about` is what to say of where the link leads."""
    described = {"partnership": asdict(partnership), "link": link, "label": label, "about": about and about.text}
    return Attachment("file", "poster.pdf", json.dumps(described, ensure_ascii=False))


def content(attachment: Attachment, texts: Texts) -> bytes:
    """What a channel sends."""
    match attachment.name:
        case "samenspraak.png":
            return png(_picture(json.loads(attachment.described)))
        case "qr.png":
            return qr_png(json.loads(attachment.described)["link"])
        case "poster.pdf":
            said = json.loads(attachment.described)
            about = Phrase(said["about"]) if said.get("about") else None
            return poster_pdf(texts, Partnership(**said["partnership"]), said["link"], said["label"], about)
        case _:
            return attachment.described.encode("utf-8-sig")


def _picture(said: dict[str, object]) -> Picture:
    bars = tuple(Bar(**bar) for bar in said.pop("bars"))  # type: ignore[attr-defined]
    total = said.pop("total")
    return Picture(bars=bars, total=Bar(**total) if total else None, **said)  # type: ignore[arg-type]
