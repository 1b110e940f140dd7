"""Helping: who came in by a helper's link is told apart in that wave only, and a sheet of paper counts once."""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from bot.coordination.helping import NOT_FOR_HELPERS, type_in
from bot.survey import paper
from bot.survey.paper import Typed
from bot.survey.phrases import Phrase
from bot.texts.texts import Texts
from storage import contacts, participants, partnerships, published, records, respondents, retention, turnout
from storage.engine.database import Database, Tx
from storage.records import Record
from storage.short_codes import short_of
from storage.turnout import PlaceTurnout
from tests.data import APPENDIX_A, five_sheets
from tests.house import MONDAY
from tests.storage.beginnings import ANNA, BEN, CHANNEL, CHECKLIST, add, at_once, enter, join, load, rows

MODES = "SELECT respondent_id, wave_id, mode FROM responses ORDER BY id"
COUNTED = "SELECT (SELECT COUNT(*) FROM respondents), (SELECT COUNT(*) FROM responses), (SELECT COUNT(*) FROM answers)"
WHOLE = dict.fromkeys(range(1, 27), "yes")


@pytest.fixture
def code(database: Database) -> str:
    """The helper's, of a partnership with its first wave open."""
    with database.transaction() as tx:
        return partnerships.helpers_invitation(tx, add(tx), MONDAY)


def helped(tx: Tx, address: str, code: str) -> int | None:
    """Somebody opens a helper's link and agrees, or agreed before."""
    contact = respondents.join(tx, CHANNEL, address, "nl", 1, code, "a-fingerprint", MONDAY)
    return respondents.enter_wave(tx, contact, 1, partnerships.last_wave(tx, 1), MONDAY, code)


def next_wave(tx: Tx) -> None:
    partnerships.close_wave(tx, partnerships.last_wave(tx, 1).id, MONDAY)
    partnerships.open_wave(tx, 1, {}, MONDAY)


def filled(number: str = "12", marks: Mapping[int, str] = WHOLE, **more: Any) -> Typed:
    return Typed(**{"wave": 1, "number": number, "group": "resident", "marks": marks, "language": "nl", **more})


def typed(database: Database, texts: Texts, code: str, sheet: Typed) -> tuple[str, bool]:
    with database.transaction() as tx:
        said, is_stored = type_in(tx, texts, code, sheet, MONDAY)
        return texts.word(said, "en"), is_stored


def test_a_partnership_has_one_invitation_for_helpers_and_it_is_no_other(database: Database, code: str) -> None:
    with database.transaction() as tx:
        assert partnerships.helpers_invitation(tx, 1, MONDAY + timedelta(days=1)) == code
        general = partnerships.invitation_of(tx, 1)
        assert general == partnerships.invite(tx, 1, "", MONDAY) != code
        assert partnerships.is_for_helpers(tx, code.upper())
        assert not any(partnerships.is_for_helpers(tx, one) for one in (general, "x", ""))
        other = add(tx, "Ander")
        assert partnerships.helpers_invitation(tx, other, MONDAY) != code


def test_a_helper_s_link_says_which_round_a_form_is_for_and_where_others_answer(database: Database, code: str) -> None:
    with database.transaction() as tx:
        general = partnerships.invitation_of(tx, 1)
        found = partnerships.helper_link(tx, code.upper())
        assert found
        assert (found.code, found.wave, found.ordinary, found.partnership.id) == (code, 1, general, 1)
        assert [partnerships.helper_link(tx, one) for one in (general, "x", "")] == [None, None, None]
        partnerships.close_wave(tx, partnerships.last_wave(tx, 1).id, MONDAY)
        between = partnerships.helper_link(tx, code)
        assert between
        assert between.wave == 2
        short = short_of(tx, code)
        behind = partnerships.invitation(tx, short)
        assert behind
        assert behind.code == code, "it can be typed in too"


def test_all_that_is_wrong_with_a_form_is_told_where_it_stands() -> None:
    forged = filled("0", {3: "yes", 27: "no", 4: "perhaps"}, group="king")
    assert [place for place, _ in paper.wrong(CHECKLIST, forged)] == ["number", "group", 27, 4]
    assert [place for place, _ in paper.wrong(CHECKLIST, filled(marks={5: ""}))] == ["marks"]
    assert not [*paper.wrong(CHECKLIST, filled(" 12 "))]


