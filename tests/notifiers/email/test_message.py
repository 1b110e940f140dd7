"""The mail that a letter becomes, read back as a program that shows mail would."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest

from bot.letters import Attachment, Envelope, Letter
from bot.notifiers.email import body, message
from bot.notifiers.email.message import Sending
from bot.rendering import attachments
from bot.rendering.charts import Bar, Picture
from bot.texts.texts import Texts
from tests.house import MONDAY
from tests.notifiers.email.conftest import ENVELOPE, FATIMA, HOME, TAGS
from tests.runtime.test_secrecy import PNG

CODE = Envelope("email", FATIMA, Letter("Uw code is <b>123456</b>.", about="Uw code"), 9, 3, language="nl", notified=4)
CHART = attachments.picture(
    Picture(
        "De Verbinders",
        "Ronde 2, 12 mensen",
        (Bar("Vertrouwen", 75, 60), Bar("Kijken & leren", None)),
        Bar("Alles samen", 69, None),
        "Ronde 2",
        "ronde 1",
        "nog niet",
        "bron",
    )
)


class Shown(HTMLParser):
    """What a person reads of HTML: its words, where links lead and the words of pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self._is_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._is_head = self._is_head or tag == "head"
        self.links += [given["href"] or ""] if "href" in given else []
        self.loads += [given["src"] or ""] if "src" in given else []
        self.words += (given.get("alt") or "").split()

    def handle_endtag(self, tag: str) -> None:
        self._is_head = self._is_head and tag != "head"

    def handle_data(self, data: str) -> None:
        self.words += [] if self._is_head else data.split()


def written(texts: Texts, envelope: Envelope, content: bytes = b"", home: str = HOME) -> bytes:
    sender = Address("Samenspraak", addr_spec="samen@example.org")
    return message.written(Sending(sender, home, TAGS, texts), envelope, content, MONDAY)


def mailed(texts: Texts, envelope: Envelope, content: bytes = b"", home: str = HOME) -> EmailMessage:
    found = message_from_bytes(written(texts, envelope, content, home), policy=default)
    assert not found.defects
    return found


def texts_of(mail: EmailMessage) -> tuple[str, str]:
    parts = mail.get_body(("plain",)), mail.get_body(("html",))
    plain, html = (part.get_content().replace("\r\n", "\n") for part in parts if part)
    return plain, html


def shown(html: str) -> Shown:
    parser = Shown()
    parser.feed(html)
    return parser


def without_links(text: str) -> list[str]:
    """The words, where a link stands behind what it is for."""
    return re.sub(r":\nhttps://\S+", "", text).split()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "letter",
    [
        ENVELOPE.letter,
        Letter("Een & twee <b>drie</b>\n\n• vier\n• vijf &lt;b&gt;"),
        Letter("Cijfers", attachment=CHART),
        replace(ENVELOPE.letter, text="Een lange regel van woorden. " * 100),
    ],
)
def test_both_parts_say_the_same(texts: Texts, letter: Letter, language: str) -> None:
    plain, html = texts_of(mailed(texts, replace(ENVELOPE, letter=letter, language=language), PNG))
    read = shown(html)
    assert without_links(plain) == read.words
    assert re.findall(r"https://\S+", plain) == read.links
    assert len(html) < 20_000


def test_the_text_comes_first_and_holds_all(texts: Texts) -> None:
    mail = mailed(texts, ENVELOPE)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    door, stop = f"{HOME}/door/{TAGS.door(4, MONDAY)}", f"{HOME}/stop/{TAGS.stop(4)}"
    assert texts_of(mail)[0] == (
        "Stelling 14 van 26\nWe zeggen eerlijk wat we denken: 1 < 2.\n\nU kunt nu verder.\n\n"
        f"Verder:\n{door}\n\n"
        f"{texts.word(body.WHY, 'nl')} {texts.word(body.NOT_ON, 'nl')}\n\n"
        f"{texts.word(body.STOP, 'nl')} {texts.word(body.STOP_HERE, 'nl')}:\n{stop}\n"
    )


def test_what_programs_read(texts: Texts) -> None:
    mail = mailed(texts, ENVELOPE)
    assert mail["From"] == "Samenspraak <samen@example.org>"
    assert mail["To"] == FATIMA
    assert mail["Subject"] == "Stelling 14 van 26 wacht op u"
    assert mail["Date"].datetime == MONDAY
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"] == "Samenspraak <samenspraak.example.org>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"] == f"<{HOME}/stop/{TAGS.stop(4)}>"
    assert mail["Precedence"] is None


def test_a_link_in_the_head_is_not_folded(texts: Texts) -> None:
    home = f"https://{'een-lange-naam.' * 8}example.org"
    raw = written(texts, ENVELOPE, home=home)
    assert f"\r\nList-Unsubscribe: <{home}/stop/{TAGS.stop(4)}>\r\n".encode() in raw
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert raw.isascii()


def test_the_sender_takes_a_tag_along(texts: Texts) -> None:
    sending = Sending(Address("S", addr_spec="samen@example.org"), HOME, TAGS, texts)
    local, _, domain = sending.returns_to(4).partition("@")
    assert TAGS.bounced(local.removeprefix("samen+")) == 4
    assert len(local) <= 64
    assert domain == "example.org"


def test_the_same_letter_has_the_same_name_at_every_try(texts: Texts) -> None:
    def named(envelope: Envelope) -> str:
        return str(mailed(texts, envelope)["Message-ID"])

    assert re.fullmatch(r"<[a-z2-7]{16}@example\.org>", named(ENVELOPE))
    assert named(replace(ENVELOPE, attempts=3)) == named(ENVELOPE)
    others = (
        replace(ENVELOPE, number=8),
        replace(ENVELOPE, key="reminder:5:2"),
        replace(ENVELOPE, letter=replace(ENVELOPE.letter, text="Another")),  # a number may come again
    )
    assert len({named(one) for one in (ENVELOPE, *others)}) == 4


