"""Place and month: told of many, and of few only together with enough others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.export import coarse
from bot.texts.texts import Texts
from storage.records import Record
from tests.export.files import COLUMNS, FORMS, MARCH, book_of, crowd, entry, rows_of, write

PLACE, MONTH, DONE = (COLUMNS.index(name) for name in ("place", "month", "completed"))
OTHERS, NOT_TOLD = 0, -5
LONG = "Wijkcentrum De Bron " * 10
NAMES = (LONG, "مركز الحي", "邻里中心", "Buurt 👩‍👩‍👧 huis", "=1+1", "a | b = 3", "<b>&amp;</b>", "#set page()")
APRIL = date(2026, 4, 30)


def came_in(*places: tuple[str, int], wave: int = 1, first: int = 1, on: date | None = MARCH) -> list[Record]:
    """So many people who came in by each of these places."""
    where = [place for place, many in places for _ in range(many)]
    sheets = [record.answers for record in crowd(len(where) or 1)][: len(where)]
    return [
        Record(first + n, wave, "resident", "nl", on, sheet, place=place)
        for n, (place, sheet) in enumerate(zip(where, sheets, strict=True))
    ]


def told(records: Sequence[Record], texts: Texts, folder: Path, form: str = "csv") -> tuple[Counter[str], Counter[str]]:
    """How many rows say which place, by the words of the codebook, and which month."""
    paths = write(records, texts, "en", form, folder, "x")
    listed = entry(book_of(paths), "variable", "place")
    labels = dict(one.rsplit(" = ", 1)[::-1] for one in f"{listed['codes']} | {listed['missing']}".split(" | "))
    rows = rows_of(paths)
    return Counter(labels[str(row[PLACE])] for row in rows), Counter(row[MONTH] or "" for row in rows)


@pytest.mark.parametrize("form", FORMS)
def test_a_place_of_few_is_one_of_the_other_places(form: str, texts: Texts, tmp_path: Path) -> None:
    records = came_in(("", 9), ("Library", 6), ("Mosque", 4), ("School", 1))
    assert told(records, texts, tmp_path, form)[0] == {"General": 9, "Library": 6, "Other places": 5}


@pytest.mark.parametrize(
    ("places", "found"),
    [
        # Four alone would be told by what is left: the smallest that could be named goes too.
        ([("", 9), ("Library", 6), ("Mosque", 4)], {"General": 9, "Other places": 10}),
        ([("", 5), ("Library", 1)], {"Other places": 6}),
        ([("", 4)], {"Other places": 4}),
        ([("", 5)], {"General": 5}),
        ([("Other places", 5), ("", 5)], {"General": 5, "Other places": 5}),  # somebody's own name for it
    ],
)
def test_what_is_left_is_nobody_or_many(
    places: list[tuple[str, int]], found: dict[str, int], texts: Texts, tmp_path: Path
) -> None:
    assert told(came_in(*places), texts, tmp_path)[0] == found


def test_a_place_is_named_in_every_wave_or_in_none(texts: Texts, tmp_path: Path) -> None:
    """A person has one id: named in the first wave, the two of the second would be known there too."""
    first = came_in(("", 9), ("Library", 6))
    second = [replace(record, wave=2) for record in first[:11]]
    assert told([*first, *second], texts, tmp_path)[0] == {"Other places": 26}
    (tmp_path / "alone").mkdir()
    assert told(first, texts, tmp_path / "alone")[0] == {"General": 9, "Library": 6}


def test_of_who_did_not_finish_no_place_and_no_month_is_told(texts: Texts, tmp_path: Path) -> None:
    stopped = came_in(("Library", 7), first=100, on=None)
    places, months = told([*came_in(("", 5)), *stopped], texts, tmp_path)
    assert places == {"General": 5, "Not told": 7}
    assert months == {"2026-03": 5, "": 7}


def test_who_came_by_the_helpers_link_is_a_place_too(texts: Texts, tmp_path: Path) -> None:
    helped = [replace(record, for_helpers=True) for record in came_in(("", 5), first=100)]
    assert told([*came_in(("", 5)), *helped], texts, tmp_path)[0] == {"General": 5, "With help": 5}


@pytest.mark.parametrize(
    ("march", "april", "found"),
    [
        (5, 5, {"2026-03": 5, "2026-04": 5}),
        (9, 1, {"": 10}),  # else the one of April is known
        (4, 0, {"": 4}),
        (5, 0, {"2026-03": 5}),
    ],
)
def test_a_month_is_told_of_many(march: int, april: int, found: dict[str, int], texts: Texts, tmp_path: Path) -> None:
    records = [*came_in(("", march)), *came_in(("", april), first=100, on=APRIL)]
    assert told(records, texts, tmp_path)[1] == found


def test_a_month_is_that_of_one_wave(texts: Texts, tmp_path: Path) -> None:
    """Four who finish the next wave in the same month are four, whoever finished the one before it then."""
    records = [*came_in(("", 6)), *came_in(("", 4), wave=2)]
    assert told(records, texts, tmp_path)[1] == {"2026-03": 6, "": 4}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_place_is_read_as_it_was_typed(name: str, form: str, texts: Texts, tmp_path: Path) -> None:
    listed = entry(book_of(write(came_in((name, 5)), texts, "en", form, tmp_path, "x")), "variable", "place")
    guard = "'" if name.startswith("=") and form != "xlsx" else ""
    assert listed["codes"] == f"{guard}{name} = 1 | Other places = 0"


one = st.tuples(st.sampled_from("abcde"), st.sampled_from((MARCH, APRIL)), st.integers(1, 3))


@given(st.lists(one, max_size=60), st.integers(3, 6))
def test_nothing_that_is_told_is_about_few(people: list[tuple[str, date, int]], k: int) -> None:
    records = [Record(n, wave, None, "nl", on, {}, place=place) for n, (place, on, wave) in enumerate(people)]
    places, months = coarse.places(records, k), coarse.months(records, k)
    for wave in {record.wave for record in records}:
        here = [record for record in records if record.wave == wave]
        by_place = Counter(places.get(coarse.place_of(record), OTHERS) for record in here)
        by_month = Counter(month if (wave, month := coarse.month_of(record)) in months else "" for record in here)
        too_few = len(here) < k  # then they are all together what is left
        assert all(many >= k or too_few for many in (*by_place.values(), *by_month.values()))


def test_a_language_of_few_people_is_another_one() -> None:
    def spoke(person: int, *read: str) -> Record:
        languages = dict(enumerate(read, 1))
        return Record(person, 1, None, "nl", date(2026, 3, 4), dict.fromkeys(languages, "yes"), read=languages)

    many = [spoke(n, "nl", "nl", "ar") for n in range(6)] + [spoke(n, "ar") for n in range(6, 11)]
    assert coarse.languages(many, 5) == {"ar", "nl"}
    assert coarse.read_in(many[0], {"ar", "nl"}) == "nl 1-2 ar 3-3"
    assert coarse.changes(many, {"ar", "nl"}, 5) == {"nl 1-2 ar 3-3", "ar 1-1"}
    alone = [*many, spoke(11, "nl", "ar", "ar")]  # somebody beside them saw when they changed
    assert "nl 1-1 ar 2-3" not in coarse.changes(alone, {"ar", "nl"}, 5)
    few = [*many, spoke(11, "pl", "nl", "pl")]
    told = coarse.languages(few, 5)
    assert told == {"nl"}  # Arabic would tell Polish by subtraction
    assert [coarse.name_of(coarse.language_of(one), told) for one in (few[0], few[-1])] == ["nl", "other"]
    assert coarse.read_in(few[-1], told) == "other 1-1 nl 2-2 other 3-3"
    assert coarse.language_of(Record(12, 1, None, "nl", None, {})) == "nl"
