"""The second wave of the Appendix A neighbourhood: the change in words, picture and files, against a reference.

The reference is computed here from the tables of scores alone, with none of the bot's own arithmetic.
"""

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

import pytest

from bot.results import summaries
from bot.survey.conversation.views import View
from bot.survey.scores.comparison import held_against, paragraphs, verdict
from bot.survey.scores.scoring import Score
from bot.texts.texts import Texts
from storage import partnerships
from storage.wordings import same_wording
from tests.actors import answer, coordinator, say
from tests.data import APPENDIX_A, MOVED, PUBLISHED, PUBLISHED_TOTAL, five_sheets, moved_sheets
from tests.house import Clock, House, agree, fill
from tests.telegram_server import Person, TelegramServer

pytestmark = pytest.mark.long

PARTS = {
    "general": range(1, 2),
    "suitability": range(2, 9),
    "task": range(9, 14),
    "relation": range(14, 19),
    "growth": range(19, 23),
    "visibility": range(23, 27),
}


def half_up(mean: float) -> int:
    return int(mean + 0.5)


def reference(scores: Mapping[int, int]) -> dict[str, int]:
    return {name: half_up(fmean(scores[item] for item in items)) for name, items in PARTS.items()}


NOW, TOTAL_NOW = reference(MOVED), half_up(fmean(MOVED.values()))


def test_the_reference_moves_in_three_dimensions() -> None:
    assert reference(APPENDIX_A) == PUBLISHED
    assert {name: NOW[name] - PUBLISHED[name] for name in NOW if NOW[name] != PUBLISHED[name]} == {
        "task": 12,
        "relation": -20,
        "visibility": 10,
    }


async def two_waves(house: House, server: TelegramServer, clock: Clock, newcomers: int = 0) -> Person:
    """The five answer, a phase passes, they answer again, some newcomers with them; the coordinator closes both."""
    codes = house.add("De Verbinders in Moerwijk")
    fatima = await coordinator(house, server, codes.coordinator)
    people = [server.person(language_code="nl") for _ in range(5)]
    for person, sheet in zip(people, five_sheets(), strict=True):
        await agree(house, person, codes.invitation)
        await fill(house, person, sheet)
    await close(house, fatima)
    clock.pass_time(days=90)
    await say(house, fatima, "/openen na fase 1")
    await fatima.press("Ja, openen")
    await house.settle()
    clock.pass_time(minutes=6)
    await house.caught_up()
    for person, sheet in zip(people, moved_sheets(), strict=True):
        await fill(house, person, sheet)
    for _ in range(newcomers):
        person = server.person(language_code="nl")
        await agree(house, person, codes.invitation)
        await fill(house, person, dict.fromkeys(MOVED, "yes"))
    await close(house, fatima)
    return fatima


async def close(house: House, fatima: Person) -> None:
    await say(house, fatima, "/sluiten")
    await fatima.press("Ja, sluiten")
    await house.settle()
    await house.caught_up()


LINES = {
    "nl": (
        ("De samenwerking als geheel", "De mensen die meedoen", "Het werk"),
        ("Hoe we met elkaar omgaan", "Groeien", "Hoe anderen ons zien"),
        "Gemiddelde van alle zinnen",
        ("Beter: Het werk; Hoe anderen ons zien", "Slechter: Hoe we met elkaar omgaan"),
        "Dit zijn beide keren dezelfde 5 mensen.",
    ),
    "en": (
        ("The partnership as a whole", "The people who take part", "The work"),
        ("How we treat each other", "Growing", "How others see us"),
        "Mean of all statements",
        ("Better: The work; How others see us", "Worse: How we treat each other"),
        "These are the same 5 people both times.",
    ),
}