def test_helpers_who_ask_at_once_get_the_same_link(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        add(tx)

    def ask(database: Database) -> str:
        with database.transaction() as tx:
            return partnerships.helpers_invitation(tx, 1, MONDAY)

    first, second = at_once(lambda: ask(database), lambda: ask(beside))
    assert first == second


def test_who_comes_by_the_helper_s_link_is_helped_in_that_wave_only(database: Database, code: str) -> None:
    with database.transaction() as tx:
        join(tx, ANNA, 1)
        helped(tx, BEN, code)
        helped(tx, BEN, code)  # the link again
        next_wave(tx)
        enter(tx, ANNA, 1)
        enter(tx, BEN, 1)
    assert rows(database, MODES) == [(1, 1, None), (2, 1, "assisted"), (1, 2, None), (2, 2, None)]


def test_who_takes_part_already_is_not_helped_by_opening_the_link(database: Database, code: str) -> None:
    with database.transaction() as tx:
        response = join(tx, ANNA, 1)
        assert helped(tx, ANNA, code) == response
        assert load(tx, ANNA).dialogue.response == response
    assert rows(database, MODES) == [(1, 1, None)]


def test_who_comes_back_by_the_helper_s_link_is_helped_again(database: Database, code: str) -> None:
    """Also when they were invited by themselves, and did not begin."""
    with database.transaction() as tx:
        join(tx, ANNA, 1)
        next_wave(tx)
        participants.invite(tx, 1, partnerships.last_wave(tx, 1).id, MONDAY)
        helped(tx, ANNA, code)
    assert rows(database, MODES) == [(1, 1, None), (1, 2, "assisted")]


def test_a_sheet_is_a_completed_response_of_somebody_without_a_contact(
    database: Database, texts: Texts, code: str
) -> None:
    assert typed(database, texts, code.upper(), filled(" 12 ")) == ("Form 12 is typed in and counts.", True)
    moments = "opened_at = completed_at AND started_at = completed_at AND touched_at = completed_at"
    what = f"mode, sheet, reminders, next_reminder_at, seated, released_in, {moments}"
    assert rows(database, f"SELECT {what} FROM responses") == [("paper", 12, False, None, False, None, True)]
    assert rows(database, 'SELECT contact_id, invitation, "group" FROM respondents') == [(None, code, "resident")]
    assert rows(database, "SELECT COUNT(*) FROM contacts") == [(0,)]
    with database.transaction() as tx:
        read = dict.fromkeys(WHOLE, "nl")
        assert records.records(tx, 1, 1) == [
            Record(1, 1, "resident", "", MONDAY.date(), WHOLE, "paper", for_helpers=True, read=read)
        ]
        assert turnout.turnout_of(tx, 1) == turnout.Turnout(1, 1, 1)
        assert turnout.newcomers(tx, 1) == [MONDAY]
        assert turnout.stops(tx, 1) == {}


def test_the_same_sheet_counts_once(database: Database, texts: Texts, code: str) -> None:
    typed(database, texts, code, filled())
    before = rows(database, COUNTED)
    again = typed(database, texts, code, filled(marks={**WHOLE, 1: "no"}))
    assert again == ("Form 12 was typed in before. Nothing changed.", False)
    assert rows(database, COUNTED) == before
    assert rows(database, "SELECT option FROM answers WHERE item = 1") == [("yes",)]
    assert typed(database, texts, code, filled("13"))[1]
    with database.transaction() as tx:
        next_wave(tx)
    assert typed(database, texts, code, filled(wave=2))[1], "another round, another pile of paper"


def test_two_helpers_who_type_in_one_sheet_at_once(
    database: Database, beside: Database, texts: Texts, code: str
) -> None:
    both = at_once(*(lambda one=one: typed(one, texts, code, filled()) for one in (database, beside)))
    assert sorted(is_stored for _, is_stored in both) == [False, True]
    assert rows(database, COUNTED) == [(1, 1, 26)]


@pytest.mark.parametrize("changes", [{"marks": {**WHOLE, 7: ""}}, {"marks": {3: "dont_know"}}, {"group": ""}])
def test_what_has_no_mark_stays_without_an_answer(
    database: Database, texts: Texts, code: str, changes: dict[str, Any]
) -> None:
    assert typed(database, texts, code, filled(**changes))[1]
    with database.transaction() as tx:
        (found,) = records.records(tx, 1, 1)
    assert found.answers == {item: option for item, option in changes.get("marks", WHOLE).items() if option}
    assert found.group == (None if "group" in changes else "resident")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        *(({"number": number}, paper.NO_NUMBER) for number in ("", "0", "-1", "1.5", "10000", "twaalf", "１２", "1 2")),
        ({"group": "mayor"}, paper.NO_SUCH_GROUP),
        ({"marks": {**WHOLE, 7: "maybe"}}, "Statement 7: choose one of the seven answers, or none."),
        ({"marks": {**WHOLE, 27: "yes"}}, "Statement 27: choose one of the seven answers, or none."),
        ({"marks": {}}, paper.EMPTY),
        ({"marks": dict.fromkeys(range(1, 27), "")}, paper.EMPTY),
        ({"wave": 2}, "This round is closed. Form 12 is not stored, and cannot count any more."),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told_and_nothing_is_stored(
    database: Database, texts: Texts, code: str, changes: dict[str, Any], said: Phrase | str
) -> None:
    wanted = said if isinstance(said, str) else texts.word(said, "en")
    assert typed(database, texts, code, filled(**changes)) == (wanted, False)
    assert rows(database, COUNTED) == [(0, 0, 0)]


def test_after_the_round_closed_no_sheet_counts(database: Database, texts: Texts, code: str) -> None:
    """Nor does one from a page of that round, once the next one is open."""
    with database.transaction() as tx:
        partnerships.close_wave(tx, 1, MONDAY)
    closed = ("This round is closed. Form 12 is not stored, and cannot count any more.", False)
    assert typed(database, texts, code, filled()) == closed
    with database.transaction() as tx:
        partnerships.open_wave(tx, 1, {}, MONDAY)
    assert typed(database, texts, code, filled()) == closed
    assert rows(database, COUNTED) == [(0, 0, 0)]


def test_only_a_helper_s_link_lets_somebody_type_in(database: Database, texts: Texts, code: str) -> None:
    with database.transaction() as tx:
        general = partnerships.invitation_of(tx, 1)
    refused = (texts.word(NOT_FOR_HELPERS, "en"), False)
    assert [typed(database, texts, one, filled()) for one in (general, "", "x")] == [refused] * 3
    assert rows(database, COUNTED) == [(0, 0, 0)]


def test_paper_counts_in_the_scores_as_any_other_response(database: Database, texts: Texts, code: str) -> None:
    """Five people on paper give the published table; a statement left out by one is a mean of four, so it is none."""
    for number, sheet in enumerate(five_sheets(), 1):
        marks = {**sheet, 26: ""} if number == 5 else sheet
        assert typed(database, texts, code, filled(str(number), marks))[1]
    with database.transaction() as tx:
        assert published.publish(tx, CHECKLIST, 1, 5, MONDAY, final=True) == 1
        cells = published.read(tx, 1)
    assert {item: cell.score.mean for item, cell in cells.items()} == {
        item: Fraction(score) for item, score in APPENDIX_A.items() if item != 26
    }
    assert {cell.people for cell in cells.values()} == {5}


def test_interim_releases_hold_back_the_last_five_sheets(database: Database, texts: Texts, code: str) -> None:
    for number in range(1, 10):
        typed(database, texts, code, filled(str(number)))
    with database.transaction() as tx:
        assert published.publish(tx, CHECKLIST, 1, 5, MONDAY, final=False) == 0
    typed(database, texts, code, filled("10"))
    with database.transaction() as tx:
        assert published.publish(tx, CHECKLIST, 1, 5, MONDAY, final=False) == 1
    assert rows(database, "SELECT COUNT(*) FROM responses WHERE released_in = 1") == [(5,)]


def test_a_next_round_does_not_reach_who_answered_on_paper(database: Database, texts: Texts, code: str) -> None:
    typed(database, texts, code, filled())
    with database.transaction() as tx:
        helped(tx, ANNA, code)
        reach = participants.reach(tx, 1)
        assert (reach.people, reach.out_of_reach) == (1, 1)
        next_wave(tx)
        assert [respondent for respondent, _ in participants.to_invite(tx, 1, 2, 10)] == [2]


def test_paper_is_thrown_away_when_answers_are(database: Database, texts: Texts, code: str) -> None:
    typed(database, texts, code, filled())
    with database.transaction() as tx:
        partnerships.close_wave(tx, 1, MONDAY)
        retention.forget(tx, CHECKLIST, MONDAY + timedelta(days=700), 100)
    assert rows(database, COUNTED) == [(1, 1, 26)]
    with database.transaction() as tx:
        retention.forget(tx, CHECKLIST, MONDAY + timedelta(days=800), 100)
    assert rows(database, COUNTED) == [(0, 0, 0)]


def test_everybody_is_counted_once_by_place_or_by_mode(database: Database, texts: Texts, code: str) -> None:
    with database.transaction() as tx:
        join(tx, ANNA, 1)
        helped(tx, BEN, code)
    typed(database, texts, code, filled())
    assert [(one.started, one.completed) for one in counted(database, 1)] == [(1, 0), (0, 0), (1, 0), (1, 1)]
    with database.transaction() as tx:
        next_wave(tx)
        enter(tx, BEN, 1)  # by their own link, now
        helped(tx, ANNA, code)
        assert contacts.at(tx, CHANNEL, ANNA)
    assert [(one.code, one.started, one.for_helpers) for one in counted(database, 2)[1:]] == [
        (code, 1, True),
        ("assisted", 1, False),
    ]


def counted(database: Database, wave: int) -> list[PlaceTurnout]:
    with database.transaction() as tx:
        return [*turnout.places_of(tx, 1, wave), *turnout.modes_of(tx, wave)]