def test_what_belongs_together_stands_together(texts: Texts) -> None:
    def thread(**other: object) -> str:
        mail = mailed(texts, replace(ENVELOPE, **other))  # type: ignore[arg-type]
        assert mail["In-Reply-To"] == mail["References"]
        return str(mail["References"])

    assert thread(number=8, key="reminder:5:2") == thread() != ""
    assert thread(key="reminder:6:1") != thread()
    assert thread(notified=5) != thread()


def test_a_code_has_nothing_to_click(texts: Texts) -> None:
    mail = mailed(texts, CODE)
    plain, html = texts_of(mail)
    assert plain == "Uw code is 123456.\n"
    assert shown(html).words == ["Uw", "code", "is", "123456", "."]
    assert not shown(html).links
    assert "http" not in plain + html
    assert not [name for name in mail if name.startswith("List-")]
    assert mail["References"] is None
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("Uw code", "auto-generated")


@pytest.mark.parametrize(
    ("about", "subject"),
    [
        ("", "Samenspraak"),
        ("Eén zin — voor u", "Eén zin — voor u"),
        ("Hallo\r\nBcc: jan@example.org", "Hallo Bcc: jan@example.org"),
        ("a\u2028b\x00c", "a b c"),
        ("w" * 500, "w" * 150),
        ("أهلا وسهلا", "أهلا وسهلا"),
    ],
)
def test_a_subject_is_one_line(texts: Texts, about: str, subject: str) -> None:
    mail = mailed(texts, replace(ENVELOPE, letter=replace(ENVELOPE.letter, about=about)))
    assert mail["Subject"] == subject
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    ("rows", "label"),
    [
        (((("Verder", "r:5"),),), "Verder"),
        (((("Alle stellingen", "g:5:n"),),), "Alle stellingen"),
        (((("Helemaal niet", "a:5:14:no"),), (("Pauze", "g:5:p"),)), "Open Samenspraak"),
        (((("Nu afsluiten", "c:1:close:-"),),), "Open Samenspraak"),
        (((("?", "nothing of ours"),),), "Open Samenspraak"),
        ((), "Open Samenspraak"),
    ],
)
def test_the_button_says_what_it_does(texts: Texts, rows: tuple[tuple[tuple[str, str], ...], ...], label: str) -> None:
    plain, html = texts_of(mailed(texts, replace(ENVELOPE, letter=replace(ENVELOPE.letter, rows=rows))))
    assert f"\n{label}:\n{HOME}/door/" in plain
    assert f">{label}</a>" in html


def test_a_picture_goes_inside_with_its_words(texts: Texts) -> None:
    mail = mailed(texts, replace(ENVELOPE, letter=Letter("Deze week", attachment=CHART)), PNG)
    (_, related) = mail.iter_parts()
    assert related.get_content_type() == "multipart/related"
    html, picture = related.iter_parts()
    assert (picture.get_content_type(), picture["Content-ID"], picture.get_content()) == ("image/png", "<picture>", PNG)
    assert shown(html.get_content()).loads == ["cid:picture"]
    words = (
        "De Verbinders. Ronde 2, 12 mensen\nVertrouwen: 75 (ronde 1: 60)\nKijken & leren: nog niet\nAlles samen: 69\n"
    )
    assert f"Deze week\n\n{words}" in texts_of(mail)[0]


def test_a_picture_of_a_table_has_words_too(texts: Texts) -> None:
    row = {"label": "Vertrouwen", "strong": False, "scores": [60, None], "n": ["n = 5", ""]}
    blocks = [{"heading": "", "rows": [row]}]
    said = {"language": "nl", "title": "T", "subtitle": "S", "legend": ["ronde 1", "ronde 2"], "blocks": blocks}
    letter = Letter("Deze week", attachment=attachments.drawing_of("compare", said))
    assert "T. S\nVertrouwen: ronde 1 60, ronde 2 –\n" in texts_of(mailed(texts, replace(ENVELOPE, letter=letter)))[0]


def test_a_picture_without_words_is_what_the_mail_is_about(texts: Texts) -> None:
    letter = Letter("De code", attachment=attachments.qr("https://samenspraak.example.org/i/x"), about="Uw QR-code")
    _, html = texts_of(mailed(texts, replace(ENVELOPE, letter=letter), PNG))
    assert 'alt="Uw QR-code"' in html


@pytest.mark.parametrize(
    ("name", "kind"),
    [("rapport é.pdf", "application/pdf"), ("antwoorden.csv", "text/csv"), ("x", "application/octet-stream")],
)
def test_a_file_is_attached(texts: Texts, name: str, kind: str) -> None:
    letter = Letter("Het rapport", attachment=Attachment("file", name, "%PDF"))
    mail = mailed(texts, replace(ENVELOPE, letter=letter), b"%PDF\xff")
    assert mail.get_content_type() == "multipart/mixed"
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content_disposition()) == (name, kind, "attachment")
    assert file.get_payload(decode=True) == b"%PDF\xff"
    assert "Het rapport" in texts_of(mail)[0]


def test_it_says_in_which_language_it_is(texts: Texts) -> None:
    assert '<html lang="nl" dir="ltr">' in texts_of(mailed(texts, ENVELOPE))[1]


def test_a_language_that_is_gone_is_another(texts: Texts) -> None:
    plain, _ = texts_of(mailed(texts, replace(ENVELOPE, language="tlh")))
    assert texts.word(body.WHY, texts.languages[0]) in plain
