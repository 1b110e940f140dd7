"""Paper from the right: what a reader that did not write it gets out of a report and a poster in Arabic and in Turkish.

Arabic is read by poppler, for pdfium turns the words of a name round in a line that runs from right to left. No reader
has all of it right: the two letters of lam-alef come out as alef-lam, a letter with a sign above it comes twice, and a
bracket beside a name goes to its other end. So what is looked for here has none of these.
"""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from unicodedata import normalize

import pytest

from bot.channels.telegram.traits import TRAITS
from bot.rendering import drawing
from bot.rendering.posters import SENTENCES, poster_pdf
from bot.results.reports import Report, as_said
from bot.survey.agreements import Agreement
from bot.texts.texts import Texts
from tests.house import partnership
from tests.rendering.paper import pages
from tests.results.test_pictures import shown

NAME, DAY = "De Verbinders (12)", date(2026, 3, 2)
POPPLER = shutil.which("pdftotext") or ""
UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
needs_poppler = pytest.mark.skipif(not POPPLER, reason="no pdftotext here: on Debian `apt-get install poppler-utils`")


def report(texts: Texts, language: str) -> bytes:
    found, table = shown(texts, NAME)
    found = replace(found, agreed=[Agreement(1, 5, 1, "Een lamp bij de speeltuin (2x)", "Fatima")])
    return drawing.pdf("report", as_said(texts, Report(found, table, (DAY, DAY), DAY), language))


def read(pdf: bytes) -> str:
    """As poppler has it, in the order of reading."""
    found = subprocess.run((POPPLER, "-", "-"), input=pdf, capture_output=True, check=True).stdout.decode()
    return " ".join(UNSEEN.sub("", normalize("NFKC", found)).split())


def are_in_order(words: str, *wanted: str) -> None:
    end = 0
    for one in wanted:
        place = words.find(one, end)
        assert place >= 0, f"{one!r} is not behind {words[end - 60 : end]!r}"
        end = place + len(one)


@needs_poppler
def test_a_report_in_arabic_is_read_in_its_order(texts: Texts) -> None:
    are_in_order(
        read(report(texts, "ar")),
        *("كيف يسير عملنا", "تقرير شراكة", "De Verbinders (12", "الجولة 3", "Buurthuis De Schakel"),
        *("1. Een lamp bij de speeltuin (2x) · Fatima", "كيف تقرأ هذا", "المشاركون 81 5 81", "العمل 68 5 68"),
        *("النمو 81 5 81", "na fase 1", "أشعر بارتباط قوي بهذه الشراكة", "ما يلفت النظر"),
        *("←", "←", "na fase 1", "Van Lammeren et al. 2025, Int. J.", "الحديث عن النتيجة"),
    )


@needs_poppler
def test_a_poster_in_arabic_has_names_and_numbers_whole_and_other_languages_from_their_own_side(texts: Texts) -> None:
    asked_by = partnership(NAME, language="ar", languages="ar en nl tr")
    poster = poster_pdf(texts, asked_by, "https://t.me/b", about=TRAITS.about.on_paper)
    dutch = texts.word(SENTENCES[1], "nl")
    are_in_order(
        read(poster),
        *("كيف يسير عملنا", NAME, "Buurthuis De Schakel", "نود أن نسمع رأيك في التعاون"),
        *("Fatima: 06 12 34 56 78", "How well do we work together?", dutch, "Fatima: 06 12 34 56 78", "Türkçe"),
    )
    (paper,) = pages(poster)
    starts = [one.bounds[0] for one in paper.texts if re.search("^(Can|Lukt) | (Can|Lukt)$", one.words)]
    assert starts == pytest.approx([45, 45], abs=2), "at the left"


def test_a_report_in_turkish_has_every_letter(texts: Texts) -> None:
    words = " ".join(page.words for page in pages(report(texts, "tr"), scale=0.2))
    are_in_order(
        words,
        *("Birlikte ne kadar iyi çalışıyoruz?", NAME, "Een lamp bij de speeltuin (2x) · Fatima", "Altı bölüm"),
        *(texts.word(item.plain, "tr") for item in texts.checklist.items.values()),
        *("1. tur → 2. tur “na fase 1” → 3. tur", "Van Lammeren", "6. Ne daha iyi olabilir?"),
    )