@pytest.mark.parametrize("spoken", ["nl", "en"])
async def test_the_comparison_in_words_and_picture_equals_the_reference(
    house: House, server: TelegramServer, clock: Clock, texts: Texts, spoken: str
) -> None:
    fatima = await two_waves(house, server, clock)
    await fatima.press("Menu")
    await house.settle()
    await say(house, fatima, "/instellingen")
    if spoken == "en":
        await fatima.press("English")
        await house.settle()
    await say(house, fatima, "/summary")
    first, second, total, verdicts, same = LINES[spoken]
    for label, name in zip((*first, *second), PARTS, strict=True):
        assert f"{label}: {NOW[name]} (n = 5), was {PUBLISHED[name]} (n = 5)" in fatima.last.text
    assert f"{total}: {TOTAL_NOW} (n = 5), was {PUBLISHED_TOTAL} (n = 5)" in fatima.last.text
    assert all(line in fatima.last.text for line in (*verdicts, same))
    with house.app.database.transaction() as tx:
        (asked_by,) = partnerships.every(tx)
        found = summaries.read_summary(tx, texts, asked_by, partnerships.last_wave(tx, 1), clock())
    drawn = summaries.picture(texts, found, spoken)
    assert [(bar.label, bar.score, bar.previous) for bar in drawn.bars] == [
        (label, NOW[name], PUBLISHED[name]) for label, name in zip((*first, *second), PARTS, strict=True)
    ]
    assert drawn.total
    assert (drawn.total.score, drawn.total.previous) == (TOTAL_NOW, PUBLISHED_TOTAL)
    assert any(message.photo for message in fatima.messages)


