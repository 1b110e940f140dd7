"""What an operator asks about WhatsApp: which templates were approved, what it costs, and is it well."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.notifiers.whatsapp.notifier import WhatsAppNotifier
from bot.notifiers.whatsapp.prices import OURS, Prices, PricesError
from bot.runtime.settings import SettingsError
from tests.house import MONDAY, House, read
from tests.notifiers.whatsapp.actors import later, takes_part
from tests.visitor import Visitor
from tests.whatsapp_server import OURS as OPERATORS
from tests.whatsapp_server import Person, WhatsAppServer
from tests.whatsapp_templates import Json

SIX, FOUR = 6, 4  # languages, templates
NAMED = {"name": "samenspraak_notice", "language": "nl"}
ODD: Sequence[Json] = (
    {},
    {"data": 7, "paging": None},
    {"data": [None, {"name": [], "language": {}}], "paging": {"next": "x"}},
    {
        "data": [{**NAMED, "components": [None, {"buttons": [None]}, {"buttons": 7}]}],
        "paging": {"next": 1, "cursors": []},
    },
    {"data": [], "paging": {"next": "x", "cursors": {"after": "always the same"}}},
)
"""What nobody said that it could answer."""


async def test_templates_are_asked_for_and_told(house: House, meta: WhatsAppServer) -> None:
    meta.templates.clear()
    code, said, _ = await house.command("whatsapp", "templates")
    assert (code, said.count("missing   ")) == (1, SIX * FOUR)
    assert "24 of 24: missing. Ask for them: samenspraak whatsapp templates --create" in said
    code, said, _ = await house.command("whatsapp", "templates", "--create")
    assert (code, said.count("PENDING")) == (0, SIX * FOUR), said
    assert said.endswith("24 of 24: Meta looks at them. Ask again in some hours.\n")
    meta.approve()
    rejected, changed = meta.templates["samenspraak_notice", "tr"], meta.templates["samenspraak_result", "ar"]
    rejected.status, rejected.reason, rejected.category = "REJECTED", "TAG_CONTENT_MISMATCH", "MARKETING"
    changed.part("FOOTER")["text"] = "Something else"
    meta.templates["samenspraak_reminder", "pl"].part("BUTTONS")["buttons"][0]["url"] = "https://old.example.org/{{1}}"
    code, told, _ = await house.command("whatsapp", "templates", "--json")
    every = {(one["name"], one["language"]): one for one in json.loads(told)}
    assert (code, len(every)) == (1, SIX * FOUR)
    assert every["samenspraak_notice", "tr"]["reason"] == "TAG_CONTENT_MISMATCH"
    assert [key for key, one in every.items() if one["other_words"]] == [("samenspraak_result", "ar")]
    assert [key for key, one in every.items() if one["other_address"]] == [("samenspraak_reminder", "pl")]
    _, found = await house.app.callers["whatsapp"].examine(MONDAY)
    assert "23 of 24" in found.found
    assert "the button of 1 leads to another address than PUBLIC_URL" in found.found
    code, _, error = await house.command("whatsapp", "templates", WHATSAPP_TOKEN="another-token")
    assert (code, "error 190" in error) == (2, True)
    assert meta.token not in said + told + error


async def test_costs_are_those_of_the_file_and_what_was_billed(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, tmp_path: Path
) -> None:
    await takes_part(house, meta, wes, phone)
    await later(house, meta, days=2, hours=1)
    async with meta.http.get(f"{house.page}/metrics") as answer:
        metrics = await answer.text()
    assert 'samenspraak_billed_messages{carrier="whatsapp",category="utility"} 1.0' in metrics
    own = tmp_path / "own.toml"
    code, ours, _ = await house.command("whatsapp", "prices")
    assert (code, ours) == (0, OURS.read_text())
    own.write_text(ours.replace("price = 0.05", "price = 0.04"))
    code, said, _ = await house.command("whatsapp", "costs", WHATSAPP_CEILING="25", WHATSAPP_PRICES=str(own))
    assert code == 0
    assert "2026-03        0.08 USD  1 service, 1 utility" in said
    assert "No more than 25.00 USD" in said
    assert "enough for a round of 125 people, or of 36 if Meta calls it marketing" in said, "5 of 0.04, or 4 of 0.1597"
    assert all(one in said for one in ("utility     0.0400 USD  2026-04-01  ", "formbeep.pages.dev"))
    _, told, _ = await house.command("whatsapp", "costs", "--people", "100", "--json")
    figures = json.loads(told)
    assert (figures["at_most"], figures["at_most_as_marketing"]) == (25.0, 68.88), "5 of 0.05, or 4 of 0.1597 and 1"
    assert all(one["source"] and one["date"] for one in figures["prices"].values())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('currency = "USD"', "has no utility"),
        ("currency =", "Invalid value .at end of document"),
        (OURS.read_text().replace("0.1597", "-1"), r"-1 in \[marketing\] is no price.*is like: price = 0.05"),
        (OURS.read_text().replace("0.1597", "0,1597"), r"line \d+.*is like: price = 0.05"),
        (OURS.read_text().replace("0.1597", "true"), "True in .marketing. is no price"),
        (OURS.read_text().replace("0.1597", "nan"), "nan in .marketing. is no price"),
        (OURS.read_text().replace("date = 2026", 'date = "2026-11-01" # ', 1), "'2026-11-01' in .utility. is no date"),
        (OURS.read_text().replace("source =", "about =", 1), "has no source in .utility."),
    ],
)
def test_a_file_of_prices_that_is_wrong_is_told(tmp_path: Path, wrong: str, said: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(wrong)
    with pytest.raises(PricesError, match=said):
        Prices.read(str(file))
    with pytest.raises(PricesError, match="cannot be read"):
        Prices.read(str(tmp_path / "nowhere"))


def test_what_was_billed_in_an_unknown_category_is_the_dearest() -> None:
    prices = Prices.read()
    assert prices.cost({"utility": 2, "something": 1}) == pytest.approx(2 * 0.05 + 0.1597)


async def test_the_doctor_says_what_is_wrong(house: House, meta: WhatsAppServer) -> None:
    notifier = house.app.callers["whatsapp"]
    assert isinstance(notifier, WhatsAppNotifier)
    number, templates = await notifier.examine(MONDAY)
    assert "quality GREEN, to 250 people a day" in number.found
    assert (number.ok, templates.ok) == (False, True), "PUBLIC_URL is not https here"
    for odd in ODD:
        meta.listed = odd
        _, templates = await notifier.examine(MONDAY)
        assert "0 of 24 templates" in templates.found, odd
    meta.listed, meta.quality, meta.health = None, "RED", "BLOCKED"
    meta.templates["samenspraak_reminder", "nl"].status = "PAUSED"
    number, templates = await notifier.examine(MONDAY)
    assert "the waba cannot send" in number.found
    assert "people block our messages" in number.found
    assert "23 of 24 templates" in templates.found
    await house.stop()
    house.environment["WHATSAPP_NUMBER"] = "31612345678"
    await house.start()
    number, _ = await house.app.callers["whatsapp"].examine(MONDAY)
    assert "the number is +31 20 369 0000, and WHATSAPP_NUMBER is 31612345678" in number.found
    await house.stop()
    house.environment["WHATSAPP_TOKEN"] = "another-token"
    await house.start()
    (number,) = await house.app.callers["whatsapp"].examine(MONDAY)
    assert "error 190" in number.found


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"WHATSAPP_TOKEN": "a-token-of-meta"}, ["WHATSAPP_NUMBER_ID", "WHATSAPP_NUMBER", "WHATSAPP_APP_SECRET"]),
        ({"WHATSAPP_CEILING": "25"}, ["WHATSAPP_CEILING: is for WhatsApp"]),
        ({"WHATSAPP_CEILING": "a lot"}, ["WHATSAPP_CEILING: allowed is an amount"]),
        ({"WHATSAPP_API_URL": "http://graph.example.org"}, ["WHATSAPP_API_URL: allowed is"]),
        ({"WHATSAPP_NUMBER": "+31 20 369 0000"}, ["WHATSAPP_NUMBER: allowed is"]),
        (dict(OPERATORS), ["PUBLIC_URL: WhatsApp brings"]),
    ],
)
def test_settings_that_are_wrong_are_told(tmp_path: Path, given: dict[str, str], told: list[str]) -> None:
    with pytest.raises(SettingsError) as error:
        read(given, tmp_path)
    assert [one for one in told if one not in str(error.value)] == []
    assert WhatsAppServer.app_secret not in str(error.value)
