"""The screens of the bare bots: the buttons that people press lead from each to the next."""

from bench import screens
from bench.echo import Echo
from bot.survey.conversation.buttons import ChooseGroup, ChooseOption, Finish, Go, Join, decode

WALK = (Join, ChooseGroup, *[ChooseOption] * 26, Finish, Go)


def test_a_walk_leads_from_each_screen_to_the_next_one_and_ends_at_the_picture() -> None:
    every = screens.every()
    after = Echo(every, b"").after
    for place, press in enumerate(WALK):
        pressed = [data for row in every[place][1] for _, data in row if isinstance(decode(data), press)]
        assert pressed, f"{press} on {every[place]}"
        assert {after[data] for data in pressed} == {place + 1}
    assert len(every) == len(WALK) + 1


def test_the_page_gets_the_statements_and_what_comes_after_the_last() -> None:
    first, *_, last = screens.statements()
    assert "Zin 1 van 26" in first[0]
    assert any(isinstance(decode(data), Finish) for row in last[1] for _, data in row)
