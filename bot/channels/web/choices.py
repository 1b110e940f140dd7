"""Choices: what somebody can choose on a page that is no letter's: above all, who they are."""

from dataclasses import dataclass

from bot.channels.port import Shown


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose on a page that is no letter's: a link, or else a form, which may send one field. `label` and
    `why` are names of words. What `needs_a_person` is not done for a program that sends every form it finds."""

    label: str
    place: str
    is_link: bool = False
    is_main: bool = False
    why: str = ""
    field: tuple[str, str] = ("", "")
    needs_a_person: bool = False


def who_is_it(shown: Shown, code: str) -> tuple[Choice, ...]:
    """For a known person who comes by an invitation: it may be them, or somebody whom they lent the phone."""
    if not (shown.is_known and shown.code_is_right) or shown.knocks:
        return ()
    somebody_else = Choice("somebody_else", "/away", why="lent")
    if not shown.is_member:
        return (somebody_else,)
    return (Choice("go_on", "/tap", is_main=True, field=("open", code)), somebody_else)


def own_link(place: str) -> tuple[Choice, ...]:
    """Of somebody's own link, in a browser that knows nobody."""
    return (Choice("own_link", place, is_main=True, needs_a_person=True),)


def own_message(place: str) -> tuple[Choice, ...]:
    """Of the link in a message that a notifier brought."""
    return (Choice("own_message", place, is_main=True, needs_a_person=True),)


def stop_messages(place: str) -> tuple[Choice, ...]:
    """Of the link that stops what a notifier sends."""
    return (Choice("stop_them", place, is_main=True),)


def send_again(place: str) -> tuple[Choice, ...]:
    """When they are stopped."""
    return (Choice("send_again", place, field=("again", "yes"), needs_a_person=True),)


def another_link(place: str) -> tuple[Choice, ...]:
    """Of somebody's own link, in a browser that knows somebody else."""
    return (
        Choice("stay", "/", is_link=True, is_main=True),
        Choice("keep", "/keep", is_link=True),
        Choice("other_link", place, needs_a_person=True),
    )