async def test_statement_by_statement_it_equals_the_reference(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima = await two_waves(house, server, clock)
    await say(house, fatima, "/samenvatting")
    await fatima.press("Alle 26 zinnen")
    await house.settle()
    for part, items in enumerate(PARTS.values(), 1):
        await fatima.press(f"Deel {part}" if part > 1 else "✓ Deel 1")
        await house.settle()
        for item in items:
            arrow = " ▲" if MOVED[item] >= APPENDIX_A[item] + 5 else " ▼" if MOVED[item] <= APPENDIX_A[item] - 5 else ""
            change = f"{APPENDIX_A[item]} → {MOVED[item]}{arrow} (n = 5)"
            told = re.search(rf"^{item}\. .*\niedereen: (.*)\ndezelfde mensen: (.*)", fatima.last.text, re.MULTILINE)
            assert told
            assert told.groups() == (change, change)


async def test_newcomers_are_told_apart_from_the_same_people_once_they_are_enough(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    """Five newcomers who say yes to everything: everybody together is another number than the same five."""
    fatima = await two_waves(house, server, clock, newcomers=5)
    both = {item: (MOVED[item] + 100) / 2 for item in MOVED}
    task = half_up(fmean(both[item] for item in PARTS["task"]))
    assert f"Het werk: {task} (n = 10), was 56 (n = 5)" in fatima.last.text
    assert "De 5 mensen die beide keren meededen:\nBeter: Het werk (56 → 68); Hoe anderen ons zien" in fatima.last.text


async def test_too_few_newcomers_to_tell_the_same_people_apart(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    """Everybody minus the same five would be one newcomer."""
    fatima = await two_waves(house, server, clock, newcomers=1)
    assert "Het werk: 73 (n = 6), was 56 (n = 5)" in fatima.last.text
    assert "Dezelfde mensen kunnen we nu niet apart laten zien." in fatima.last.text
    assert "beide keren" not in fatima.last.text


async def test_json_and_export_carry_the_change(
    house: House, server: TelegramServer, clock: Clock, tmp_path: Path
) -> None:
    await two_waves(house, server, clock)
    code, out, err = await house.command("summary", "1", "--json")
    assert code == 0, err
    change = json.loads(out)["change"]
    assert change["since_wave"] == 1
    for pairs in (change["everyone"], change["same_people"]):
        assert {name: (pair["then"]["score"], pair["now"]["score"]) for name, pair in pairs.items()} == {
            name: (PUBLISHED[name], NOW[name]) for name in PARTS
        }
    code, out, err = await house.command("export", "1", "--wave", "all", "--yes", "--out", str(tmp_path / "out"))
    assert code == 0, err
    with next((tmp_path / "out").glob("*-csv-change.csv")).open(newline="") as file:
        rows = {row["what"]: row for row in csv.DictReader(file)}
    for item in MOVED:
        row = rows[f"i{item:02}"]
        assert (float(row["everyone_then"]), float(row["everyone_now"])) == (APPENDIX_A[item], MOVED[item])
        assert (float(row["same_then"]), float(row["same_now"]), row["n_same"]) == (APPENDIX_A[item], MOVED[item], "5")
    with next(path for path in (tmp_path / "out").glob("*.csv") if path.stem.endswith("all")).open(newline="") as file:
        people = [(row["id"], row["wave"]) for row in csv.DictReader(file)]
    assert sorted(wave for _, wave in people) == ["1"] * 5 + ["2"] * 5
    assert len({person for person, _ in people}) == 5


async def test_the_command_line_has_every_statement_of_every_wave(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    await two_waves(house, server, clock)
    told, earlier = [
        json.loads((await house.command("summary", "1", "--json", *wave))[1]) for wave in ((), ("--wave", "1"))
    ]
    (first,) = told["waves_before"]
    for columns, scores in ((told, MOVED), (first, APPENDIX_A), (earlier, APPENDIX_A)):
        assert columns["items"] == {str(item): {"score": score, "n": 5} for item, score in scores.items()}
    assert first["dimensions"] == {name: {"score": score, "n": 5} for name, score in PUBLISHED.items()}
    code, out, err = await house.command("summary", "1", "--wave", "2")
    assert code == 0, err
    lines = re.findall(r"^(\d+)\. .* (\d+) → (\d+)(?: [▲▼])? \(n = 5\)$", out, re.MULTILINE)
    assert {int(item): (int(then), int(now)) for item, then, now in lines} == {
        item: (APPENDIX_A[item], MOVED[item]) for item in MOVED
    }


def test_reworded_statements_are_left_out_and_named(texts: Texts) -> None:
    before = texts.wording()
    after = {**before, "nl": {**before["nl"], "3": "another"}}
    unchanged = same_wording(before, after, "nl")
    assert unchanged == set(APPENDIX_A) - {3}
    then = {item: Score(score, 5) for item, score in APPENDIX_A.items()}  # type: ignore[arg-type]
    now = {item: Score(score, 5) for item, score in MOVED.items()}  # type: ignore[arg-type]
    pairs = {item: (then[item], now[item]) for item in MOVED}
    found = held_against(1, then, now, pairs, unchanged)
    assert found.reworded == (3,)
    assert 3 not in found.everyone.keys() | found.same_people.keys()
    told = texts.render(View(paragraphs(texts.checklist, found)), "en")
    assert "Not compared, because the words changed: statement 3." in told
    without = half_up(fmean(MOVED[item] for item in PARTS["suitability"] if item != 3))
    assert f"The people who take part ({without} → {without})" in told


def test_a_language_that_is_added_later_changes_no_words() -> None:
    assert same_wording({"nl": {"1": "a"}}, {"nl": {"1": "a"}, "fy": {"1": "b"}}, "nl") == {1}


def test_what_changes_in_one_language_is_compared_in_the_others() -> None:
    before, after = {"nl": {"1": "a"}, "fy": {"1": "b"}}, {"nl": {"1": "a"}, "fy": {"1": "c"}}
    assert [same_wording(before, after, spoken) for spoken in ("nl", "fy", "en")] == [{1}, set(), set()]


@pytest.mark.parametrize(
    ("then", "now", "told"), [(50, 55, "better"), (50, 54, "same"), (50, 46, "same"), (50, 45, "worse")]
)
def test_five_points_is_a_change(then: int, now: int, told: str) -> None:
    assert verdict((Score(then, 5), Score(now, 9))) == told  # type: ignore[arg-type]


async def test_one_s_own_change_is_seen_at_the_end_and_not_before(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    anna = server.person(language_code="nl")
    await agree(house, anna, codes.invitation)
    await fill(house, anna, dict.fromkeys(MOVED, "yes"))
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, clock())
        partnerships.open_wave(tx, 1, house.app.texts.wording(), clock())
    await say(house, anna, f"/start {codes.invitation}")
    seen = len(anna.messages)
    for _ in MOVED:
        assert "✓" not in str(anna.last.rows)
        await answer(house, anna, "middle")
    assert "(100)" not in anna.last.text
    await anna.press("Klaar")
    await house.settle()
    assert "Het werk: 50 (100)" in anna.last.text
    assert not any(message.photo for message in anna.messages[seen - 1 :]), "nobody waits for a picture"
    await anna.press("Laat dit als plaatje zien")
    await house.settle()
    assert any(message.photo for message in anna.messages[seen - 1 :])
    await anna.press("‹ Terug")
    await house.settle()
    assert "Het werk: 50 (100)" in anna.last.text
