"""Choices: what somebody can choose on a page that is no letter's: above all, who they are."""

from dataclasses import dataclass

from bot.channels.port import Shown


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose on a page that is no letter's: a link, or else a form, which may send one field. `label` and
    `why` are names of words."""

    label: str
    place: str
    is_link: bool = False
    is_main: bool = False
    why: str = ""
    field: tuple[str, str] = ("", "")


def who_is_it(shown: Shown, code: str) -> tuple[Choice, ...]:
    """For a known person who comes by an invitation: it may be them, or somebody whom they lent the phone."""
    if not (shown.is_known and shown.code_is_right) or shown.knocks:
        return ()
    somebody_else = Choice("somebody_else", "/away", why="lent")
    if not shown.is_member:
        return (somebody_else,)
    return (Choice("go_on", "/tap", is_main=True, field=("open", code)), somebody_else)


def own_link(token: str) -> tuple[Choice, ...]:
    """Of somebody's own link, in a browser that knows nobody."""
    return (Choice("own_link", f"/mine/{token}", is_main=True),)


def another_link(token: str) -> tuple[Choice, ...]:
    """Of somebody's own link, in a browser that knows somebody else."""
    return (
        Choice("stay", "/", is_link=True, is_main=True),
        Choice("keep", "/keep", is_link=True),
        Choice("other_link", f"/mine/{token}"),
    )
